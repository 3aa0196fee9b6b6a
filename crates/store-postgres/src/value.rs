//! Arguments of planned statements, and what differs in PostgreSQL's SQL.

use std::error::Error;
use std::fmt::Write;

use bytes::BytesMut;
use cresset_store::layout::{WordsOf, finds_longer};
use cresset_store::plan::{Arg, Dialect};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// How PostgreSQL spells what backends spell differently.
pub(crate) struct Spelling;

/// Characters of a text before its rest: an entry of an index has an end at some 2,700 bytes.
pub(crate) const TEXT_CHARS: usize = 500;

impl Dialect for Spelling {
    fn placeholder(&self, n: usize, out: &mut String) {
        // Writing to a String cannot fail.
        let _ = write!(out, "${n}");
    }

    fn position(&self) -> &'static str {
        "strpos"
    }

    fn among(&self, n: usize, values: Vec<i64>, out: &mut String) -> Vec<Arg> {
        // One argument whatever the number of values, so that the statement is prepared once.
        let _ = write!(out, "=ANY(${n})");
        vec![Arg::Ints(values)]
    }

    fn words(&self, part: WordsOf, word: &str, n: usize, out: &mut String) -> Arg {
        let table = part.table();
        let _ = write!(
            out,
            "(SELECT r FROM {table} WHERE words@@${n}::text::tsquery)"
        );
        // Letters and digits alone, so that nothing in it is an operator.
        let more = if finds_longer(word) { ":*" } else { "" };
        Arg::Text(format!("'{word}'{more}"))
    }

    fn text_chars(&self) -> Option<usize> {
        Some(TEXT_CHARS)
    }
}

/// An argument of a planned statement. The columns it is compared with decide how wide it is.
#[derive(Debug)]
pub(crate) struct Bound<'a>(pub(crate) &'a Arg);

impl ToSql for Bound<'_> {
    fn to_sql(
        &self,
        of: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Arg::Null => Ok(IsNull::Yes),
            // No stored text holds a NUL, which PostgreSQL does not take at all.
            Arg::Text(text) => text.replace('\0', "\u{fffd}").to_sql(of, out),
            Arg::Int(value) => match *of {
                Type::INT2 => i16::try_from(*value)?.to_sql(of, out),
                Type::INT4 => i32::try_from(*value)?.to_sql(of, out),
                _ => value.to_sql(of, out),
            },
            Arg::Ints(values) => match *of {
                Type::INT4_ARRAY => values
                    .iter()
                    .map(|value| i32::try_from(*value))
                    .collect::<Result<Vec<i32>, _>>()?
                    .to_sql(of, out),
                _ => values.to_sql(of, out),
            },
        }
    }

    fn accepts(of: &Type) -> bool {
        [
            Type::INT2,
            Type::INT4,
            Type::INT8,
            Type::TEXT,
            Type::INT4_ARRAY,
            Type::INT8_ARRAY,
        ]
        .contains(of)
    }

    to_sql_checked!();
}

/// An id as a key of the `identity` table: a canonical UUID in 17 bytes, any other as its text,
/// each behind a byte that tells which.
pub(crate) fn stored_id(id: &str) -> Vec<u8> {
    cresset_store::backend::identity::uuid(id).map_or_else(
        || [b"t", id.as_bytes()].concat(),
        |bytes| [b"u".as_slice(), &bytes].concat(),
    )
}
