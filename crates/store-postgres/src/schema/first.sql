-- Keys end in the resource's integer, so that a search reads an index alone. Rows of the index tables
-- are added and taken away, never changed. The few small rows that change with every commit keep room
-- on their pages (fillfactor): their next version then touches no index.

-- The writer's row: whoever holds it writes, one transaction at a time for the whole instance.
CREATE TABLE writer(one boolean PRIMARY KEY DEFAULT true CHECK(one), generation bigint NOT NULL DEFAULT 1, catalog bigint NOT NULL DEFAULT 1, next_uri bigint NOT NULL DEFAULT 1, next_unit bigint NOT NULL DEFAULT 1, next_pair bigint NOT NULL DEFAULT 1, next_shape bigint NOT NULL DEFAULT 1, next_block bigint NOT NULL DEFAULT 1) WITH (fillfactor=20);
INSERT INTO writer DEFAULT VALUES;

-- Names as small integers. Texts are found by their first 500 characters, for an entry of an index
-- has an end; what is longer is compared as a whole.
CREATE TABLE parameter(number bigint PRIMARY KEY, type smallint NOT NULL, code text NOT NULL);
CREATE TABLE system(block bigint PRIMARY KEY, uri text NOT NULL, next bigint NOT NULL) WITH (fillfactor=70);
CREATE TABLE token(id bigint PRIMARY KEY, folded text COLLATE "C" NOT NULL);
CREATE INDEX token_folded ON token(left(folded,500),id);
CREATE TABLE uri(id bigint PRIMARY KEY, uri text COLLATE "C" NOT NULL);
CREATE INDEX uri_uri ON uri(left(uri,500));
CREATE TABLE unit(id bigint PRIMARY KEY, system text NOT NULL, code text NOT NULL, unit text NOT NULL);
CREATE TABLE pair(id bigint PRIMARY KEY, a bigint NOT NULL, b bigint NOT NULL, UNIQUE(a,b));
CREATE TABLE shape(id bigint PRIMARY KEY, type smallint NOT NULL, numbers bytea NOT NULL);
CREATE TABLE fact(p integer PRIMARY KEY, repeats boolean NOT NULL, long boolean NOT NULL);

-- Resources.
CREATE TABLE identity(type smallint NOT NULL, id bytea NOT NULL, r bigint NOT NULL, PRIMARY KEY(type,id) INCLUDE(r));
CREATE TABLE tally(type smallint PRIMARY KEY, next bigint NOT NULL, live bigint NOT NULL) WITH (fillfactor=50);
CREATE TABLE resource(r bigint PRIMARY KEY, updated bigint NOT NULL, version integer NOT NULL, shape integer NOT NULL, method smallint NOT NULL, body bytea NOT NULL) WITH (fillfactor=90);
CREATE TABLE history(r bigint NOT NULL, updated bigint NOT NULL, version integer NOT NULL, method smallint NOT NULL, body bytea NOT NULL, PRIMARY KEY(r,version));
-- Histories of types, newest first: earlier versions, and deletions that are current. Current
-- versions that are live are found by the time column of the search rows.
CREATE INDEX history_at ON history((r>>40),updated,r,version);
CREATE INDEX tombstone_at ON resource((r>>40),updated,r) WHERE method=2;
CREATE TABLE dictionary(id integer PRIMARY KEY, type smallint NOT NULL, bytes bytea NOT NULL);
-- Bodies are compressed before they come here.
ALTER TABLE resource ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE history ALTER COLUMN body SET STORAGE EXTERNAL;

-- What searches read. A table has its columns in the order that wastes no room for alignment.
-- Local references are marked (f): what chains and includes follow from the resource they stand in.
CREATE TABLE idx(v bigint NOT NULL, w bigint NOT NULL, r bigint NOT NULL, p integer NOT NULL, f boolean NOT NULL, PRIMARY KEY(p,v,w,r));
CREATE INDEX idx_followed ON idx(r,p) WHERE f;
CREATE VIEW ref AS SELECT r,p,v FROM idx WHERE f;
CREATE TABLE rng(v bigint NOT NULL, w bigint NOT NULL, r bigint NOT NULL, p integer NOT NULL, PRIMARY KEY(p,v,r,w));
CREATE INDEX rng_by_resource ON rng(r,p);
CREATE VIEW rng_r AS SELECT p,r,v,w FROM rng;
-- What a text has beyond its first 500 characters is kept apart.
CREATE TABLE str(r bigint NOT NULL, h bigint NOT NULL, p integer NOT NULL, s text COLLATE "C" NOT NULL, rest text COLLATE "C" NOT NULL);
CREATE INDEX str_by_text ON str(p,s,r,h);
CREATE INDEX str_by_resource ON str(r,p);
CREATE VIEW str_r AS SELECT p,r,s,h,rest FROM str;

-- Authorization and audit. What is looked up by is a column, the rest of a row is one JSON document.
CREATE TABLE app(client_id text PRIMARY KEY, name text COLLATE "C" NOT NULL, secret bytea, scopes text NOT NULL, grant_types text NOT NULL, patient_tokens boolean NOT NULL, registered bigint NOT NULL, enabled boolean NOT NULL, details text NOT NULL);
CREATE TABLE access_token(hash bytea PRIMARY KEY, client_id text NOT NULL, scopes text NOT NULL, patient text, consent text, issued bigint NOT NULL, expires bigint NOT NULL);
CREATE INDEX access_token_expires ON access_token(expires);
CREATE TABLE assertion(client_id text NOT NULL, id bytea NOT NULL, ends bigint NOT NULL, PRIMARY KEY(client_id,id));
CREATE INDEX assertion_ends ON assertion(ends);
CREATE TABLE secret(name text PRIMARY KEY, value bytea NOT NULL);
CREATE TABLE person(id text PRIMARY KEY, login text COLLATE "C" NOT NULL UNIQUE, content text NOT NULL);
CREATE TABLE session(hash bytea PRIMARY KEY, person text NOT NULL, authenticated bigint NOT NULL, last_used bigint NOT NULL);
CREATE INDEX session_person ON session(person);
CREATE INDEX session_authenticated ON session(authenticated);
CREATE TABLE consent(id text PRIMARY KEY, person text NOT NULL, content text NOT NULL, granted bigint NOT NULL, last_used bigint, revoked bigint);
CREATE INDEX consent_person ON consent(person,granted);
CREATE TABLE code(hash bytea PRIMARY KEY, content text NOT NULL, expires bigint NOT NULL, used bigint);
CREATE INDEX code_expires ON code(expires);
CREATE TABLE refresh_token(hash bytea PRIMARY KEY, consent text NOT NULL, scopes text NOT NULL, issued bigint NOT NULL, expires bigint, used bigint);
CREATE INDEX refresh_token_consent ON refresh_token(consent);
CREATE TABLE ticket(hash bytea PRIMARY KEY, content text NOT NULL, expires bigint NOT NULL);
CREATE INDEX ticket_expires ON ticket(expires);
CREATE TABLE audit_block(last bigint PRIMARY KEY, count bigint NOT NULL, first_at bigint NOT NULL, last_at bigint NOT NULL, previous bytea NOT NULL, seal bytea NOT NULL, records bytea NOT NULL);
-- How far each node's journal of audit records is committed.
CREATE TABLE node(name text PRIMARY KEY, number bigint NOT NULL);
