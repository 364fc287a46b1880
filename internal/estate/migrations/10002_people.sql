-- +goose Up
CREATE TABLE estate_person (
    project_id       INTEGER NOT NULL,
    id               INTEGER PRIMARY KEY,
    kind             TEXT    NOT NULL, -- person, company
    name             TEXT    NOT NULL,
    sex              TEXT    NOT NULL DEFAULT '', -- m, f
    birthday         TEXT    NOT NULL DEFAULT '',
    birthday_purpose TEXT    NOT NULL DEFAULT '', -- why it may be kept (LAW-03)
    id_kind          TEXT    NOT NULL DEFAULT '', -- identity_card, passport, licence …
    id_ref           INTEGER NOT NULL DEFAULT 0,  -- where the vault keeps the number
    id_digest        TEXT    NOT NULL DEFAULT '', -- keyed, for equality only
    legal_rep        TEXT    NOT NULL DEFAULT '',
    address          TEXT    NOT NULL DEFAULT '',
    nationality      TEXT    NOT NULL DEFAULT '',
    facilities       TEXT    NOT NULL DEFAULT '', -- installed in the unit (EST-02)
    wishes           TEXT    NOT NULL DEFAULT '', -- 来往的要求
    note             TEXT    NOT NULL DEFAULT '',
    sort             TEXT    NOT NULL, -- pinyin of the name
    version          INTEGER NOT NULL DEFAULT 1,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    batch_id         INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX estate_person_sort ON estate_person (project_id, sort, id);
CREATE INDEX estate_person_digest ON estate_person (project_id, id_digest) WHERE id_digest <> '';
CREATE INDEX estate_person_batch ON estate_person (batch_id) WHERE batch_id <> 0;

CREATE TABLE estate_phone (
    project_id  INTEGER NOT NULL,
    id          INTEGER PRIMARY KEY,
    person_id   INTEGER NOT NULL,
    number      TEXT    NOT NULL, -- phone.Number.Key
    ext         TEXT    NOT NULL DEFAULT '',
    label       TEXT    NOT NULL DEFAULT '',
    verified_at INTEGER NOT NULL DEFAULT 0, -- 0: never confirmed
    place       INTEGER NOT NULL, -- 1 is called first
    batch_id    INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX estate_phone_person ON estate_phone (project_id, person_id, number);
CREATE INDEX estate_phone_number ON estate_phone (project_id, number);
CREATE INDEX estate_phone_batch ON estate_phone (batch_id) WHERE batch_id <> 0;

CREATE TABLE estate_occupancy (
    project_id INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    unit_id    INTEGER NOT NULL,
    person_id  INTEGER NOT NULL,
    capacity   TEXT    NOT NULL, -- owner, tenant, user, agent, household
    relation   TEXT    NOT NULL DEFAULT '', -- to the one it hangs on: 配偶
    behind_id  INTEGER NOT NULL DEFAULT 0,  -- the owner behind a tenant, user or agent (person)
    residing   INTEGER NOT NULL DEFAULT 0,
    from_date  TEXT    NOT NULL DEFAULT '', -- '' not known
    to_date    TEXT    NOT NULL DEFAULT '', -- last day, '' still so
    end_reason TEXT    NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    batch_id   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX estate_occupancy_unit ON estate_occupancy (project_id, unit_id, from_date);
CREATE INDEX estate_occupancy_person ON estate_occupancy (project_id, person_id);
CREATE INDEX estate_occupancy_batch ON estate_occupancy (batch_id) WHERE batch_id <> 0;

CREATE TABLE estate_emergency (
    project_id INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    unit_id    INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    relation   TEXT    NOT NULL DEFAULT '',
    office     INTEGER NOT NULL DEFAULT 0, -- reachable in office hours
    outside    INTEGER NOT NULL DEFAULT 0, -- and outside them
    phone      TEXT    NOT NULL DEFAULT '',
    mobile     TEXT    NOT NULL DEFAULT '',
    place      INTEGER NOT NULL DEFAULT 1,
    batch_id   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX estate_emergency_unit ON estate_emergency (project_id, unit_id, place);

CREATE VIEW estate_live_person AS SELECT * FROM estate_person x
    WHERE x.batch_id = 0 OR EXISTS (SELECT 1 FROM estate_batch b WHERE b.id = x.batch_id AND b.state = 'published');
CREATE VIEW estate_live_phone AS SELECT * FROM estate_phone x
    WHERE x.batch_id = 0 OR EXISTS (SELECT 1 FROM estate_batch b WHERE b.id = x.batch_id AND b.state = 'published');
CREATE VIEW estate_live_occupancy AS SELECT * FROM estate_occupancy x
    WHERE x.batch_id = 0 OR EXISTS (SELECT 1 FROM estate_batch b WHERE b.id = x.batch_id AND b.state = 'published');
