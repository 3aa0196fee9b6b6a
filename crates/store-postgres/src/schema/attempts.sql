-- How often somebody tried lately, by the clock of this server. A crash may forget it.
CREATE UNLOGGED TABLE attempt(key bytea PRIMARY KEY, began bigint NOT NULL, attempts integer NOT NULL) WITH (fillfactor=70);
CREATE INDEX attempt_began ON attempt(began);
