//! `_text` and `_content`: words of the narrative or of the whole resource (R4 3.1.1.4.6, 3.1.1.4.7).
//!
//! Words that follow each other must all be there; `or`, `not` and parentheses join them otherwise. A word
//! finds those that begin so, as other texts do.

use cresset_definitions::words::asks_for_words;
use cresset_definitions::{ResourceType, SearchParameter, r4};

use super::{Chain, Criterion, SearchFault};
use crate::parse::escape::{split, unescape};
use crate::query::{Match, Test};
use crate::words;

/// The parameter of this name that asks for words of a type.
pub(super) fn parameter(of: ResourceType, code: &str) -> Option<&'static SearchParameter> {
    let found = r4().search_parameter(of, code);
    found.filter(|parameter| asks_for_words(parameter))
}

impl Chain<'_> {
    /// The criterion of an expression over the words of a resource.
    pub(super) fn words(
        &self,
        parameter: &SearchParameter,
        modifier: Option<&str>,
    ) -> Result<Criterion, SearchFault> {
        if self.context.unindexed.is_wordless() {
            let what = "This instance keeps no words of its resources; leave the parameter out.";
            return Err(SearchFault::unsupported(self.name, what));
        }
        if modifier.is_some() {
            let what = format!("{} takes no modifier.", parameter.code);
            return Err(SearchFault::modifier(self.name, what));
        }
        let limits = self.context.limits;
        let mut words = 0;
        let alternatives = split(self.value, ',').map(|text| {
            let text = unescape(text);
            let mut reader = Reader {
                tokens: tokens(&text),
                at: 0,
                depth: 0,
                depth_max: limits.filter_depth_max,
                words: 0,
                leaf: &|word| {
                    let found = Test::AnyOf(vec![Match::Word(word)]);
                    Criterion::Values(parameter.ix, found)
                },
            };
            let criterion = reader
                .whole()
                .map_err(|what| SearchFault::value(self.name, what))?;
            words += reader.words;
            if words > limits.criteria_max {
                let most = limits.criteria_max;
                return Err(SearchFault::too_many(self.name, "words", most));
            }
            Ok(criterion)
        });
        let mut alternatives: Vec<Criterion> = alternatives.collect::<Result<_, _>>()?;
        Ok(match alternatives.pop() {
            Some(only) if alternatives.is_empty() => only,
            last => {
                alternatives.extend(last);
                Criterion::Any(alternatives)
            }
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Or,
    Not,
    Word(String),
}

/// `and` says what standing beside each other says.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for part in text.split_inclusive(['(', ')']) {
        let (between, bracket) = match part.char_indices().next_back() {
            Some((at, bracket @ ('(' | ')'))) => {
                (part.get(..at).unwrap_or_default(), Some(bracket))
            }
            _ => (part, None),
        };
        words::each(between, |word| match word {
            "and" => {}
            "or" => tokens.push(Token::Or),
            "not" => tokens.push(Token::Not),
            word => tokens.push(Token::Word(word.to_owned())),
        });
        tokens.extend(bracket.map(|b| if b == '(' { Token::Open } else { Token::Close }));
    }
    tokens
}

struct Reader<'r> {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    depth_max: usize,
    words: usize,
    leaf: &'r dyn Fn(String) -> Criterion,
}

impl Reader<'_> {
    fn whole(&mut self) -> Result<Criterion, String> {
        let criterion = self.any()?;
        if self.at < self.tokens.len() {
            return Err("A parenthesis is closed that was not opened.".to_owned());
        }
        Ok(criterion)
    }

    fn any(&mut self) -> Result<Criterion, String> {
        let mut each = vec![self.all()?];
        while self.take(&Token::Or) {
            each.push(self.all()?);
        }
        Ok(one_or(each, Criterion::Any))
    }

    fn all(&mut self) -> Result<Criterion, String> {
        let mut each = vec![self.one()?];
        while matches!(
            self.tokens.get(self.at),
            Some(Token::Word(_) | Token::Open | Token::Not)
        ) {
            each.push(self.one()?);
        }
        Ok(one_or(each, Criterion::All))
    }

    fn one(&mut self) -> Result<Criterion, String> {
        if self.take(&Token::Not) {
            self.deepen()?;
            let criterion = self.one()?.negated();
            self.depth -= 1;
            return Ok(criterion);
        }
        if self.take(&Token::Open) {
            self.deepen()?;
            let criterion = self.any()?;
            self.depth -= 1;
            return if self.take(&Token::Close) {
                Ok(criterion)
            } else {
                Err("A parenthesis is not closed.".to_owned())
            };
        }
        let Some(Token::Word(word)) = self.tokens.get(self.at).cloned() else {
            return Err("Give words, joined by and, or, not and parentheses.".to_owned());
        };
        self.at += 1;
        self.words += 1;
        Ok((self.leaf)(word))
    }

    fn deepen(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > self.depth_max {
            return Err(format!(
                "At most {} parentheses may be open.",
                self.depth_max
            ));
        }
        Ok(())
    }

    fn take(&mut self, token: &Token) -> bool {
        let is_next = self.tokens.get(self.at) == Some(token);
        self.at += usize::from(is_next);
        is_next
    }
}

fn one_or(mut each: Vec<Criterion>, join: fn(Vec<Criterion>) -> Criterion) -> Criterion {
    match each.pop() {
        Some(only) if each.is_empty() => only,
        last => {
            each.extend(last);
            join(each)
        }
    }
}
