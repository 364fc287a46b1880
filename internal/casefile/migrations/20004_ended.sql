-- +goose Up
-- What ended in a shift or a month.
CREATE INDEX casefile_case_ended ON casefile_case (project_id, ended_at, id) WHERE ended_at > 0;
