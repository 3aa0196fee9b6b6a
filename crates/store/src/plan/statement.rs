//! Statement text with its arguments, and what differs between backends' SQL.

use crate::layout::WordsOf;

/// What differs between the SQL of two backends.
pub trait Dialect: Send + Sync {
    /// Writes the placeholder of the `n`th argument, counted from 1.
    fn placeholder(&self, n: usize, out: &mut String);
    /// The function `f(haystack, needle)` that gives the 1-based position of a text in another, 0 when absent.
    fn position(&self) -> &'static str;
    /// Written behind the bounds of each candidate, to count those that are looked at.
    fn visited(&self) -> &'static str {
        ""
    }
    /// Characters of a folded text in its column; what is beyond them stands in the column `rest`.
    /// `None` where the column holds the whole.
    fn text_chars(&self) -> Option<usize> {
        None
    }
    /// Writes a table in parentheses whose column `r` has the resources that have a word that begins
    /// so; the `n`th argument stands for it, and is given.
    fn words(&self, part: WordsOf, word: &str, n: usize, out: &mut String) -> Arg;
    /// Writes the test that what stands before is one of these, the first of which is the `n`th
    /// argument; gives the arguments.
    fn among(&self, n: usize, values: Vec<i64>, out: &mut String) -> Vec<Arg> {
        out.push_str(" IN (");
        for at in 0..values.len() {
            if at > 0 {
                out.push(',');
            }
            self.placeholder(n + at, out);
        }
        out.push(')');
        values.into_iter().map(Arg::Int).collect()
    }
}

/// An argument. Nothing a caller sent ever becomes statement text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Arg {
    /// No value: a sort key of a resource without one.
    Null,
    /// An integer.
    Int(i64),
    /// A text.
    Text(String),
    /// A list of integers, where the backend takes one as a single argument.
    Ints(Vec<i64>),
}

/// One parametrised statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Statement {
    /// Its text; equal shapes of question have equal texts, so that it can be prepared once.
    pub text: String,
    /// Its arguments in order.
    pub args: Vec<Arg>,
}

/// Writes a statement piece by piece.
pub(crate) struct Builder<'d> {
    dialect: &'d dyn Dialect,
    statement: Statement,
}

impl<'d> Builder<'d> {
    pub(crate) fn new(dialect: &'d dyn Dialect) -> Self {
        Self {
            dialect,
            statement: Statement {
                text: String::with_capacity(512),
                args: Vec::with_capacity(16),
            },
        }
    }

    pub(crate) fn dialect(&self) -> &'d dyn Dialect {
        self.dialect
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.statement.text.push_str(text);
        self
    }

    pub(crate) fn arg(&mut self, arg: Arg) -> &mut Self {
        self.statement.args.push(arg);
        self.dialect
            .placeholder(self.statement.args.len(), &mut self.statement.text);
        self
    }

    pub(crate) fn int(&mut self, value: i64) -> &mut Self {
        self.arg(Arg::Int(value))
    }

    /// Writes that what stands before is one of these.
    pub(crate) fn among(&mut self, values: impl IntoIterator<Item = i64>) -> &mut Self {
        let next = self.statement.args.len() + 1;
        let values = values.into_iter().collect();
        let args = self.dialect.among(next, values, &mut self.statement.text);
        self.statement.args.extend(args);
        self
    }

    /// Writes a table of the resources that have such a word.
    pub(crate) fn words(&mut self, part: WordsOf, word: &str) -> &mut Self {
        let next = self.statement.args.len() + 1;
        let text = &mut self.statement.text;
        let arg = self.dialect.words(part, word, next, text);
        self.statement.args.push(arg);
        self
    }

    pub(crate) fn finish(self) -> Statement {
        self.statement
    }
}
