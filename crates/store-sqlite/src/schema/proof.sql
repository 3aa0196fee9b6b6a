-- By what a person proved who they are; nothing in sessions that were begun before.
ALTER TABLE session ADD COLUMN proof TEXT;
