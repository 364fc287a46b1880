-- +goose Up
CREATE TABLE estate_project (
    id         INTEGER PRIMARY KEY,
    code       TEXT    NOT NULL UNIQUE,
    name       TEXT    NOT NULL,
    profile    TEXT    NOT NULL,
    area_code  TEXT    NOT NULL DEFAULT '', -- of landlines written without one: 0755
    settings   TEXT    NOT NULL DEFAULT '{}',
    overrides  TEXT    NOT NULL DEFAULT '{}', -- figures of the profile that this project changes
    calendar   TEXT    NOT NULL DEFAULT '{}', -- days this project counts differently
    version    INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL
);

-- Rows of an import carry its batch; the views below show them once it is published.
CREATE TABLE estate_batch (
    project_id   INTEGER NOT NULL,
    id           INTEGER PRIMARY KEY,
    title        TEXT    NOT NULL,
    source       TEXT    NOT NULL DEFAULT '',
    state        TEXT    NOT NULL, -- open, published, reverting, reverted
    row_count    INTEGER NOT NULL DEFAULT 0,
    account_id   INTEGER NOT NULL DEFAULT 0,
    account_name TEXT    NOT NULL DEFAULT '',
    created_at   INTEGER NOT NULL,
    published_at INTEGER NOT NULL DEFAULT 0,
    reverted_at  INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX estate_batch_project ON estate_batch (project_id, created_at);

CREATE TABLE estate_building (
    project_id INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    code       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    floors     INTEGER NOT NULL DEFAULT 0,
    year       INTEGER NOT NULL DEFAULT 0,
    note       TEXT    NOT NULL DEFAULT '',
    sort       TEXT    NOT NULL,
    version    INTEGER NOT NULL DEFAULT 1,
    batch_id   INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX estate_building_code ON estate_building (project_id, code);

CREATE TABLE estate_entrance (
    project_id  INTEGER NOT NULL,
    id          INTEGER PRIMARY KEY,
    building_id INTEGER NOT NULL,
    code        TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    sort        TEXT    NOT NULL,
    batch_id    INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX estate_entrance_code ON estate_entrance (project_id, building_id, code);

CREATE TABLE estate_unit (
    project_id  INTEGER NOT NULL,
    id          INTEGER PRIMARY KEY,
    building_id INTEGER NOT NULL,
    entrance_id INTEGER NOT NULL DEFAULT 0,
    floor       INTEGER NOT NULL,
    room        TEXT    NOT NULL,
    plate       TEXT    NOT NULL, -- building and entrance as on the door: 3栋1单元
    code        TEXT    NOT NULL, -- 3-1-1502
    sort        TEXT    NOT NULL,
    area        INTEGER NOT NULL DEFAULT 0, -- hundredths of a square metre, 0 unknown
    use         TEXT    NOT NULL,
    layout      TEXT    NOT NULL DEFAULT '',
    orientation TEXT    NOT NULL DEFAULT '',
    condition   TEXT    NOT NULL DEFAULT '',
    state       TEXT    NOT NULL,
    handed_over TEXT    NOT NULL DEFAULT '', -- 收楼日期
    note        TEXT    NOT NULL DEFAULT '',
    version     INTEGER NOT NULL DEFAULT 1,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    batch_id    INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX estate_unit_code ON estate_unit (project_id, code);
CREATE UNIQUE INDEX estate_unit_sort ON estate_unit (project_id, sort, id);
CREATE INDEX estate_unit_building ON estate_unit (project_id, building_id, sort);
CREATE INDEX estate_unit_batch ON estate_unit (batch_id) WHERE batch_id <> 0;

CREATE TABLE estate_unit_state (
    project_id INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    unit_id    INTEGER NOT NULL,
    state      TEXT    NOT NULL,
    from_date  TEXT    NOT NULL,
    to_date    TEXT    NOT NULL DEFAULT '', -- last day, '' still so
    reason     TEXT    NOT NULL DEFAULT '',
    account_id INTEGER NOT NULL DEFAULT 0,
    batch_id   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX estate_unit_state_unit ON estate_unit_state (project_id, unit_id, from_date);

CREATE VIEW estate_live_building AS SELECT * FROM estate_building x
    WHERE x.batch_id = 0 OR EXISTS (SELECT 1 FROM estate_batch b WHERE b.id = x.batch_id AND b.state = 'published');
CREATE VIEW estate_live_unit AS SELECT * FROM estate_unit x
    WHERE x.batch_id = 0 OR EXISTS (SELECT 1 FROM estate_batch b WHERE b.id = x.batch_id AND b.state = 'published');
