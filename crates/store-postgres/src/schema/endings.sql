-- Whatever ends something that a token rests on is told to all nodes with the commit, whoever does it.
CREATE FUNCTION tell_ending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify(TG_TABLE_SCHEMA, 'end');
    RETURN NULL;
END $$;
CREATE TRIGGER app_ending AFTER UPDATE OR DELETE ON app FOR EACH ROW EXECUTE FUNCTION tell_ending();
-- Rows of tokens that ended long ago are dropped with every new one: nobody remembers those.
CREATE TRIGGER token_ending AFTER DELETE ON access_token FOR EACH ROW WHEN (OLD.expires>extract(epoch FROM now()-interval '2 hours')*1000) EXECUTE FUNCTION tell_ending();
CREATE TRIGGER consent_ending AFTER UPDATE OF revoked ON consent FOR EACH ROW EXECUTE FUNCTION tell_ending();
CREATE TRIGGER consent_gone AFTER DELETE ON consent FOR EACH ROW EXECUTE FUNCTION tell_ending();
CREATE TRIGGER person_ending AFTER UPDATE OR DELETE ON person FOR EACH ROW EXECUTE FUNCTION tell_ending();
