-- The search parameters that resources of the instance define, by the integers of these.
CREATE TABLE defined(
  type smallint NOT NULL, code text NOT NULL, r bigint NOT NULL, definition text NOT NULL,
  PRIMARY KEY(type, code));
