-- Pictures of apps.
CREATE TABLE logo(client_id text PRIMARY KEY, media_type text NOT NULL, content bytea NOT NULL);
