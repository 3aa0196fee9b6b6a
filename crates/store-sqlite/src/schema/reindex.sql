-- What decides the rows of each number, and how far its index is (complete where nobody says otherwise);
-- of each type whose index is being built, the last resource that was looked at.
ALTER TABLE parameter ADD COLUMN rule INTEGER NOT NULL DEFAULT 0;
ALTER TABLE parameter ADD COLUMN state INTEGER NOT NULL DEFAULT 1;
CREATE TABLE reindex(type INTEGER PRIMARY KEY, after INTEGER NOT NULL);
