-- Pictures of apps.
CREATE TABLE logo(client_id TEXT PRIMARY KEY, media_type TEXT NOT NULL, content BLOB NOT NULL) WITHOUT ROWID;
