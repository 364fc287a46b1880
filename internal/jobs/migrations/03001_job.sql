-- +goose Up
-- due_at is when a job may be taken: its time while it waits, the end of its
-- lease while it runs. claim counts the takings: only the last taker may
-- write the result.
CREATE TABLE jobs_job (
    id         INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL,
    args       TEXT    NOT NULL,
    unique_key TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    due_at     INTEGER NOT NULL,
    attempt    INTEGER NOT NULL,
    claim      INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_error TEXT    NOT NULL
);
CREATE INDEX jobs_job_due ON jobs_job (due_at, id) WHERE state IN ('waiting', 'running');
CREATE INDEX jobs_job_state ON jobs_job (state, id);
CREATE UNIQUE INDEX jobs_job_unique ON jobs_job (kind, unique_key) WHERE state = 'waiting' AND unique_key <> '';

CREATE TABLE jobs_schedule (
    kind    TEXT    NOT NULL PRIMARY KEY,
    next_at INTEGER NOT NULL
);
