//! The links of a page.

use cresset_store::Cursor;

use crate::fault::{self, Fault};
use crate::page_link::{PARAMETER, Sealer};
use crate::service::LinkStyle;

/// One link of a Bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it leads to.
    pub relation: Relation,
    /// Where.
    pub url: String,
}

/// What a link leads to (IANA relations as R4 3.1.0.7 uses them).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// This page, and the search as it was understood.
    SelfPage,
    /// The first page.
    First,
    /// The page after this one.
    Next,
    /// The page before this one.
    Previous,
    /// The last page, where it is known without work.
    Last,
}

impl Relation {
    /// The relation as written.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SelfPage => "self",
            Self::First => "first",
            Self::Next => "next",
            Self::Previous => "previous",
            Self::Last => "last",
        }
    }
}

/// What is walked page by page: an address under the base and the parameters as understood.
pub(crate) struct Walk<'a> {
    /// The FHIR base URL.
    pub(crate) base: &'a str,
    /// How links are written.
    pub(crate) style: LinkStyle,
    /// `Observation`, or `Observation/1/_history`.
    pub(crate) path: String,
    /// The parameters, encoded, without the place.
    pub(crate) query: String,
    /// What a sealed place is bound to.
    pub(crate) sealer: &'a Sealer,
}

impl Walk<'_> {
    /// The place a link named, if it belongs to this walk.
    pub(crate) fn open(&self, sealed: &str) -> Option<Cursor> {
        self.sealer.open(&self.name(), sealed)
    }

    /// A place as a link names it.
    pub(crate) fn seal(&self, cursor: &Cursor) -> String {
        self.sealer.seal(&self.name(), cursor)
    }

    /// The place a link named, where it named one.
    ///
    /// # Errors
    /// When it does not belong to this walk.
    pub(crate) fn at(&self, sealed: Option<&str>) -> Result<Option<Cursor>, Fault> {
        let open = |sealed| self.open(sealed).ok_or_else(fault::bad_page_link);
        sealed.map(open).transpose()
    }

    /// `self`, `first`, `next`, `previous`, and `last` on the last page, where it is this one.
    pub(crate) fn links(
        &self,
        sealed: Option<&str>,
        next: Option<&Cursor>,
        previous: Option<&Cursor>,
    ) -> Vec<Link> {
        let here = self.url(sealed);
        let mut links = vec![
            Link {
                relation: Relation::SelfPage,
                url: here.clone(),
            },
            Link {
                relation: Relation::First,
                url: self.url(None),
            },
        ];
        let mut add = |relation, cursor: Option<&Cursor>| {
            if let Some(cursor) = cursor {
                let sealed = self.seal(cursor);
                links.push(Link {
                    relation,
                    url: self.url(Some(&sealed)),
                });
            }
        };
        add(Relation::Previous, previous);
        add(Relation::Next, next);
        if next.is_none() {
            links.push(Link {
                relation: Relation::Last,
                url: here,
            });
        }
        links
    }

    /// The `self` link alone.
    pub(crate) fn self_link(&self) -> Vec<Link> {
        vec![Link {
            relation: Relation::SelfPage,
            url: self.url(None),
        }]
    }

    fn name(&self) -> String {
        format!("{}?{}", self.path, self.query)
    }

    fn url(&self, sealed: Option<&str>) -> String {
        let base = match self.style {
            LinkStyle::Absolute => self.base,
            LinkStyle::Relative => "",
        };
        let mut url = format!("{base}/{}", self.path);
        let mut separator = '?';
        if !self.query.is_empty() {
            url.push(separator);
            url.push_str(&self.query);
            separator = '&';
        }
        if let Some(sealed) = sealed {
            url.push(separator);
            url.push_str(PARAMETER);
            url.push('=');
            url.push_str(sealed);
        }
        url
    }
}

/// `a=b&c=d` with everything escaped that a URL's query must not hold.
pub(crate) fn encode<'p>(pairs: impl Iterator<Item = (&'p str, &'p str)>) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        escape(name, &mut out);
        out.push('=');
        escape(value, &mut out);
    }
    out
}

fn escape(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        // RFC 3986 query characters that mean nothing to a form and often occur in search values.
        if byte.is_ascii_alphanumeric() || b"-._~:/,*$@".contains(&byte) {
            out.push(char::from(byte));
            continue;
        }
        out.push('%');
        for nibble in [byte >> 4, byte & 15] {
            out.push(
                HEX.get(usize::from(nibble))
                    .map_or('0', |&digit| char::from(digit)),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn escapes_what_a_query_cannot_hold() {
        let pairs = [
            ("code", "http://loinc.org|4548-4,x"),
            ("name:exact", "a b&c=d+é"),
        ];
        assert_eq!(
            encode(pairs.into_iter()),
            "code=http://loinc.org%7C4548-4,x&name:exact=a%20b%26c%3Dd%2B%C3%A9"
        );
    }
}
