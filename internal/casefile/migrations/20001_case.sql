-- +goose Up
-- One row a case: what lists show and filter by. state and clocks are a cache
-- of what the events say; Verify recomputes them.
CREATE TABLE casefile_case (
    project_id    INTEGER NOT NULL,
    id            INTEGER PRIMARY KEY,
    procedure     TEXT    NOT NULL,
    number        TEXT    NOT NULL,
    channel       TEXT    NOT NULL,
    subject       TEXT    NOT NULL,
    words         TEXT    NOT NULL,            -- as the customer said it
    unit_id       INTEGER NOT NULL,            -- 0: none
    building_id   INTEGER NOT NULL,            -- of the unit, 0: none
    plate         TEXT    NOT NULL,            -- of the unit when the case was opened
    place         TEXT    NOT NULL,            -- words for a common part
    customer_id   INTEGER NOT NULL,            -- 0: unknown
    caller        TEXT    NOT NULL,            -- name as given
    phone         TEXT    NOT NULL,            -- digits
    def_hash      TEXT    NOT NULL,
    figures_hash  TEXT    NOT NULL,
    calendar_hash TEXT    NOT NULL,
    parent_id     INTEGER NOT NULL,            -- the case it came from, 0: none
    merged_to     INTEGER NOT NULL,            -- the case that goes on in its place, 0: none
    status        TEXT    NOT NULL,
    step          TEXT    NOT NULL,
    owner_id      INTEGER NOT NULL,
    assignee_id   INTEGER NOT NULL,
    team          TEXT    NOT NULL,
    paused        INTEGER NOT NULL,
    opened_at     INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL,
    ended_at      INTEGER NOT NULL,            -- 0: open
    due_at        INTEGER NOT NULL,            -- the soonest running limit; 9000000000000000000 when none runs
    version       INTEGER NOT NULL,            -- number of events
    head          BLOB    NOT NULL,            -- hash of the last event
    state         TEXT    NOT NULL,
    clocks        TEXT    NOT NULL
);
CREATE UNIQUE INDEX casefile_case_number ON casefile_case (project_id, number);
CREATE INDEX casefile_case_newest ON casefile_case (project_id, opened_at, id);
CREATE INDEX casefile_case_procedure ON casefile_case (project_id, procedure, opened_at, id);
CREATE INDEX casefile_case_open ON casefile_case (project_id, opened_at, id) WHERE status = 'open';
CREATE INDEX casefile_case_due ON casefile_case (project_id, due_at, id) WHERE status = 'open';
CREATE INDEX casefile_case_assignee ON casefile_case (project_id, assignee_id, due_at, id) WHERE status = 'open' AND assignee_id <> 0;
CREATE INDEX casefile_case_owner ON casefile_case (project_id, owner_id, due_at, id) WHERE status = 'open' AND owner_id <> 0;
CREATE INDEX casefile_case_team ON casefile_case (project_id, team, due_at, id) WHERE status = 'open' AND team <> '';
CREATE INDEX casefile_case_unit ON casefile_case (project_id, unit_id, opened_at, id) WHERE unit_id <> 0;
CREATE INDEX casefile_case_building ON casefile_case (project_id, building_id, opened_at, id) WHERE building_id <> 0;
CREATE INDEX casefile_case_customer ON casefile_case (project_id, customer_id, opened_at, id) WHERE customer_id <> 0;
CREATE INDEX casefile_case_parent ON casefile_case (parent_id) WHERE parent_id <> 0;
CREATE INDEX casefile_case_merged ON casefile_case (merged_to) WHERE merged_to <> 0;

-- Append-only. head is what is chained in clear; body holds answers and words,
-- chained by its salted digest, so that an erasure leaves the chain verifiable.
CREATE TABLE casefile_event (
    project_id INTEGER NOT NULL,
    case_id    INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    command_id INTEGER NOT NULL,               -- events of one command share it
    kind       TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    actor_id   INTEGER NOT NULL,
    head       TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    salt       BLOB    NOT NULL,
    digest     BLOB    NOT NULL,
    prev       BLOB    NOT NULL,
    hash       BLOB    NOT NULL,
    PRIMARY KEY (case_id, seq)
) WITHOUT ROWID;

CREATE TABLE casefile_clock (
    project_id INTEGER NOT NULL,
    case_id    INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    state      TEXT    NOT NULL,               -- running, paused, met, late, off
    started_at INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,               -- 0: none
    stopped_at INTEGER NOT NULL,
    next_level INTEGER NOT NULL,               -- -1: none
    next_at    INTEGER NOT NULL,               -- 0: never
    PRIMARY KEY (case_id, name)
) WITHOUT ROWID;
CREATE INDEX casefile_clock_next ON casefile_clock (next_at, case_id) WHERE next_at > 0;
CREATE INDEX casefile_clock_report ON casefile_clock (project_id, name, started_at);

CREATE TABLE casefile_field (
    project_id INTEGER NOT NULL,
    case_id    INTEGER NOT NULL,
    procedure  TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    word       TEXT    NOT NULL,               -- the value in words
    num        INTEGER NOT NULL,               -- number, fen, 0/1; 0 for words
    PRIMARY KEY (case_id, name)
) WITHOUT ROWID;
CREATE INDEX casefile_field_word ON casefile_field (project_id, procedure, name, word, case_id);

CREATE TABLE casefile_key (
    project_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    key        TEXT    NOT NULL,
    digest     BLOB    NOT NULL,               -- of the request
    case_id    INTEGER NOT NULL,
    command_id INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (project_id, account_id, key)
) WITHOUT ROWID;
CREATE INDEX casefile_key_at ON casefile_key (at);

CREATE TABLE casefile_number (
    project_id INTEGER NOT NULL,
    series     TEXT    NOT NULL,               -- WX-2611-
    next       INTEGER NOT NULL,
    PRIMARY KEY (project_id, series)
) WITHOUT ROWID;

-- Published versions, whole, by the hash that cases are pinned to.
CREATE TABLE casefile_document (
    hash     TEXT    NOT NULL PRIMARY KEY,
    sort     TEXT    NOT NULL,                 -- definition, figures, calendar
    name     TEXT    NOT NULL,
    source   TEXT    NOT NULL,
    saved_at INTEGER NOT NULL
);

CREATE TABLE casefile_filed (
    project_id INTEGER NOT NULL,
    id         INTEGER PRIMARY KEY,
    unit_id    INTEGER NOT NULL,               -- 0: the project's own folder
    case_id    INTEGER NOT NULL,
    record     TEXT    NOT NULL,               -- name of the record
    at         INTEGER NOT NULL
);
CREATE INDEX casefile_filed_unit ON casefile_filed (project_id, unit_id, at, id);
CREATE INDEX casefile_filed_case ON casefile_filed (case_id);

CREATE TABLE casefile_link (
    project_id INTEGER NOT NULL,
    case_id    INTEGER NOT NULL,               -- the smaller id
    other_id   INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (case_id, other_id)
) WITHOUT ROWID;
CREATE INDEX casefile_link_other ON casefile_link (other_id);
