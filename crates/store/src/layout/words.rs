//! The words of resources, which stand in tables of their own: one for each part of a resource.

use std::collections::HashSet;

use cresset_definitions::{ResourceType, SearchParameter, r4, words};
use cresset_model::{Bounds, Tree, parse};
use cresset_search::Words;

use super::encode::{Encoder, Keys, WordKey};
use super::parameters::{Slot, column_of};
use crate::Error;

/// A part of a resource whose words are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WordsOf {
    /// The narrative.
    Narrative,
    /// All of it.
    Content,
}

impl WordsOf {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Narrative, Self::Content];

    /// The part that a search parameter of this code asks about.
    pub fn of_parameter(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.parameter() == code)
    }

    fn parameter(self) -> &'static str {
        match self {
            Self::Narrative => words::NARRATIVE,
            Self::Content => words::CONTENT,
        }
    }

    /// The parameter of a type that asks about it.
    fn of(self, of: ResourceType) -> Option<&'static SearchParameter> {
        let found = r4().search_parameter(of, self.parameter());
        found.filter(|parameter| words::asks_for_words(parameter))
    }

    /// The table of its words.
    pub fn table(self) -> &'static str {
        match self {
            Self::Narrative => "narrative",
            Self::Content => "content",
        }
    }
}

/// Whether a word that is asked for finds those that begin so. One of a single character does not: too
/// much of the index begins with it.
pub fn finds_longer(word: &str) -> bool {
    word.chars().nth(1).is_some()
}

impl Encoder {
    /// The keys with the words of the resource, where the instance keeps them.
    #[must_use]
    pub fn with_words(&self, keys: Keys, of: ResourceType, tree: &Tree) -> Keys {
        if !self.parameters.keeps_words() {
            return keys;
        }
        let found = Words::of(tree);
        let each = [
            (WordsOf::Narrative, found.narrative),
            (WordsOf::Content, found.content),
        ];
        let words = each.into_iter().filter_map(|(part, words)| {
            let parameter = part.of(of)?;
            let p = self.parameters.column(parameter.ix, Slot::Own);
            (!words.is_empty()).then_some(WordKey { p, part, words })
        });
        let mut words: Vec<WordKey> = words.collect();
        words.sort_unstable();
        Keys { words, ..keys }
    }

    /// Keys that stand for whatever words a resource of a type had for the parameters with these numbers.
    pub fn former_words(&self, of: ResourceType, numbers: &HashSet<i64>) -> Vec<WordKey> {
        let each = WordsOf::ALL.into_iter().filter_map(|part| {
            let parameter = part.of(of)?;
            let number = self.parameters.number(parameter.ix);
            numbers.contains(&number).then(|| WordKey {
                p: column_of(number, Slot::Own),
                part,
                words: String::new(),
            })
        });
        each.collect()
    }

    /// As [`Encoder::with_words`], of a body as it is stored.
    ///
    /// # Errors
    /// [`Error::Failed`] when it does not parse.
    pub fn with_words_of(
        &self,
        keys: Keys,
        (of, body): (ResourceType, &[u8]),
        bounds: Bounds,
    ) -> Result<Keys, Error> {
        if !self.parameters.keeps_words() {
            return Ok(keys);
        }
        let tree =
            parse(body, bounds).map_err(|_| Error::failed("a stored body does not parse"))?;
        Ok(self.with_words(keys, of, &tree))
    }
}
