-- People, their browsers, and what they allowed apps. What is looked up by is a column, the rest of
-- a row is one JSON document.
ALTER TABLE app ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
ALTER TABLE access_token ADD COLUMN consent TEXT;
CREATE TABLE person(id TEXT PRIMARY KEY, login TEXT NOT NULL UNIQUE, content TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE session(hash BLOB PRIMARY KEY, person TEXT NOT NULL, authenticated INTEGER NOT NULL, last_used INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX session_person ON session(person);
CREATE INDEX session_authenticated ON session(authenticated);
CREATE TABLE consent(id TEXT PRIMARY KEY, person TEXT NOT NULL, content TEXT NOT NULL, granted INTEGER NOT NULL, last_used INTEGER, revoked INTEGER) WITHOUT ROWID;
CREATE INDEX consent_person ON consent(person, granted);
CREATE TABLE code(hash BLOB PRIMARY KEY, content TEXT NOT NULL, expires INTEGER NOT NULL, used INTEGER) WITHOUT ROWID;
CREATE INDEX code_expires ON code(expires);
CREATE TABLE refresh_token(hash BLOB PRIMARY KEY, consent TEXT NOT NULL, scopes TEXT NOT NULL, issued INTEGER NOT NULL, expires INTEGER, used INTEGER) WITHOUT ROWID;
CREATE INDEX refresh_token_consent ON refresh_token(consent);
CREATE TABLE ticket(hash BLOB PRIMARY KEY, content TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX ticket_expires ON ticket(expires);
