-- +goose Up
CREATE TABLE work_look (
  project_id INTEGER NOT NULL,
  case_id    INTEGER NOT NULL,
  account    INTEGER NOT NULL,
  at         INTEGER NOT NULL,   -- when the customer's number was shown first
  PRIMARY KEY (project_id, case_id, account)
);
