-- Work that outlives the request that asked for it: due when it may be taken next, stage as in cresset_store::job.
CREATE TABLE job(id TEXT PRIMARY KEY, app TEXT NOT NULL, asked INTEGER NOT NULL, kept_until INTEGER NOT NULL, stage INTEGER NOT NULL, due INTEGER NOT NULL, number INTEGER NOT NULL, progress TEXT NOT NULL, content TEXT NOT NULL, head TEXT, body BLOB NOT NULL, answer BLOB);
CREATE INDEX job_due ON job(due) WHERE stage<4;
CREATE INDEX job_app ON job(app);
CREATE INDEX job_kept_until ON job(kept_until);
