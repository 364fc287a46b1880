-- +goose Up
-- Labels that judge a person are off until somebody recorded what for.
CREATE TABLE estate_label (
    project_id   INTEGER NOT NULL,
    label        TEXT    NOT NULL,
    purpose      TEXT    NOT NULL,
    account_id   INTEGER NOT NULL,
    account_name TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (project_id, label)
);

CREATE INDEX estate_entry_person ON estate_entry (project_id, person_id, register);
