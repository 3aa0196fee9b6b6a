-- How passkeys were used; the keys stand in the row of their person.
CREATE TABLE passkey_use(passkey bytea PRIMARY KEY, counter bigint NOT NULL, at bigint NOT NULL);
