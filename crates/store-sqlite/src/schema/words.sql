-- Words of resources by their integers: of the narrative, and of all there is. The words themselves come
-- as letters and digits with blanks between; no copy of them is kept, and no place within a text.
CREATE VIRTUAL TABLE narrative USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='ascii');
CREATE VIRTUAL TABLE content USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='ascii');
