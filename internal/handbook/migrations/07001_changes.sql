-- +goose Up
-- Handbooks that were, are or may come to be in force, whole: procedures,
-- profiles, roles and texts as one archive.
CREATE TABLE handbook_version (
    hash     TEXT    NOT NULL PRIMARY KEY,
    source   BLOB    NOT NULL,
    saved_at INTEGER NOT NULL
);

CREATE TABLE handbook_change (
    project_id  INTEGER NOT NULL,              -- 0: of the whole company
    id          INTEGER PRIMARY KEY,
    sort        TEXT    NOT NULL,              -- handbook, project
    was         TEXT    NOT NULL,              -- hash of the version, or the project's settings as JSON
    becomes     TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    state       TEXT    NOT NULL,              -- waiting, approved, refused, in_force, past
    proposed_by INTEGER NOT NULL,              -- 0: came with the program or its folder
    proposed_at INTEGER NOT NULL,
    decided_by  INTEGER NOT NULL,
    decided_at  INTEGER NOT NULL,
    note        TEXT    NOT NULL,
    from_at     INTEGER NOT NULL,              -- when it takes effect; 0: undecided
    in_force_at INTEGER NOT NULL
);
CREATE INDEX handbook_change_newest ON handbook_change (project_id, id);
CREATE INDEX handbook_change_state ON handbook_change (state, from_at, id);
