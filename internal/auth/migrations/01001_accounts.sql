-- +goose Up
CREATE TABLE auth_account (
  id INTEGER PRIMARY KEY,
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  phone TEXT NOT NULL,
  active INTEGER NOT NULL,
  lang TEXT NOT NULL,
  theme TEXT NOT NULL,
  password TEXT NOT NULL,
  password_at INTEGER NOT NULL,
  totp BLOB,
  totp_on INTEGER NOT NULL,
  totp_step INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  created_by INTEGER NOT NULL
);
CREATE UNIQUE INDEX auth_account_login ON auth_account (login);

CREATE TABLE auth_grant (
  account_id INTEGER NOT NULL,
  project_id INTEGER NOT NULL,
  role TEXT NOT NULL,
  granted_at INTEGER NOT NULL,
  granted_by INTEGER NOT NULL,
  PRIMARY KEY (account_id, project_id, role)
);
CREATE INDEX auth_grant_project ON auth_grant (project_id, role);

CREATE TABLE auth_session (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL,
  account_id INTEGER NOT NULL,
  stage TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  confirmed_at INTEGER NOT NULL,
  address TEXT NOT NULL,
  device TEXT NOT NULL
);
CREATE UNIQUE INDEX auth_session_digest ON auth_session (digest);
CREATE INDEX auth_session_account ON auth_session (account_id, seen_at);
CREATE INDEX auth_session_expires ON auth_session (expires_at);

-- Devices and addresses an account has logged in from (digests); guesses from
-- elsewhere cannot use up the tries of its holder.
CREATE TABLE auth_known (
  account_id INTEGER NOT NULL,
  place TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, place)
);
CREATE INDEX auth_known_seen ON auth_known (seen_at);

-- Tries: full_at is the instant at which a bucket has all its tries again.
CREATE TABLE auth_try (
  bucket TEXT PRIMARY KEY,
  full_at INTEGER NOT NULL
);
CREATE INDEX auth_try_full ON auth_try (full_at);

CREATE TABLE auth_link (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL,
  account_id INTEGER NOT NULL,
  purpose TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX auth_link_digest ON auth_link (digest);
CREATE INDEX auth_link_account ON auth_link (account_id);

CREATE TABLE auth_recovery (
  account_id INTEGER NOT NULL,
  digest TEXT NOT NULL,
  used_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, digest)
);
