-- +goose Up
-- A message that comes in a second file is known by its id.
CREATE INDEX letters_letter_message ON letters_letter (project_id, message);
