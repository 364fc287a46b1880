-- +goose Up
CREATE TABLE care_survey (
    project_id INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    case_id    INTEGER NOT NULL,
    number     TEXT    NOT NULL, -- of the case
    title      TEXT    NOT NULL,
    questions  TEXT    NOT NULL, -- JSON list of {sort, ask, options}
    until_date TEXT    NOT NULL, -- last day of answering
    sent_at    INTEGER NOT NULL DEFAULT 0,
    sent_count INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
);
CREATE INDEX care_survey_newest ON care_survey (project_id, created_at, id);

-- One sheet a unit: whether it has answered, never what.
CREATE TABLE care_sheet (
    project_id  INTEGER NOT NULL,
    id          INTEGER PRIMARY KEY,
    survey_id   INTEGER NOT NULL,
    unit_id     INTEGER NOT NULL,
    building    TEXT    NOT NULL,
    plate       TEXT    NOT NULL,
    place       INTEGER NOT NULL, -- order of the doors
    answered    INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX care_sheet_unit ON care_sheet (survey_id, unit_id);

-- What was answered: without unit and without time of day, so that nobody can
-- join it to a door.
CREATE TABLE care_answer (
    project_id INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    survey_id  INTEGER NOT NULL,
    building   TEXT    NOT NULL,
    answers    TEXT    NOT NULL  -- JSON list beside the questions
);
CREATE INDEX care_answer_survey ON care_answer (survey_id, building);
