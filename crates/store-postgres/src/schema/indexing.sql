-- Of each number whose index is being built, the last resource that was looked at.
ALTER TABLE parameter ADD COLUMN after bigint;
-- Another after each change of what cannot be searched by.
ALTER TABLE writer ADD COLUMN indexing bigint NOT NULL DEFAULT 1;
-- Which node does a job, and until when no other takes it over.
CREATE TABLE lease(job text PRIMARY KEY, node text NOT NULL, ends timestamptz NOT NULL);
