-- The instances of a platform: what each node must know to serve them.
CREATE TABLE instance(
    name text PRIMARY KEY,
    -- InstanceSettings, as JSON.
    settings text NOT NULL,
    -- A name of the nodes' setting `clusters`, or a URL.
    server text NOT NULL
);
-- Whoever changes one, all nodes are told with the commit.
CREATE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify(TG_TABLE_SCHEMA, 'change');
    RETURN NULL;
END $$;
CREATE TRIGGER instance_change AFTER INSERT OR UPDATE OR DELETE ON instance FOR EACH ROW EXECUTE FUNCTION tell_change();
