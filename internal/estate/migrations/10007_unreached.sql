-- +goose Up
-- Who could not be reached is no confirmation: the unit is tried again. What
-- the phones said before lets a wrong answer be taken back.
ALTER TABLE estate_confirmation ADD COLUMN unreached INTEGER NOT NULL DEFAULT 0;
ALTER TABLE estate_confirmation ADD COLUMN verified TEXT NOT NULL DEFAULT '';
ALTER TABLE estate_issue ADD COLUMN unreached INTEGER NOT NULL DEFAULT 0;
