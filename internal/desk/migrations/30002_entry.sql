-- +goose Up
-- Free entries of the work journal. Rows are only ever added: what is wrong is
-- put right by a further entry that names it.
CREATE TABLE desk_entry (
  project_id INTEGER NOT NULL,
  id         INTEGER PRIMARY KEY,
  sort       TEXT    NOT NULL,             -- note, item (somebody has to see to it), correction, case (the item became one), done (it needs none)
  about_at   INTEGER NOT NULL,             -- the moment it belongs to: its shift
  entry_id   INTEGER NOT NULL,             -- the entry it corrects or settles, 0: none
  unit_id    INTEGER NOT NULL,             -- 0: none
  case_id    INTEGER NOT NULL,             -- the case that came of it, 0: none
  words      TEXT    NOT NULL,
  made_by    INTEGER NOT NULL,
  made_at    INTEGER NOT NULL
);
CREATE INDEX desk_entry_about ON desk_entry (project_id, about_at, id);
CREATE INDEX desk_entry_item ON desk_entry (project_id, about_at, id) WHERE sort = 'item';
CREATE INDEX desk_entry_of ON desk_entry (entry_id) WHERE entry_id <> 0;
CREATE INDEX desk_promise_made ON desk_promise (project_id, made_at);
CREATE INDEX desk_promise_due ON desk_promise (project_id, due);
CREATE INDEX desk_alarm_raised ON desk_alarm (project_id, raised_at);
