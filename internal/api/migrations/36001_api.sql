-- +goose Up
-- What was asked with an Idempotency-Key and what it was answered, for a day.
-- Cases remember their keys themselves, in the transaction of the change.
CREATE TABLE api_key (
    project_id INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL,
    word       TEXT    NOT NULL,               -- the key
    request    TEXT    NOT NULL,               -- digest of operation, address and body
    status     INTEGER NOT NULL,               -- of the answer; 0: still at it, or broken off
    answer     TEXT    NOT NULL,
    made_at    INTEGER NOT NULL
);
CREATE UNIQUE INDEX api_key_word ON api_key (project_id, account_id, word);
CREATE INDEX api_key_made ON api_key (made_at);
