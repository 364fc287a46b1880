-- +goose Up
CREATE TABLE files_file (
  project_id INTEGER NOT NULL,
  id INTEGER PRIMARY KEY,
  owner TEXT NOT NULL,
  owner_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  media TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  uploaded_by INTEGER NOT NULL,
  uploaded_at INTEGER NOT NULL,
  erased_at INTEGER NOT NULL
);
CREATE INDEX files_file_owner ON files_file (project_id, owner, owner_id, id);
CREATE INDEX files_file_sha256 ON files_file (sha256);
