-- +goose Up
CREATE TABLE work_skill (
  project_id INTEGER NOT NULL,
  account    INTEGER NOT NULL,
  trade      TEXT    NOT NULL,   -- plumbing, electric …: the figures' trades
  since      INTEGER NOT NULL,
  PRIMARY KEY (project_id, account, trade)
);
CREATE INDEX work_skill_trade ON work_skill (project_id, trade, account);
