//! One parameter with its modifier and alternatives.

use cresset_definitions::{SearchParameter, SearchType, r4};

use super::Context;
use super::escape::{split, unescape};
use super::fault::SearchFault;
use super::measure;
use super::modifier::Modifier;
use super::near;
use super::reference::Reference;
use super::token::token;
use crate::concepts::ConceptSet;
use crate::query::{Match, Test};
use crate::text::fold;
use crate::value::TokenMatch;

/// A pair whose parameter is known.
pub(super) struct Asked<'a> {
    pub(super) parameter: &'a SearchParameter,
    /// As written, with the modifier.
    pub(super) name: &'a str,
    pub(super) context: &'a Context<'a>,
}

impl Asked<'_> {
    pub(super) fn test(&self, modifier: Option<&str>, value: &str) -> Result<Test, SearchFault> {
        let modifier = modifier
            .map(|m| Modifier::parse(self.parameter, self.name, m, self.context))
            .transpose()?;
        if modifier == Some(Modifier::Missing) {
            return Ok(Test::Missing(self.boolean(value)?));
        }
        let most = self.context.limits.alternatives_max;
        let mut matches = Vec::new();
        let mut at = 1;
        for (n, text) in split(value, ',').enumerate() {
            if n == most {
                return Err(SearchFault::too_many(
                    self.name,
                    "alternatives of one parameter",
                    most,
                ));
            }
            let found = self.matched(modifier, text, &mut matches);
            // A value of one part needs no place in it.
            let is_only = text.len() == value.len();
            found.map_err(|fault| if is_only { fault } else { fault.or_at(at) })?;
            at += text.chars().count() + 1;
        }
        let is_negative = matches!(modifier, Some(Modifier::Not | Modifier::NotIn));
        Ok(if is_negative {
            Test::NoneOf(matches)
        } else {
            Test::AnyOf(matches)
        })
    }

    fn boolean(&self, value: &str) -> Result<bool, SearchFault> {
        match value {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(SearchFault::value(self.name, "Give true or false.")),
        }
    }

    /// Adds what one alternative asks for.
    fn matched(
        &self,
        modifier: Option<Modifier>,
        text: &str,
        matches: &mut Vec<Match>,
    ) -> Result<(), SearchFault> {
        if text.is_empty() {
            return Err(SearchFault::value(
                self.name,
                "One of the alternatives is empty; remove the comma too many.",
            ));
        }
        if let Some(set) = self.named_set(modifier, text)? {
            let codes = self.context.concepts.get(&set);
            let codes = codes.ok_or_else(|| SearchFault::concepts(self.name, set.clone()))?;
            let token = |code: &TokenMatch| {
                Match::Token(implied(self.parameter, code.clone(), self.context))
            };
            matches.extend(codes.iter().map(token));
            return Ok(());
        }
        let found = match (self.parameter.code, self.parameter.search_type) {
            ("_id", _) => self.id(text),
            (_, SearchType::Composite) => self.composite(text),
            (_, search_type) => self.plain(self.parameter, search_type, modifier, text),
        };
        matches.push(found.map_err(|sentence| SearchFault::value(self.name, sentence))?);
        Ok(())
    }

    /// The set of codes that is asked for by name.
    fn named_set(
        &self,
        modifier: Option<Modifier>,
        text: &str,
    ) -> Result<Option<ConceptSet>, SearchFault> {
        let part = match modifier {
            Some(Modifier::In | Modifier::NotIn) => {
                return Ok(Some(ConceptSet::ValueSet(unescape(text))));
            }
            Some(part @ (Modifier::Above | Modifier::Below))
                if self.parameter.search_type == SearchType::Token =>
            {
                part
            }
            _ => return Ok(None),
        };
        let Some((system, code)) = self.coded(text) else {
            let what = "Name the code system: give system|code.";
            return Err(SearchFault::value(self.name, what));
        };
        Ok(Some(if part == Modifier::Above {
            ConceptSet::Above { system, code }
        } else {
            ConceptSet::Below { system, code }
        }))
    }

    /// The system and code of a token; a `code` has the one system its definition implies.
    fn coded(&self, text: &str) -> Option<(String, String)> {
        match token(text)? {
            TokenMatch::SystemAndCode(system, code) => Some((system, code)),
            TokenMatch::Code(code) => {
                let facts = self.context.facts(self.parameter)?;
                match facts.code_systems.as_slice() {
                    [only] => Some(((*only).to_owned(), code)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The id of the type searched, alone or as `Type/id`.
    fn id(&self, text: &str) -> Result<Match, String> {
        let name = self.parameter.resource_type.name();
        let id = text
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('/'))
            .unwrap_or(text);
        id.parse()
            .map(Match::Id)
            .map_err(|e: cresset_base::InvalidName| format!("{}.", capitalized(e.expected)))
    }

    fn plain(
        &self,
        parameter: &SearchParameter,
        search_type: SearchType,
        modifier: Option<Modifier>,
        text: &str,
    ) -> Result<Match, String> {
        const TOKEN: &str = "Give a code, system|code, |code or system|.";
        match search_type {
            SearchType::Token if modifier == Some(Modifier::Text) => said(text),
            SearchType::Token if modifier == Some(Modifier::OfType) => of_type(text),
            SearchType::Token => token(text)
                .map(|t| Match::Token(implied(parameter, t, self.context)))
                .ok_or(TOKEN.into()),
            SearchType::Reference => match modifier {
                Some(Modifier::Identifier) => token(text).map(Match::ReferenceIdentifier).ok_or(TOKEN.into()),
                Some(Modifier::Type(wanted)) => self.reference(parameter, Some(wanted), text),
                _ => self.reference(parameter, None, text),
            },
            SearchType::Date => measure::date(text, self.context.now).ok_or(
                "Give a date as YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with time zone, with or without one of the prefixes eq ne gt lt ge le sa eb ap.".into(),
            ),
            SearchType::Number => measure::number(text)
                .ok_or("Give a number, with or without one of the prefixes eq ne gt lt ge le sa eb ap.".into()),
            SearchType::Quantity => measure::quantity(text)
                .ok_or("Give number, number|system|code or number||code, with or without a prefix.".into()),
            SearchType::String if parameter.code == "_text" && modifier.is_none() => {
                string(Some(Modifier::Contains), text)
            }
            SearchType::String => string(modifier, text),
            SearchType::Uri => Ok(uri(modifier, text)),
            SearchType::Special => near::circle(text).map(Match::Near),
            // No composite has a composite for a part.
            SearchType::Composite => {
                Err(format!("This server does not offer searching by {}.", parameter.code))
            }
        }
    }

    fn reference(
        &self,
        parameter: &SearchParameter,
        wanted: Option<cresset_definitions::ResourceType>,
        text: &str,
    ) -> Result<Match, String> {
        Reference {
            parameter,
            wanted,
            own: self.context.own,
        }
        .matched(text)
    }

    /// `a$b`: each part as its own parameter would read it.
    fn composite(&self, text: &str) -> Result<Match, String> {
        let components = self.parameter.components;
        let texts: Vec<&str> = split(text, '$').collect();
        if texts.len() != components.len() || texts.iter().any(|t| t.is_empty()) {
            let parts: Vec<&str> = components.iter().map(|c| c.code).collect();
            return Err(format!("Give the parts {} joined by $.", parts.join("$")));
        }
        let parts = components.iter().zip(texts).map(|(component, text)| {
            let of_part = r4().search_parameter(self.parameter.resource_type, component.code);
            self.plain(
                of_part.unwrap_or(self.parameter),
                component.search_type,
                None,
                text,
            )
        });
        parts.collect::<Result<_, _>>().map(Match::Composite)
    }
}

/// A `code` is stored without its system, which its definition implies (3.1.1.5.10): naming that
/// system asks for the code alone.
fn implied(parameter: &SearchParameter, token: TokenMatch, context: &Context<'_>) -> TokenMatch {
    let facts = context.facts(parameter);
    match token {
        TokenMatch::SystemAndCode(system, code)
            if facts.is_some_and(|f| f.code_systems.contains(&system.as_str())) =>
        {
            TokenMatch::NoSystem(code)
        }
        token => token,
    }
}

fn string(modifier: Option<Modifier>, text: &str) -> Result<Match, String> {
    let text = unescape(text);
    if modifier == Some(Modifier::Exact) {
        return Ok(Match::TextExact(text));
    }
    let folded = fold(&text);
    if folded.is_empty() {
        return Err("Give at least one character that is not white space.".into());
    }
    Ok(if modifier == Some(Modifier::Contains) {
        Match::TextContains(folded)
    } else {
        Match::TextStarts(folded)
    })
}

fn said(text: &str) -> Result<Match, String> {
    match fold(&unescape(text)) {
        folded if folded.is_empty() => {
            Err("Give at least one character that is not white space.".into())
        }
        folded => Ok(Match::Said(folded)),
    }
}

/// `system|code|value` (3.1.1.4.10): an identifier by the code of its type.
fn of_type(text: &str) -> Result<Match, String> {
    let parts: Vec<&str> = split(text, '|').collect();
    match parts.as_slice() {
        [system, code, value] if !code.is_empty() && !value.is_empty() => {
            let (system, code) = (unescape(system), unescape(code));
            let of = if system.is_empty() {
                TokenMatch::NoSystem(code)
            } else {
                TokenMatch::SystemAndCode(system, code)
            };
            Ok(Match::OfType(of, unescape(value)))
        }
        _ => Err("Give system|code|value: the type of the identifier and its value.".into()),
    }
}

fn uri(modifier: Option<Modifier>, text: &str) -> Match {
    let uri = unescape(text);
    match modifier {
        Some(Modifier::Above) => Match::UriAbove(uri),
        Some(Modifier::Below) => Match::UriBelow(uri),
        _ => Match::Uri(uri),
    }
}

fn capitalized(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
