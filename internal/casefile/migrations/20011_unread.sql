-- +goose Up
-- Nothing reads clocks by name and start: figures read the clocks of the cases.
DROP INDEX casefile_clock_report;
