-- Mail that waits: due when it may be taken next.
CREATE TABLE mail(id text PRIMARY KEY, content text NOT NULL, due bigint NOT NULL, tries integer NOT NULL);
CREATE INDEX mail_due ON mail(due);
