-- Local references by the resource they stand in: what chains and includes follow.
CREATE TABLE ref(r INTEGER NOT NULL, p INTEGER NOT NULL, v INTEGER NOT NULL, PRIMARY KEY(r, p, v)) WITHOUT ROWID;
