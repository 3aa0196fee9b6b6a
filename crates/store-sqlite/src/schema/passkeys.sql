-- How passkeys were used; the keys stand in the row of their person.
CREATE TABLE passkey_use(passkey BLOB PRIMARY KEY, counter INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
