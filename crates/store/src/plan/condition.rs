//! What must hold of a resource, in terms of keys.

use cresset_definitions::ResourceType;

use crate::layout::WordsOf;
use crate::layout::parameters::Column;
use crate::plan::lookups::Span;

/// The second value of a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Weight {
    Within(Span),
    OneOf(Vec<i64>),
}

impl Weight {
    pub(crate) const ANY: Self = Self::Within(Span::ALL);
    pub(crate) const NONE: Self = Self::Within(Span::one(0));

    /// Whether it holds one value.
    pub(crate) fn is_one(&self) -> bool {
        matches!(self, Self::Within(span) if span.is_one())
    }
}

/// A test of one key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Atom {
    /// A key of the equality kinds.
    Point { p: Column, v: Span, w: Weight },
    /// A key of the range kinds; `long` is the column of long ranges by their end, for dates.
    Range {
        p: Column,
        v: Span,
        w: Weight,
        long: Option<Column>,
    },
    /// A folded text.
    Text { p: Column, test: TextTest },
    /// A word of a resource of this type that begins so.
    Words {
        of: ResourceType,
        part: WordsOf,
        word: String,
    },
    /// The resource itself.
    Rid(i64),
    /// When its current version was written.
    Updated { p: Column, v: Span },
    /// Its set of parameters; with the column that holds it.
    Shape { p: Column, ids: Vec<i64> },
}

/// What must hold of a folded text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum TextTest {
    /// It begins so; the second is the first text that is beyond all such.
    Starts(String, Option<String>),
    /// It holds this.
    Contains(String),
    /// It and its original are exactly these (folded, hash).
    Exact(String, i64),
    /// It is exactly this, whatever its original.
    Is(String),
    /// It ends so.
    Ends(String),
}

/// One thing that must hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Condition {
    /// At least one key passes.
    AnyOf(Vec<Atom>),
    /// No key passes.
    NoneOf(Vec<Atom>),
    /// All conditions of at least one group hold.
    AnyGroup(Vec<Vec<Condition>>),
    /// A resource at the other end of at least one of these references passes.
    Linked(Vec<Link>),
    /// This does not hold.
    Not(Box<Condition>),
}

/// A reference followed from a candidate to the resource at its other end.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Link {
    pub(crate) end: End,
    /// What must hold of the resource at the other end, the caller's restriction included.
    pub(crate) conditions: Vec<Condition>,
}

/// Where the other end of a reference is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum End {
    /// The candidate's reference in this column leads to a resource within the span.
    Target { p: Column, v: Span },
    /// The reference in this column of another resource leads to the candidate, whose type has
    /// this span.
    Source { p: Column, v: Span },
}

impl Condition {
    /// No resource can satisfy it.
    pub(crate) fn is_impossible(&self) -> bool {
        match self {
            Self::AnyOf(atoms) => atoms.is_empty(),
            // One that no resource can satisfy makes its group one of those.
            Self::AnyGroup(groups) => groups
                .iter()
                .all(|group| group.iter().any(Self::is_impossible)),
            Self::Linked(links) => links.is_empty(),
            Self::NoneOf(_) | Self::Not(_) => false,
        }
    }
}

/// The first text beyond every text that begins with `prefix`.
pub fn text_after(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::text_after;

    #[test]
    fn the_text_after_a_prefix_bounds_it() {
        let check =
            |prefix: &str, expect: Option<&str>| assert_eq!(text_after(prefix).as_deref(), expect);
        check("smi", Some("smj"));
        check("\u{d7ff}", Some("\u{e000}"));
        check("a\u{10ffff}", Some("b"));
        check("\u{10ffff}", None);
    }
}
