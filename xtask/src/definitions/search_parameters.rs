//! Search parameter definitions → one parameter per (type, code).

use std::collections::BTreeMap;

use cresset_definitions::{Component, ParameterIx, ResourceType, SearchParameter, SearchType};
use serde::Deserialize;

use super::{Errata, Error, Source, list, text};

#[derive(Deserialize, Clone)]
struct Published {
    url: String,
    code: String,
    #[serde(default)]
    base: Vec<String>,
    #[serde(rename = "type")]
    search_type: String,
    expression: Option<String>,
    #[serde(default)]
    target: Vec<String>,
    #[serde(default)]
    component: Vec<PublishedComponent>,
}

#[derive(Deserialize, Clone)]
struct PublishedComponent {
    definition: String,
    expression: String,
}

/// The parameters of single types, and those of every type.
pub(crate) fn compile(
    source: &Source,
    errata: &Errata,
) -> Result<(Vec<SearchParameter>, Vec<SearchParameter>), Error> {
    let mut by_url: BTreeMap<String, Published> = BTreeMap::new();
    for parameter in source.all::<Published>("SearchParameter")? {
        by_url.insert(parameter.url.clone(), parameter);
    }
    correct(&mut by_url, errata)?;
    let (mut single, mut shared) = (Vec::new(), Vec::new());
    for parameter in by_url.values() {
        for base in &parameter.base {
            match ResourceType::parse(base) {
                Some(t) => single.push(compiled(parameter, t, &by_url)?),
                None => shared.push(compiled_for_every_type(parameter, &by_url)?),
            }
        }
    }
    single.sort_by_key(|p| (p.resource_type, p.code));
    shared.sort_by_key(|p| p.code);
    if let Some([a, _]) = single
        .windows(2)
        .filter_map(|w| <&[_; 2]>::try_from(w).ok())
        .find(|[a, b]| (a.resource_type, a.code) == (b.resource_type, b.code))
    {
        return Err(format!("{} has two parameters {}", a.resource_type, a.code).into());
    }
    Ok((single, shared))
}

/// Applies the errata; what then has no expression must have been left out by one.
fn correct(by_url: &mut BTreeMap<String, Published>, errata: &Errata) -> Result<(), Error> {
    for erratum in &errata.search_parameters {
        let unknown = || format!("an erratum names the unknown parameter {}", erratum.url);
        if erratum.omit {
            by_url.remove(&erratum.url).ok_or_else(unknown)?;
            continue;
        }
        let parameter = by_url.get_mut(&erratum.url).ok_or_else(unknown)?;
        if erratum.expression.is_some() {
            parameter.expression.clone_from(&erratum.expression);
        }
        for (component, right) in parameter
            .component
            .iter_mut()
            .zip(erratum.components.iter().flatten())
        {
            component.expression.clone_from(right);
        }
    }
    match by_url
        .values()
        .find(|p| p.expression.is_none() || p.base.is_empty())
    {
        Some(p) => Err(format!("{} has no expression or no base", p.url).into()),
        None => Ok(()),
    }
}

fn compiled(
    p: &Published,
    resource_type: ResourceType,
    by_url: &BTreeMap<String, Published>,
) -> Result<SearchParameter, Error> {
    let published = p.expression.as_deref().unwrap_or_default();
    let expression = narrowed(published, resource_type.name());
    if expression.is_empty() {
        return Err(format!("{} has nothing for {resource_type}: {published}", p.url).into());
    }
    let mut targets: Vec<_> = p
        .target
        .iter()
        .filter_map(|t| ResourceType::parse(t))
        .collect();
    targets.sort();
    // A parameter that may point to every type is one that may point to any.
    if targets.len() == ResourceType::all().count() {
        targets.clear();
    }
    let components = p
        .component
        .iter()
        .map(|c| component(c, by_url))
        .collect::<Result<_, _>>()?;
    Ok(SearchParameter {
        ix: ParameterIx::default(),
        resource_type,
        code: text(&p.code),
        url: text(&p.url),
        search_type: search_type(&p.search_type)?,
        expression: text(&expression),
        targets: list(targets),
        components: list(components),
    })
}

/// A parameter of `Resource`: its expression is made relative, so that it fits every type.
fn compiled_for_every_type(
    p: &Published,
    by_url: &BTreeMap<String, Published>,
) -> Result<SearchParameter, Error> {
    let any = ResourceType::from_code(0).ok_or("there are no resource types")?;
    let published = p.expression.as_deref().unwrap_or_default();
    let relative = published
        .strip_prefix("Resource.")
        .ok_or("a shared parameter not of Resource")?;
    let as_if_of_one = Published {
        expression: Some(format!("{}.{relative}", any.name())),
        ..p.clone()
    };
    let mut parameter = compiled(&as_if_of_one, any, by_url)?;
    parameter.expression = text(relative);
    Ok(parameter)
}

fn component(
    c: &PublishedComponent,
    by_url: &BTreeMap<String, Published>,
) -> Result<Component, Error> {
    let of = by_url
        .get(&c.definition)
        .ok_or_else(|| format!("no parameter {}", c.definition))?;
    Ok(Component {
        expression: text(&c.expression),
        search_type: search_type(&of.search_type)?,
        code: text(&of.code),
    })
}

/// The alternatives of a union that begin with this type.
fn narrowed(expression: &str, type_name: &str) -> String {
    let own = |alternative: &&str| {
        let root: String = alternative
            .trim_start_matches('(')
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect();
        root == type_name
    };
    let alternatives: Vec<_> = alternatives(expression).into_iter().filter(own).collect();
    alternatives.join(" | ")
}

/// The operands of the unions outside parentheses.
fn alternatives(expression: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    expression
        .split(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            c == '|' && depth == 0
        })
        .map(str::trim)
        .collect()
}

/// The search type with this code.
pub(crate) fn search_type(name: &str) -> Result<SearchType, Error> {
    let found = SearchType::parse(name);
    Ok(found.ok_or_else(|| format!("unknown search parameter type {name}"))?)
}
