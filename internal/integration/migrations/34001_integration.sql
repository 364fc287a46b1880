-- +goose Up
-- A token of a program. Only its digest is kept.
CREATE TABLE integration_token (
    project_id INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    digest     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,               -- exact to a minute, 0: never
    ended_at   INTEGER NOT NULL                -- 0: valid
);
CREATE UNIQUE INDEX integration_token_digest ON integration_token (digest);
CREATE INDEX integration_token_project ON integration_token (project_id, id);

-- Where a program wants to be told of changes.
CREATE TABLE integration_hook (
    project_id INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    url        TEXT    NOT NULL,
    events     TEXT    NOT NULL,               -- "case.opened case.ended"
    secret     BLOB    NOT NULL,               -- sealed
    created_at INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    ended_at   INTEGER NOT NULL                -- 0: wanted
);
CREATE INDEX integration_hook_project ON integration_hook (project_id, id);

CREATE TABLE integration_delivery (
    project_id INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    hook_id    INTEGER NOT NULL,
    event      TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    state      TEXT    NOT NULL,               -- waiting, done, failed
    attempts   INTEGER NOT NULL,
    answer     TEXT    NOT NULL,               -- what the last attempt met
    made_at    INTEGER NOT NULL,
    tried_at   INTEGER NOT NULL                -- 0: not yet
);
CREATE INDEX integration_delivery_hook ON integration_delivery (project_id, hook_id, id);
CREATE INDEX integration_delivery_made ON integration_delivery (made_at);
