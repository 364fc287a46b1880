-- +goose Up
-- An uploaded workbook on its way into the project. Its bytes lie sealed in
-- importer_part and are removed some days later; the record stays.
CREATE TABLE importer_upload (
    project_id   INTEGER NOT NULL,
    id           INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL,
    size         INTEGER NOT NULL, -- bytes
    digest       TEXT    NOT NULL, -- SHA-256 of the bytes
    parts        INTEGER NOT NULL,
    mapping      TEXT    NOT NULL DEFAULT '[]', -- what people changed in the proposed mapping
    state        TEXT    NOT NULL, -- taking, checked, running, done, failed
    message_zh   TEXT    NOT NULL DEFAULT '',   -- why it failed
    message_en   TEXT    NOT NULL DEFAULT '',
    leave_out    INTEGER NOT NULL DEFAULT 0,    -- 1: faulty rows are left out
    left_out     INTEGER NOT NULL DEFAULT 0,    -- rows
    batch_id     INTEGER NOT NULL DEFAULT 0,    -- estate_batch
    account_id   INTEGER NOT NULL,
    account_name TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    cleared_at   INTEGER NOT NULL DEFAULT 0     -- when the bytes were removed
);
CREATE INDEX importer_upload_project ON importer_upload (project_id, created_at);
CREATE INDEX importer_upload_keep ON importer_upload (created_at) WHERE cleared_at = 0;

CREATE TABLE importer_part (
    project_id INTEGER NOT NULL,
    upload_id  INTEGER NOT NULL,
    place      INTEGER NOT NULL,
    sealed     BLOB    NOT NULL,
    PRIMARY KEY (upload_id, place)
);
