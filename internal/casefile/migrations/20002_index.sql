-- +goose Up
-- Cases that the search index does not know yet, or knows as they were.
CREATE TABLE casefile_unindexed (
    project_id INTEGER NOT NULL,
    case_id    INTEGER NOT NULL PRIMARY KEY
);
CREATE INDEX casefile_case_phone ON casefile_case (project_id, phone, opened_at, id) WHERE phone <> '';
