-- +goose Up
-- What was put before somebody in a shift.
CREATE INDEX notice_notice_at ON notice_notice (project_id, at, id) WHERE role <> '';
