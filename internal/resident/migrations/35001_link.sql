-- +goose Up
CREATE TABLE resident_link (
  project_id INTEGER NOT NULL,
  id         INTEGER NOT NULL PRIMARY KEY,
  kind       TEXT    NOT NULL,   -- unit, area, case
  unit_id    INTEGER NOT NULL,
  case_id    INTEGER NOT NULL,
  place      TEXT    NOT NULL,   -- of an area: "1栋大堂"
  made_by    INTEGER NOT NULL,   -- account, 0: the system
  made_at    INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER NOT NULL    -- 0: in force
);
CREATE INDEX resident_link_of ON resident_link (project_id, kind, unit_id, id);
CREATE INDEX resident_link_case ON resident_link (project_id, case_id);
CREATE TABLE resident_pace (
  bucket  TEXT    NOT NULL PRIMARY KEY,  -- keyed digest: no address is stored
  full_at INTEGER NOT NULL
);
