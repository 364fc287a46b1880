-- +goose Up
-- What stood in the form that was cleared last, so that it can be taken back; it goes with the next thing typed, sent or cleared.
ALTER TABLE desk_draft ADD COLUMN cleared TEXT NOT NULL DEFAULT '';
