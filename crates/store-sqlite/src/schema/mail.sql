-- Mail that waits: due when it may be taken next.
CREATE TABLE mail(id TEXT PRIMARY KEY, content TEXT NOT NULL, due INTEGER NOT NULL, tries INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX mail_due ON mail(due);
