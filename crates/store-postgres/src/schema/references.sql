-- Local references are marked (f) among the rows of the index, for chains and includes to follow from
-- the resource they stand in. They were kept a second time before.
ALTER TABLE idx ADD COLUMN f boolean NOT NULL DEFAULT false;
UPDATE idx SET f=true FROM ref WHERE idx.p=ref.p AND idx.v=ref.v AND idx.w=0 AND idx.r=ref.r;
DROP TABLE ref;
CREATE INDEX idx_followed ON idx(r,p) WHERE f;
CREATE VIEW ref AS SELECT r,p,v FROM idx WHERE f;
-- Programs of the version before add to it and take from it, each row after the same in the index.
CREATE RULE ref_added AS ON INSERT TO ref DO INSTEAD UPDATE idx SET f=true WHERE p=NEW.p AND v=NEW.v AND w=0 AND r=NEW.r;
CREATE RULE ref_removed AS ON DELETE TO ref DO INSTEAD NOTHING;
-- By resource no values are needed: it has few rows of a parameter.
DROP INDEX rng_by_resource;
CREATE INDEX rng_by_resource ON rng(r,p);
DROP INDEX str_by_resource;
CREATE INDEX str_by_resource ON str(r,p);
