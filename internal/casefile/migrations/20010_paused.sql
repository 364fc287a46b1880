-- +goose Up
-- The few open cases that are paused are found without walking all open ones.
CREATE INDEX casefile_case_paused ON casefile_case (project_id, paused, opened_at, id) WHERE status = 'open' AND paused = 1;
