//! Functions of a text, and the way from a single value to what fits it.

use std::borrow::Cow;

use super::{Focus, Items, Run, boundary, convert, encode, math, pattern};
use crate::environment::Halt;
use crate::function::Function;
use crate::item::Item;
use crate::program::StepIx;

impl<'a> Run<'_, 'a> {
    /// A function of one System value.
    pub(super) fn of_value(
        &self,
        function: Function,
        arguments: &'a [StepIx],
        (value, at): (Item<'a>, Focus<'_, 'a>),
        out: &mut Items<'a>,
    ) -> Result<(), Halt> {
        use Function as F;
        match function {
            F::To(target) => out.extend(convert::convert(&value, target)),
            F::ConvertsTo(target) => {
                let converted = convert::convert(&value, target);
                out.push(Item::Boolean(converted.is_some()));
            }
            F::Abs
            | F::Ceiling
            | F::Exp
            | F::Floor
            | F::Ln
            | F::Log
            | F::Power
            | F::Round
            | F::Sqrt
            | F::Truncate => {
                let operand = self.argument(arguments, 0, at)?;
                out.extend(math::compute(function, &value, operand.as_ref())?);
            }
            F::LowBoundary | F::HighBoundary | F::Precision => {
                let digits = match self.argument(arguments, 0, at)? {
                    Some(Item::Integer(digits)) => Some(digits),
                    Some(_) => return Err(Halt::WrongType),
                    None => None,
                };
                out.extend(boundary::compute(function, &value, digits));
            }
            F::Comparable => {
                let other = self.argument(arguments, 0, at)?;
                let pair = compare_pair(&value, other.as_ref());
                out.extend(pair.map(Item::Boolean));
            }
            _ => {
                let Item::String(text) = value else {
                    return Err(Halt::WrongType);
                };
                self.of_text(function, arguments, (text, at), out)?;
            }
        }
        Ok(())
    }

    fn of_text(
        &self,
        function: Function,
        arguments: &'a [StepIx],
        (text, at): (Cow<'a, str>, Focus<'_, 'a>),
        out: &mut Items<'a>,
    ) -> Result<(), Halt> {
        use Function as F;
        self.charge_text(text.len())?;
        let owned = |text: String| Item::String(Cow::Owned(text));
        match function {
            F::Upper => out.push(owned(text.to_uppercase())),
            F::Lower => out.push(owned(text.to_lowercase())),
            F::Trim => out.push(owned(text.trim().to_owned())),
            F::Length => out.push(super::collection::integer(text.chars().count())),
            F::ToChars => {
                self.charge(text.len())?;
                out.extend(text.chars().map(|c| owned(c.to_string())));
            }
            F::Substring => out.extend(self.substring(arguments, &text, at)?),
            F::Matches | F::MatchesFull | F::ReplaceMatches => {
                let found = pattern::apply(self, function, arguments, (text, at))?;
                out.extend(found);
            }
            _ => {
                let Some(argument) = self.text_argument(arguments, 0, at)? else {
                    return Ok(());
                };
                match function {
                    F::StartsWith => out.push(Item::Boolean(text.starts_with(&*argument))),
                    F::EndsWith => out.push(Item::Boolean(text.ends_with(&*argument))),
                    F::Contains => out.push(Item::Boolean(text.contains(&*argument))),
                    F::IndexOf => out.push(place(&text, text.find(&*argument))),
                    F::LastIndexOf => out.push(place(&text, text.rfind(&*argument))),
                    F::Split => {
                        self.charge(text.len())?;
                        out.extend(text.split(&*argument).map(|part| owned(part.to_owned())));
                    }
                    F::Replace => {
                        if let Some(with) = self.text_argument(arguments, 1, at)? {
                            let growth = (text.len() + 1).saturating_mul(with.len() + 1);
                            self.charge_text(growth)?;
                            out.push(owned(text.replace(&*argument, &with)));
                        }
                    }
                    _ => out.extend(encode::apply(function, &text, &argument).map(owned)),
                }
            }
        }
        Ok(())
    }

    /// Characters from a position on; nothing when it lies outside.
    fn substring(
        &self,
        arguments: &'a [StepIx],
        text: &str,
        at: Focus<'_, 'a>,
    ) -> Result<Option<Item<'a>>, Halt> {
        let start = match self.argument(arguments, 0, at)? {
            Some(Item::Integer(start)) => usize::try_from(start).ok(),
            Some(_) => return Err(Halt::WrongType),
            None => None,
        };
        let length = match self.argument(arguments, 1, at)? {
            Some(Item::Integer(length)) => usize::try_from(length).unwrap_or(0),
            Some(_) => return Err(Halt::WrongType),
            None => usize::MAX,
        };
        let Some(start) = start.filter(|start| text.chars().nth(*start).is_some()) else {
            return Ok(None);
        };
        let part: String = text.chars().skip(start).take(length).collect();
        Ok(Some(Item::String(Cow::Owned(part))))
    }

    /// The one text of an argument that may be left out.
    pub(super) fn text_argument(
        &self,
        arguments: &'a [StepIx],
        at: usize,
        focus: Focus<'_, 'a>,
    ) -> Result<Option<Cow<'a, str>>, Halt> {
        match self.argument(arguments, at, focus)? {
            Some(Item::String(text)) => Ok(Some(text)),
            Some(_) => Err(Halt::WrongType),
            None => Ok(None),
        }
    }
}

/// A byte offset as a position in characters; −1 for none.
fn place(text: &str, offset: Option<usize>) -> Item<'static> {
    let before = offset.and_then(|offset| text.get(..offset));
    before.map_or(Item::Integer(-1), |before| {
        super::collection::integer(before.chars().count())
    })
}

/// Whether two quantities can be compared.
fn compare_pair(left: &Item<'_>, right: Option<&Item<'_>>) -> Option<bool> {
    match (left, right?) {
        (Item::Quantity(a), Item::Quantity(b)) => Some(a.is_comparable(b)),
        _ => None,
    }
}
