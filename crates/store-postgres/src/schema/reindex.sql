-- What decides the rows of each number, and how far its index is.
ALTER TABLE parameter ADD COLUMN rule bigint NOT NULL DEFAULT 0;
ALTER TABLE parameter ADD COLUMN state smallint NOT NULL DEFAULT 1;
