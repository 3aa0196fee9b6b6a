-- Work that outlives the request that asked for it: due when it may be taken next, stage as in cresset_store::job.
CREATE TABLE job(id text PRIMARY KEY, app text NOT NULL, asked bigint NOT NULL, kept_until bigint NOT NULL, stage smallint NOT NULL, due bigint NOT NULL, number integer NOT NULL, progress text NOT NULL, content text NOT NULL, head text, body bytea NOT NULL, answer bytea);
CREATE INDEX job_due ON job(due) WHERE stage<4;
CREATE INDEX job_app ON job(app);
CREATE INDEX job_kept_until ON job(kept_until);
