-- +goose Up
-- The salt of the digest that the opening event keeps of the customer's words:
-- erasing words and salt together leaves the log verifiable.
ALTER TABLE casefile_case ADD COLUMN seal TEXT NOT NULL DEFAULT '';
