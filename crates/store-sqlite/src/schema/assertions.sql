CREATE TABLE assertion(client_id TEXT NOT NULL, id BLOB NOT NULL, ends INTEGER NOT NULL, PRIMARY KEY(client_id, id)) WITHOUT ROWID;
CREATE INDEX assertion_ends ON assertion(ends);
