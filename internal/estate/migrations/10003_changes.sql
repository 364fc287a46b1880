-- +goose Up
-- What was changed by whom (EST-16). Not chained: personal values leave it on erasure.
CREATE TABLE estate_change (
    project_id   INTEGER NOT NULL,
    id           INTEGER PRIMARY KEY,
    entity       TEXT    NOT NULL, -- unit, building, person, occupancy …
    entity_id    INTEGER NOT NULL,
    unit_id      INTEGER NOT NULL DEFAULT 0,
    person_id    INTEGER NOT NULL DEFAULT 0,
    account_id   INTEGER NOT NULL,
    account_name TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    field        TEXT    NOT NULL,
    before       TEXT    NOT NULL,
    after        TEXT    NOT NULL
);
CREATE INDEX estate_change_entity ON estate_change (project_id, entity, entity_id, id);
CREATE INDEX estate_change_unit ON estate_change (project_id, unit_id, id) WHERE unit_id <> 0;
CREATE INDEX estate_change_person ON estate_change (project_id, person_id) WHERE person_id <> 0;
