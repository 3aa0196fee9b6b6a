-- Which instance a token or an app of a front is of.
CREATE INDEX instance_mark ON instance((settings::jsonb->>'mark'));
