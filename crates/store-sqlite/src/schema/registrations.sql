-- Registrations of apps by link. What is looked up by is a column, the rest is one JSON document.
CREATE TABLE registration(id TEXT PRIMARY KEY, link BLOB NOT NULL UNIQUE, status BLOB UNIQUE, created INTEGER NOT NULL, stage TEXT NOT NULL, content TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX registration_created ON registration(created, id);
