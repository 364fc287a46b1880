-- +goose Up
CREATE TABLE desk_call (
  project_id  INTEGER NOT NULL,
  id          INTEGER PRIMARY KEY,
  external    TEXT    NOT NULL,            -- the telephone system's own name of the call
  direction   TEXT    NOT NULL,            -- in, out
  line        TEXT    NOT NULL,            -- number or extension it came in on
  number      TEXT    NOT NULL,            -- the other side, digits only, "" when withheld
  state       TEXT    NOT NULL,            -- ringing, talking, held, ended, missed
  ring_at     INTEGER NOT NULL,
  answered_at INTEGER NOT NULL,            -- 0: not answered
  ended_at    INTEGER NOT NULL,            -- 0: still going on
  rings       INTEGER NOT NULL,            -- whole rings until answered or given up
  agent       INTEGER NOT NULL,            -- account that answered, 0: nobody
  person_id   INTEGER NOT NULL,            -- 0: unknown
  unit_id     INTEGER NOT NULL,
  case_id     INTEGER NOT NULL,            -- what became of it, 0: no case
  outcome     TEXT    NOT NULL,            -- "", case, answered, call_back, wrong_number, no_word
  note        TEXT    NOT NULL
);
CREATE UNIQUE INDEX desk_call_external ON desk_call (project_id, external);
CREATE INDEX desk_call_newest ON desk_call (project_id, ring_at, id);
CREATE INDEX desk_call_agent ON desk_call (project_id, agent, state);

CREATE TABLE desk_draft (
  project_id INTEGER NOT NULL,
  account    INTEGER NOT NULL,
  form       TEXT    NOT NULL,             -- what stood in the intake, as JSON
  saved_at   INTEGER NOT NULL,
  PRIMARY KEY (project_id, account)
);

CREATE TABLE desk_promise (
  project_id INTEGER NOT NULL,
  id         INTEGER PRIMARY KEY,
  case_id    INTEGER NOT NULL,             -- 0: a promise without a case
  unit_id    INTEGER NOT NULL,
  person_id  INTEGER NOT NULL,
  words      TEXT    NOT NULL,             -- what was promised
  due        INTEGER NOT NULL,
  made_by    INTEGER NOT NULL,
  made_at    INTEGER NOT NULL,
  owner      INTEGER NOT NULL,             -- who has to keep it
  kept_at    INTEGER NOT NULL,             -- 0: open
  kept_by    INTEGER NOT NULL,
  result     TEXT    NOT NULL              -- what the customer was told
);
CREATE INDEX desk_promise_open ON desk_promise (project_id, kept_at, due, id);
CREATE INDEX desk_promise_owner ON desk_promise (project_id, owner, kept_at, due);
CREATE INDEX desk_promise_unit ON desk_promise (project_id, unit_id, kept_at);
CREATE INDEX desk_promise_case ON desk_promise (case_id);

CREATE TABLE desk_alarm (
  project_id INTEGER NOT NULL,
  id         INTEGER PRIMARY KEY,
  danger     TEXT    NOT NULL,             -- gas, fire, trapped, injury …
  words      TEXT    NOT NULL,             -- the words that raised it
  unit_id    INTEGER NOT NULL,
  call_id    INTEGER NOT NULL,
  case_id    INTEGER NOT NULL,
  raised_by  INTEGER NOT NULL,
  raised_at  INTEGER NOT NULL,
  seen_by    INTEGER NOT NULL,             -- 0: nobody has acknowledged it yet
  seen_at    INTEGER NOT NULL
);
CREATE INDEX desk_alarm_open ON desk_alarm (project_id, seen_at, raised_at);
