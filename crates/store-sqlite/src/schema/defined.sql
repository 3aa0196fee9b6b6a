-- The search parameters that resources of the instance define, by the integers of these.
CREATE TABLE defined(
  type INTEGER NOT NULL, code TEXT NOT NULL, r INTEGER NOT NULL, definition TEXT NOT NULL,
  PRIMARY KEY(type, code)) WITHOUT ROWID;
