-- The key whose holder alone may use a token.
ALTER TABLE access_token ADD COLUMN key BLOB;
ALTER TABLE refresh_token ADD COLUMN key BLOB;
