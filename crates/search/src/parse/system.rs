//! Searches of several types and within a compartment.

use cresset_base::ResourceId;
use cresset_definitions::{ResourceType, r4};

use super::fault::{SearchFault, short};
use super::{Context, parse};
use crate::query::{Criterion, Match, Query, Test};

/// The compartment of one resource (R4 `CompartmentDefinition`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compartment {
    /// The type of the resource it is about.
    pub owner: ResourceType,
    /// Its id.
    pub id: ResourceId,
}

impl Compartment {
    /// The types that can lie in it; `None` when there is no compartment of its owner's type.
    pub fn members(&self) -> Option<Vec<ResourceType>> {
        let compartment = r4().compartment(self.owner)?;
        let types = ResourceType::all();
        let is_member = |of: &ResourceType| {
            *of == self.owner || compartment.parameters(*of).is_some_and(|p| !p.is_empty())
        };
        Some(types.filter(is_member).collect())
    }

    /// What puts a resource of this type into it: any of the references the definition lists, or
    /// being the owner.
    fn criterion(&self, of: ResourceType) -> Criterion {
        let codes = r4().compartment(self.owner).and_then(|c| c.parameters(of));
        let references = codes.unwrap_or_default().iter();
        let here = Match::Local(Some(self.owner), self.id.clone());
        let mut ways: Vec<Criterion> = references
            .filter_map(|code| r4().search_parameter(of, code))
            .map(|p| Criterion::Values(p.ix, Test::AnyOf(vec![here.clone()])))
            .collect();
        if of == self.owner
            && let Some(id) = r4().search_parameter(of, "_id")
        {
            let own = Test::AnyOf(vec![Match::Id(self.id.clone())]);
            ways.push(Criterion::Values(id.ix, own));
        }
        Criterion::Any(ways)
    }
}

/// What is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The types, in order of their codes.
    pub types: &'a [ResourceType],
    /// The compartment they must lie in.
    pub within: Option<&'a Compartment>,
}

/// A search of several types that can be run.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedTypes {
    /// One query for each type.
    pub queries: Vec<Query>,
    /// As [`super::Parsed::applied`].
    pub applied: Vec<(String, String)>,
    /// As [`super::Parsed::ignored`].
    pub ignored: Vec<String>,
}

/// Takes `_type` out of the pairs: the types it names, in order of their codes.
///
/// # Errors
/// When it occurs twice or names something that is no type.
pub fn take_types(
    pairs: &mut Vec<(String, String)>,
) -> Result<Option<(Vec<ResourceType>, String)>, SearchFault> {
    let mut given = pairs.extract_if(.., |(name, _)| name == "_type");
    let (first, second) = (given.next(), given.next());
    drop(given);
    if second.is_some() {
        let what = "The parameter occurs twice; name all types in one, separated by commas.";
        return Err(SearchFault::value("_type", what));
    }
    let Some((_, value)) = first else {
        return Ok(None);
    };
    let parsed = value.split(',').map(|name| {
        ResourceType::parse(name).ok_or_else(|| {
            let what = format!("There is no resource type '{}'.", short(name));
            SearchFault::value("_type", what)
        })
    });
    let mut types = parsed.collect::<Result<Vec<_>, _>>()?;
    types.sort_unstable();
    types.dedup();
    Ok(Some((types, value)))
}

/// Reads the pairs of a search of several types, or within a compartment; every parameter must be
/// one of each type.
///
/// # Errors
/// As [`parse`].
pub fn parse_types(
    scope: &Scope<'_>,
    pairs: &[(String, String)],
    context: &Context<'_>,
) -> Result<ParsedTypes, SearchFault> {
    let all = each(scope, pairs, context)?;
    if all.ignored.is_empty() {
        return Ok(all);
    }
    // What one type does not know is ignored for all: it must not narrow some of them only.
    let is_kept = |pair: &&(String, String)| !all.ignored.contains(&short(&pair.0));
    let kept: Vec<(String, String)> = pairs.iter().filter(is_kept).cloned().collect();
    let again = each(scope, &kept, context)?;
    Ok(ParsedTypes {
        ignored: all.ignored,
        ..again
    })
}

fn each(
    scope: &Scope<'_>,
    pairs: &[(String, String)],
    context: &Context<'_>,
) -> Result<ParsedTypes, SearchFault> {
    let mut all = ParsedTypes {
        queries: Vec::with_capacity(scope.types.len()),
        applied: Vec::new(),
        ignored: Vec::new(),
    };
    for of in scope.types {
        let mut parsed = parse(*of, pairs, context)?;
        let within = scope.within.map(|compartment| compartment.criterion(*of));
        let building = within
            .as_ref()
            .and_then(|within| context.unindexed.of_criterion(within));
        if let Some(building) = building {
            return Err(SearchFault::unindexed("the compartment", building));
        }
        parsed.query.criteria.extend(within);
        all.queries.push(parsed.query);
        all.applied = parsed.applied;
        all.ignored.extend(parsed.ignored);
    }
    all.ignored.sort_unstable();
    all.ignored.dedup();
    Ok(all)
}
