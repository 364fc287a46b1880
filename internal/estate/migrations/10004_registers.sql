-- +goose Up
-- Lines of the registers (钥匙, 信报箱, 车位, 车辆, 标识, 出租 …). What lists,
-- look-ups and reminders use is a column; the rest of the form is data.
CREATE TABLE estate_entry (
    project_id INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    register   TEXT    NOT NULL,
    label      TEXT    NOT NULL, -- key number, space, plate, box: what it is called
    label_key  TEXT    NOT NULL, -- folded, unique where the register says so
    sort       TEXT    NOT NULL,
    unit_id    INTEGER NOT NULL DEFAULT 0,
    person_id  INTEGER NOT NULL DEFAULT 0,
    state      TEXT    NOT NULL DEFAULT '',
    holder     TEXT    NOT NULL DEFAULT '', -- who has it now
    since      TEXT    NOT NULL DEFAULT '',
    due        TEXT    NOT NULL DEFAULT '', -- back by, papers by, lease until
    data       TEXT    NOT NULL DEFAULT '{}',
    version    INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    batch_id   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX estate_entry_list ON estate_entry (project_id, register, sort, id);
CREATE INDEX estate_entry_label ON estate_entry (project_id, register, label_key);
CREATE INDEX estate_entry_unit ON estate_entry (project_id, unit_id) WHERE unit_id <> 0;
CREATE INDEX estate_entry_due ON estate_entry (project_id, register, due) WHERE due <> '';
CREATE INDEX estate_entry_batch ON estate_entry (batch_id) WHERE batch_id <> 0;

CREATE TABLE estate_entry_event (
    project_id   INTEGER NOT NULL,
    id           INTEGER PRIMARY KEY,
    entry_id     INTEGER NOT NULL,
    action       TEXT    NOT NULL, -- created, saved, or a move of the register
    state        TEXT    NOT NULL,
    holder       TEXT    NOT NULL DEFAULT '',
    due          TEXT    NOT NULL DEFAULT '',
    note         TEXT    NOT NULL DEFAULT '',
    before       TEXT    NOT NULL DEFAULT '',
    account_id   INTEGER NOT NULL,
    account_name TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    batch_id     INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX estate_entry_event_entry ON estate_entry_event (project_id, entry_id, id);

CREATE VIEW estate_live_entry AS SELECT * FROM estate_entry x
    WHERE x.batch_id = 0 OR EXISTS (SELECT 1 FROM estate_batch b WHERE b.id = x.batch_id AND b.state = 'published');
