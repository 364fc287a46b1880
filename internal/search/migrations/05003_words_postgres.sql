-- +goose Up
CREATE TABLE search_words (
    doc_id INTEGER PRIMARY KEY,
    words  tsvector NOT NULL
);
CREATE INDEX search_words_gin ON search_words USING gin (words);
