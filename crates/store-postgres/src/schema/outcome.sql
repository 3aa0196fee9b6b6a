-- What a node's last commit left: whether it is there says whether the commit happened.
ALTER TABLE node ADD COLUMN token text;
