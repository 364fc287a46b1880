-- +goose Up
-- A file that came to nothing is withdrawn: its cases are cancelled where nobody has touched them.
ALTER TABLE letters_file ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE letters_letter ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;

-- The case of a message that came in an earlier file belongs to that file.
ALTER TABLE letters_letter ADD COLUMN borrowed INTEGER NOT NULL DEFAULT 0;
UPDATE letters_letter SET borrowed = 1 WHERE case_id <> 0 AND EXISTS (SELECT 1 FROM letters_letter AS earlier
    WHERE earlier.project_id = letters_letter.project_id AND earlier.message = letters_letter.message AND earlier.case_id = letters_letter.case_id AND earlier.id < letters_letter.id);
