-- +goose Up
CREATE TABLE vault_value (
  id INTEGER PRIMARY KEY,
  project_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  key_id INTEGER NOT NULL,
  sealed BLOB,
  digest TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  erased_at INTEGER NOT NULL
);
CREATE INDEX vault_value_digest ON vault_value (kind, digest);
CREATE INDEX vault_value_key ON vault_value (key_id, id);

CREATE TABLE vault_erasure (
  id INTEGER PRIMARY KEY,
  value_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  reason TEXT NOT NULL
);
CREATE UNIQUE INDEX vault_erasure_value ON vault_erasure (value_id);
