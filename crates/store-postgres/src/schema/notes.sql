-- Records that were committed with what they tell of, until the next commit of a writer takes them into a block.
CREATE TABLE audit_note(number bigserial PRIMARY KEY, record bytea NOT NULL);
