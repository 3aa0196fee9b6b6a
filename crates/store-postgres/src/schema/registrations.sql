-- Registrations of apps by link. What is looked up by is a column, the rest is one JSON document.
CREATE TABLE registration(id text PRIMARY KEY, link bytea NOT NULL UNIQUE, status bytea UNIQUE, created bigint NOT NULL, stage text NOT NULL, content text NOT NULL);
CREATE INDEX registration_created ON registration(created DESC,id);
