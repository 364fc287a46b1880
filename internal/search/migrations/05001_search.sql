-- +goose Up
CREATE TABLE search_doc (
    project_id INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL,
    title      TEXT    NOT NULL,
    sub        TEXT    NOT NULL DEFAULT '',
    url        TEXT    NOT NULL,
    batch_id   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX search_doc_batch ON search_doc (project_id, batch_id) WHERE batch_id <> 0;

CREATE TABLE search_key (
    project_id INTEGER NOT NULL,
    word       TEXT    NOT NULL,
    doc_id     INTEGER NOT NULL,
    PRIMARY KEY (project_id, word, doc_id)
) WITHOUT ROWID;
CREATE INDEX search_key_doc ON search_key (doc_id);

-- A short number for each project: tokens begin with it, so that the index of
-- one project is never walked for another.
CREATE TABLE search_scope (
    project_id INTEGER PRIMARY KEY,
    n          INTEGER NOT NULL UNIQUE
);

-- Batches not yet published: their documents are in the index but not found.
CREATE TABLE search_hidden (
    project_id INTEGER NOT NULL,
    batch_id   INTEGER PRIMARY KEY
);
