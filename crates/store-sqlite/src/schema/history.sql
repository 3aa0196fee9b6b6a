-- Histories of types, newest first: earlier versions, and deletions that are current. Current
-- versions that are live are found by the time column of the search rows.
CREATE INDEX history_at ON history(r >> 40, updated, r, version);
CREATE INDEX tombstone_at ON resource(r >> 40, updated, r) WHERE method = 2;
