-- +goose Up
CREATE TABLE vault_forgotten (
  project_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  subject_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (project_id, kind, subject_id)
);
