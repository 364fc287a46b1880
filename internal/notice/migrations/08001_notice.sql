-- +goose Up
CREATE TABLE notice_notice (
    project_id  INTEGER NOT NULL,
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER NOT NULL,              -- 0: not for one account
    role        TEXT    NOT NULL,              -- '': not for a role
    customer_id INTEGER NOT NULL,              -- 0: not for a customer
    phone       TEXT    NOT NULL,              -- a customer's number as given with the case
    case_id     INTEGER NOT NULL,              -- 0: none
    link        TEXT    NOT NULL,              -- page to open
    urgent      INTEGER NOT NULL,
    text_zh     TEXT    NOT NULL,
    text_en     TEXT    NOT NULL,
    at          INTEGER NOT NULL
);
CREATE INDEX notice_notice_account ON notice_notice (project_id, account_id, id) WHERE account_id <> 0;
CREATE INDEX notice_notice_role ON notice_notice (project_id, role, id) WHERE role <> '';
CREATE INDEX notice_notice_customer ON notice_notice (project_id, id) WHERE account_id = 0 AND role = '';
CREATE INDEX notice_notice_case ON notice_notice (case_id) WHERE case_id <> 0;

-- What an account has read: single notices, and everything up to a mark.
CREATE TABLE notice_read (
    project_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    notice_id  INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (account_id, notice_id)
) WITHOUT ROWID;

CREATE TABLE notice_mark (
    project_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    upto       INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (project_id, account_id)
) WITHOUT ROWID;
