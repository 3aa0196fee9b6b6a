-- Words of resources by their integers: of the narrative, and of all there is.
CREATE TABLE narrative(r bigint PRIMARY KEY, words tsvector NOT NULL);
CREATE INDEX narrative_words ON narrative USING gin(words);
CREATE TABLE content(r bigint PRIMARY KEY, words tsvector NOT NULL);
CREATE INDEX content_words ON content USING gin(words);
