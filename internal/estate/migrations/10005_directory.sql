-- +goose Up
-- The monthly confirmation of the directory, a line a unit (EST-04).
CREATE TABLE estate_confirmation (
    project_id   INTEGER NOT NULL,
    month        TEXT    NOT NULL, -- 2026-11
    unit_id      INTEGER NOT NULL,
    changed      INTEGER NOT NULL,
    note         TEXT    NOT NULL DEFAULT '',
    account_id   INTEGER NOT NULL,
    account_name TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (project_id, month, unit_id)
);
CREATE INDEX estate_confirmation_unit ON estate_confirmation (project_id, unit_id, month);

-- Each issue of the directory, and who of security signed for it.
CREATE TABLE estate_issue (
    project_id  INTEGER NOT NULL,
    id          INTEGER PRIMARY KEY,
    month       TEXT    NOT NULL,
    number      INTEGER NOT NULL, -- within the month
    units       INTEGER NOT NULL,
    confirmed   INTEGER NOT NULL,
    changed     INTEGER NOT NULL,
    issued_by   TEXT    NOT NULL,
    issued_at   INTEGER NOT NULL,
    signed_by   TEXT    NOT NULL DEFAULT '',
    signed_at   INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX estate_issue_number ON estate_issue (project_id, month, number);
