-- +goose Up
-- Which repairs are left out of the follow-up where the profile asks for a
-- share only (DSK-15): one line a case, drawn once, and the count of the month.
CREATE TABLE care_draw (
    project_id INTEGER NOT NULL,
    case_id    INTEGER NOT NULL,
    month      TEXT    NOT NULL, -- 2026-11
    place      INTEGER NOT NULL, -- 1 is the first of the month
    left_out   INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (project_id, case_id)
);
CREATE TABLE care_tally (
    project_id INTEGER NOT NULL,
    month      TEXT    NOT NULL,
    drawn      INTEGER NOT NULL,
    left_out   INTEGER NOT NULL,
    PRIMARY KEY (project_id, month)
);
