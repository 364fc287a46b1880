-- +goose Up
-- Messages given up one after the other; after several the webhook is stopped.
ALTER TABLE integration_hook ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
-- Stopped because nobody answered, not by a person.
ALTER TABLE integration_hook ADD COLUMN dead INTEGER NOT NULL DEFAULT 0;
