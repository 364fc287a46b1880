-- +goose Up
-- The rows of a file with something to look at, as JSON, and the time of a letter as it was written where it could not be read.
ALTER TABLE letters_file ADD COLUMN fault_rows TEXT NOT NULL DEFAULT '';
ALTER TABLE letters_letter ADD COLUMN undated TEXT NOT NULL DEFAULT '';
