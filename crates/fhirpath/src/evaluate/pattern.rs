//! Regular expressions, which run in linear time whatever they are.

use std::borrow::Cow;

use regex::{Regex, RegexBuilder};

use super::{Focus, Run};
use crate::environment::Halt;
use crate::function::Function;
use crate::item::Item;
use crate::program::StepIx;

/// Largest compiled pattern, in bytes.
const SIZE_MAX: usize = 4 * 1024 * 1024;

/// The pattern of a text; a point matches every character, line ends too.
pub(crate) fn compile(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern)
        .dot_matches_new_line(true)
        .size_limit(SIZE_MAX)
        .build()
        .ok()
}

/// A pattern that must match the whole text.
pub(crate) fn compile_whole(pattern: &str) -> Option<Regex> {
    compile(&format!("^(?:{pattern})$"))
}

pub(super) fn apply<'a>(
    run: &Run<'_, 'a>,
    function: Function,
    arguments: &'a [StepIx],
    (text, at): (Cow<'a, str>, Focus<'_, 'a>),
) -> Result<Option<Item<'a>>, Halt> {
    let Some(argument) = arguments.first() else {
        return Ok(None);
    };
    run.charge(text.len())?;
    let known = run.program.pattern(*argument);
    let built;
    let regex = if let Some(regex) = known {
        regex
    } else {
        let Some(pattern) = run.text_argument(arguments, 0, at)? else {
            return Ok(None);
        };
        // Compiling one costs about as much as thousands of steps.
        run.charge(2_000 + pattern.len() * 100)?;
        let whole = function == Function::MatchesFull;
        built = if whole {
            compile_whole(&pattern)
        } else {
            compile(&pattern)
        }
        .ok_or(Halt::Pattern)?;
        &built
    };
    if function != Function::ReplaceMatches {
        return Ok(Some(Item::Boolean(regex.is_match(&text))));
    }
    let Some(with) = run.text_argument(arguments, 1, at)? else {
        return Ok(None);
    };
    if regex.as_str().is_empty() {
        return Ok(Some(Item::String(text)));
    }
    run.charge_text((text.len() + 1).saturating_mul(with.len() + 1))?;
    let replaced = regex.replace_all(&text, with.as_ref()).into_owned();
    Ok(Some(Item::String(Cow::Owned(replaced))))
}
