-- +goose Up
-- The form that was sent off or cleared last: what was still on its way of it comes late.
ALTER TABLE desk_draft ADD COLUMN spent TEXT NOT NULL DEFAULT '';
