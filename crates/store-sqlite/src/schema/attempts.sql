-- How often somebody tried lately, where that is counted for longer than an instance stays open unused.
CREATE TABLE attempt(key BLOB PRIMARY KEY, ends INTEGER NOT NULL, attempts INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX attempt_ends ON attempt(ends);
