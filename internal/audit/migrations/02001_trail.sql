-- +goose Up
CREATE TABLE audit_entry (
  id INTEGER PRIMARY KEY,
  project_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  account_id INTEGER NOT NULL,
  session_id INTEGER NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  subject_id INTEGER NOT NULL,
  data TEXT NOT NULL,
  address TEXT NOT NULL,
  batch INTEGER NOT NULL
);
CREATE INDEX audit_entry_open ON audit_entry (id) WHERE batch = 0;
CREATE INDEX audit_entry_batch ON audit_entry (batch, id);
CREATE INDEX audit_entry_project ON audit_entry (project_id, id);
CREATE INDEX audit_entry_account ON audit_entry (account_id, id);
CREATE INDEX audit_entry_subject ON audit_entry (subject, subject_id, id);
CREATE INDEX audit_entry_action ON audit_entry (action, id);

CREATE TABLE audit_batch (
  number INTEGER PRIMARY KEY,
  sealed_at INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  total INTEGER NOT NULL,
  digest TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL,
  signature TEXT NOT NULL
);
