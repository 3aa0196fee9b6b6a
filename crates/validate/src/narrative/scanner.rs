//! A reader of XHTML tags: no DTD, no CDATA, no processing instructions.

/// A piece of XHTML.
pub(super) enum Token<'x> {
    Text(&'x str),
    Open(Tag<'x>),
    Close(&'x str),
}

/// An opening tag.
pub(super) struct Tag<'x> {
    pub(super) name: &'x str,
    /// Whether it ends in `/>`.
    pub(super) closed: bool,
    attributes: &'x str,
}

/// Gives the tokens; `None` inside is text that is not XHTML, after which it ends.
pub(super) struct Scanner<'x> {
    rest: &'x str,
}

impl<'x> Scanner<'x> {
    pub(super) fn new(xhtml: &'x str) -> Self {
        Self { rest: xhtml }
    }

    /// What follows a `<`.
    fn markup(&mut self, after: &'x str) -> Option<Token<'x>> {
        if let Some(comment) = after.strip_prefix("!--") {
            self.rest = comment.split_once("-->")?.1;
            return Some(Token::Text(""));
        }
        let (tag, rest) = after.split_at(tag_end(after)?);
        self.rest = rest.strip_prefix('>').unwrap_or(rest);
        token(tag)
    }

    fn text(&mut self) -> Token<'x> {
        let end = self.rest.find('<').unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        Token::Text(text)
    }
}

impl<'x> Iterator for Scanner<'x> {
    type Item = Option<Token<'x>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let token = match self.rest.strip_prefix('<') {
            Some(after) => self.markup(after),
            None => Some(self.text()),
        };
        if token.is_none() {
            self.rest = "";
        }
        Some(token)
    }
}

/// Where the tag ends: the first `>` outside quotes.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (_, b'<') => return None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), b) if open == b => quote = None,
            _ => {}
        }
    }
    None
}

fn token(tag: &str) -> Option<Token<'_>> {
    if let Some(name) = tag.strip_prefix('/') {
        return Some(Token::Close(name.trim_end()));
    }
    let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |t| (t, true));
    let end = tag
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(tag.len());
    let (name, attributes) = tag.split_at(end);
    let spaced = attributes.is_empty() || attributes.starts_with(|c: char| c.is_ascii_whitespace());
    (!name.is_empty() && spaced).then_some(Token::Open(Tag {
        name,
        closed,
        attributes,
    }))
}

impl<'x> Tag<'x> {
    /// The attributes as (name, value); `None` inside for what is not one, after which it ends.
    pub(super) fn attributes(&self) -> impl Iterator<Item = Option<(&'x str, &'x str)>> {
        let mut rest = self.attributes.trim();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let Some((found, after)) = attribute(rest) else {
                rest = "";
                return Some(None);
            };
            rest = after.trim_start();
            Some(Some(found))
        })
    }
}

/// The attribute at the beginning of the text and what follows it.
fn attribute(text: &str) -> Option<((&str, &str), &str)> {
    let (name, rest) = text.split_once('=')?;
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, rest) = rest.get(1..)?.split_once(quote)?;
    Some(((name.trim_end(), value), rest))
}
