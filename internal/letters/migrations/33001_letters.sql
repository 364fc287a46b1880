-- +goose Up
-- A file of residents' messages on its way to becoming written requests.
CREATE TABLE letters_file (
    project_id   INTEGER NOT NULL,
    id           INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL,
    state        TEXT    NOT NULL, -- taking, read, opening, opened
    letters      INTEGER NOT NULL DEFAULT 0,
    faults       INTEGER NOT NULL DEFAULT 0, -- rows that could not be read
    account_id   INTEGER NOT NULL,
    account_name TEXT    NOT NULL,
    created_at   INTEGER NOT NULL
);
CREATE INDEX letters_file_project ON letters_file (project_id, created_at);

-- Words and names leave with the opening of the case, which keeps them from then on.
CREATE TABLE letters_letter (
    project_id INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    file_id    INTEGER NOT NULL,
    place      INTEGER NOT NULL, -- in the file, by time
    message    TEXT    NOT NULL, -- id in the file
    person     TEXT    NOT NULL, -- who wrote
    subject    TEXT    NOT NULL,
    words      TEXT    NOT NULL,
    written_at INTEGER NOT NULL, -- 0 not known
    kind       TEXT    NOT NULL, -- suggested, '' none
    because    TEXT    NOT NULL, -- words that decided
    spot       TEXT    NOT NULL, -- estate named
    alike      INTEGER NOT NULL DEFAULT 0, -- number of its group of near-duplicates, 0 none
    case_id    INTEGER NOT NULL DEFAULT 0,
    number     TEXT    NOT NULL DEFAULT '', -- of the case
    merged     INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX letters_letter_file ON letters_letter (file_id, place);
