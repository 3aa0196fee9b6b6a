-- The records of one commit are one block, and each block's seal covers the one before it. The
-- earlier table is of the time before the chain; no release kept records in it.
DROP TABLE audit;
CREATE TABLE audit_block(last INTEGER PRIMARY KEY, count INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, journal INTEGER NOT NULL, previous BLOB NOT NULL, seal BLOB NOT NULL, records BLOB NOT NULL);
