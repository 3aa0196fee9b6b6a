-- Code systems of a node. A system whose `ready` is 0 is being loaded and nobody sees it.
CREATE TABLE system(
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL,
  name TEXT NOT NULL,
  version TEXT,
  ready INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX system_url ON system(url, ready);
-- How many lines of each release file are kept.
CREATE TABLE file(
  system INTEGER NOT NULL,
  name TEXT NOT NULL,
  stamp TEXT NOT NULL,
  lines INTEGER NOT NULL,
  PRIMARY KEY(system, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE concept(
  system INTEGER NOT NULL,
  code TEXT NOT NULL,
  display TEXT,
  rank INTEGER NOT NULL,
  active INTEGER,
  PRIMARY KEY(system, code)
) STRICT, WITHOUT ROWID;
CREATE TABLE parent(
  system INTEGER NOT NULL,
  code TEXT NOT NULL,
  parent TEXT NOT NULL,
  PRIMARY KEY(system, code, parent)
) STRICT, WITHOUT ROWID;
CREATE INDEX parent_below ON parent(system, parent, code);
