-- +goose Up
-- What many documents are found by (a name, a phone, a room) has its keys once,
-- as a term, and a row in search_post for each document. A document's own keys
-- stand under minus its id, so before the terms; back is minus the document's
-- id: the newest stand first in the order of the index.
CREATE TABLE search_term (
    project_id INTEGER NOT NULL,
    word       TEXT    NOT NULL,               -- "n:王芳", "p:13812346621", "r:3-1-1502"
    id         INTEGER NOT NULL,
    PRIMARY KEY (project_id, word)
) WITHOUT ROWID;
CREATE UNIQUE INDEX search_term_id ON search_term (id);

CREATE TABLE search_post (
    project_id INTEGER NOT NULL,
    term       INTEGER NOT NULL,               -- search_term.id, or minus the document's id
    back       INTEGER NOT NULL,               -- minus the document's id
    PRIMARY KEY (term, back)
) WITHOUT ROWID;
CREATE INDEX search_post_back ON search_post (back);
INSERT INTO search_post (project_id, term, back) SELECT project_id, -id, -id FROM search_doc;

UPDATE search_key SET doc_id = -doc_id;
ALTER TABLE search_key RENAME COLUMN doc_id TO term;
