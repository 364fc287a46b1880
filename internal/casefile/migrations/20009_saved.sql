-- +goose Up
-- A view of the list of cases that a person keeps: a name for an address.
CREATE TABLE casefile_saved (
    project_id INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    query      TEXT    NOT NULL,               -- the conditions as the address writes them
    saved_at   INTEGER NOT NULL
);
CREATE UNIQUE INDEX casefile_saved_of ON casefile_saved (project_id, account_id, name);
