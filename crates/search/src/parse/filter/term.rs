//! One test of a filter: an operator over the values of a parameter.
//!
//! Each operator asks what a prefix or a modifier asks outside of a filter, so that both find alike.

use cresset_definitions::{SearchParameter, SearchType};

use super::grammar::Term;
use crate::parse::chain::Chain;
use crate::parse::criterion::Asked;
use crate::parse::fault::{SearchFault, short};
use crate::query::{Criterion, Match, Test};
use crate::text::fold;
use crate::value::Prefix;

/// The operators that each kind of parameter takes.
const fn operators(search_type: SearchType) -> &'static [&'static str] {
    match search_type {
        SearchType::String => &["eq", "ne", "co", "sw", "ew", "pr"],
        SearchType::Date => &[
            "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap", "po", "pr",
        ],
        SearchType::Number | SearchType::Quantity => {
            &["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap", "pr"]
        }
        SearchType::Token => &["eq", "ne", "in", "ni", "ss", "sb", "pr"],
        SearchType::Reference => &["eq", "ne", "re", "pr"],
        SearchType::Uri => &["eq", "ne", "ss", "sb", "pr"],
        SearchType::Composite | SearchType::Special => &["eq", "ne", "pr"],
    }
}

/// The criterion of a test of this parameter.
pub(super) fn criterion(
    parameter: &'static SearchParameter,
    term: &Term<'_>,
    chain: &Chain<'_>,
) -> Result<Criterion, SearchFault> {
    let offered = operators(parameter.search_type);
    if !offered.contains(&term.operator) {
        let (code, shown) = (parameter.code, short(term.operator));
        let what = format!("{code} takes no '{shown}' here but {}.", offered.join(", "));
        return Err(SearchFault::value(chain.name, what).at(term.operator_at));
    }
    let asked = Asked {
        parameter,
        name: chain.name,
        context: chain.context,
    };
    let criterion = test(&asked, term).map_err(|fault| fault.or_at(term.value_at))?;
    Ok(criterion)
}

fn test(asked: &Asked<'_>, term: &Term<'_>) -> Result<Criterion, SearchFault> {
    let ix = asked.parameter.ix;
    let value = term.value.as_ref();
    let is_text = asked.parameter.search_type == SearchType::String;
    let plain = escaped(value, is_text);
    let test = match (term.operator, asked.parameter.search_type) {
        ("pr", _) => Test::Missing(asked.test(Some("missing"), value)? == Test::Missing(false)),
        ("eq" | "re", SearchType::String) => Test::AnyOf(vec![text(asked, value, Match::TextIs)?]),
        ("co", _) => Test::AnyOf(vec![text(asked, value, Match::TextContains)?]),
        ("sw", _) => Test::AnyOf(vec![text(asked, value, Match::TextStarts)?]),
        ("ew", _) => Test::AnyOf(vec![text(asked, value, Match::TextEnds)?]),
        ("ne", SearchType::String) => {
            return Ok(other(ix, vec![text(asked, value, Match::TextIs)?]));
        }
        ("in", _) => asked.test(Some("in"), &plain)?,
        ("ni", _) => asked.test(Some("not-in"), &plain)?,
        ("ss", _) => asked.test(Some("below"), &plain)?,
        ("sb", _) => asked.test(Some("above"), &plain)?,
        ("po", _) => overlaps(asked.test(None, &plain)?),
        (prefix, SearchType::Date | SearchType::Number | SearchType::Quantity) => {
            asked.test(None, &format!("{prefix}{plain}"))?
        }
        ("ne", _) => {
            return Ok(match asked.test(None, &plain)? {
                Test::AnyOf(matches) => other(ix, matches),
                test => Criterion::Values(ix, test).negated(),
            });
        }
        _ => asked.test(None, &plain)?,
    };
    Ok(Criterion::Values(ix, test))
}

/// `ne`: there is a value, and it is another.
fn other(ix: cresset_definitions::ParameterIx, matches: Vec<Match>) -> Criterion {
    Criterion::All(vec![
        Criterion::Values(ix, Test::Missing(false)),
        Criterion::Values(ix, Test::NoneOf(matches)),
    ])
}

/// `po`: the periods have some time in common.
fn overlaps(test: Test) -> Test {
    let Test::AnyOf(matches) = test else {
        return test;
    };
    let each = matches.into_iter().map(|wanted| match wanted {
        Match::Date(_, range) => Match::Date(Prefix::Ap, range),
        wanted => wanted,
    });
    Test::AnyOf(each.collect())
}

fn text(
    asked: &Asked<'_>,
    value: &str,
    wanted: impl Fn(String) -> Match,
) -> Result<Match, SearchFault> {
    let folded = fold(value);
    if folded.is_empty() {
        let what = "Give at least one character that is not white space.";
        return Err(SearchFault::value(asked.name, what));
    }
    Ok(wanted(folded))
}

/// A filter's value is one value: what would separate several belongs to it.
fn escaped(value: &str, is_text: bool) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, ',' | '\\') || (is_text && matches!(c, '|' | '$')) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
