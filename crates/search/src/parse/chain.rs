//! Names of parameters: plain, chained (`subject:Patient.name`) and reverse chained (`_has`).

mod list;
mod schedulable;
mod words;

use cresset_definitions::{ResourceType, SearchParameter, SearchType};

use super::Context;
use super::criterion::Asked;
use super::fault::{SearchFault, short};
use super::filter;
use super::modifier::points_to;
use super::near;
use super::nearness;
use crate::query::{Criterion, Hop};

/// Parameters the standard defines for every search that this server does not offer.
const NOT_OFFERED: [&str; 5] = ["_contained", "_containedType", "_query", "_score", "_type"];

/// Names that apps of practices send and that read otherwise by the grammar: a type, the name, and
/// the names of which any may hold instead.
const SHORTHANDS: &[(&str, &str, &[&str])] = &[
    // R4's `code` of a Questionnaire is that of its items; the form's own code is meant as well.
    (
        "QuestionnaireResponse",
        "questionnaire.code",
        &["questionnaire.code", "questionnaire.questionnaire-code"],
    ),
    (
        "QuestionnaireResponse",
        "questionnaire.item.code",
        &["questionnaire.code"],
    ),
    // Members of the team of a patient, who is its subject and takes no part in it.
    (
        "Patient",
        "_has:CareTeam:participant:member",
        &["_has:CareTeam:subject:participant"],
    ),
];

fn shorthand(of: ResourceType, name: &str) -> Option<&'static [&'static str]> {
    let found = SHORTHANDS
        .iter()
        .find(|(resource_type, known, _)| *resource_type == of.name() && *known == name);
    found.map(|(_, _, meant)| *meant)
}

/// What precedes the type, the parameter and the rest of a reverse chain.
const HAS: &str = "_has:";

/// One pair whose name may lead from reference to reference.
pub(super) struct Chain<'a> {
    pub(super) context: &'a Context<'a>,
    /// The whole name as written.
    pub(super) name: &'a str,
    pub(super) value: &'a str,
}

impl Chain<'_> {
    /// The criterion for resources of `of`; `hops` counts the references followed.
    pub(super) fn criterion(
        &self,
        of: ResourceType,
        hops: &mut usize,
    ) -> Result<Criterion, SearchFault> {
        let mut count = Count { hops, depth: 0 };
        let Some(meant) = shorthand(of, self.name) else {
            return self.rest(of, self.name, &mut count);
        };
        let each = meant.iter().map(|name| self.rest(of, name, &mut count));
        Ok(Criterion::Any(each.collect::<Result<_, _>>()?))
    }

    fn rest(
        &self,
        of: ResourceType,
        rest: &str,
        count: &mut Count<'_>,
    ) -> Result<Criterion, SearchFault> {
        if let Some(reverse) = rest.strip_prefix(HAS) {
            return self.reverse(of, reverse, count);
        }
        // Some parameters have a point in their own name.
        let (code, modifier) = split_modifier(rest);
        let is_whole = code.contains('.') && self.context.parameter(of, code).is_some();
        if let Some((reference, after)) = rest.split_once('.').filter(|_| !is_whole) {
            return self.forward(of, (reference, after), count);
        }
        if code == filter::NAME {
            return match modifier {
                None => self.filter(of, count),
                Some(_) => Err(SearchFault::modifier(
                    self.name,
                    "_filter takes no modifier.",
                )),
            };
        }
        if code == list::NAME {
            return self.list(modifier, count);
        }
        if code == schedulable::NAME && of.name() == "Practitioner" {
            return self.schedulable(modifier, count);
        }
        if let Some(parameter) = words::parameter(of, code) {
            return self.words(parameter, modifier);
        }
        let parameter = self.searchable(of, code)?;
        let asked = Asked {
            parameter,
            name: self.name,
            context: self.context,
        };
        let test = asked.test(modifier, self.value)?;
        Ok(Criterion::Values(parameter.ix, test))
    }

    /// `subject:Patient` and what follows the point.
    fn forward(
        &self,
        of: ResourceType,
        (reference, after): (&str, &str),
        count: &mut Count<'_>,
    ) -> Result<Criterion, SearchFault> {
        let (code, wanted) = split_modifier(reference);
        let parameter = self.reference(of, code)?;
        let targets = match wanted {
            Some(name) => vec![self.target(parameter, name)?],
            None => possible_targets(parameter, self.context),
        };
        let hops = self.each_target(targets, count, &mut |resource_type, count| {
            self.rest(resource_type, after, count)
        })?;
        Ok(Criterion::PointsTo(parameter.ix, hops))
    }

    /// One hop for each type that can be asked for what `reached` makes of it.
    pub(super) fn each_target(
        &self,
        mut targets: Vec<ResourceType>,
        count: &mut Count<'_>,
        reached: &mut dyn FnMut(ResourceType, &mut Count<'_>) -> Result<Criterion, SearchFault>,
    ) -> Result<Vec<Hop>, SearchFault> {
        // The likeliest first: it is also blamed first.
        targets.sort_by_key(|of| of.name() != "Patient");
        count.deepen(self)?;
        let depth = count.depth;
        let mut hops = Vec::new();
        let mut blame: Option<SearchFault> = None;
        for resource_type in targets {
            count.depth = depth;
            match reached(resource_type, count) {
                Ok(criterion) => {
                    count.hop(self)?;
                    hops.push(Hop {
                        resource_type,
                        criterion,
                    });
                }
                Err(fault) if fault.is_final() => return Err(fault),
                // A type that knows the parameter says best what is wrong.
                Err(fault) => {
                    blame = blame
                        .filter(|b| !b.is_unknown() || fault.is_unknown())
                        .or(Some(fault));
                }
            }
        }
        count.depth = depth - 1;
        match blame.filter(|_| hops.is_empty()) {
            Some(fault) => Err(fault),
            None => Ok(hops),
        }
    }

    /// `Observation:patient:code`: a type, its reference to here, and a parameter of it.
    fn reverse(
        &self,
        of: ResourceType,
        reverse: &str,
        count: &mut Count<'_>,
    ) -> Result<Criterion, SearchFault> {
        let mut parts = reverse.splitn(3, ':');
        let (Some(source), Some(code), Some(after)) = (parts.next(), parts.next(), parts.next())
        else {
            let what =
                "Write _has:Type:reference:parameter, for example _has:Observation:patient:code.";
            return Err(SearchFault::value(self.name, what));
        };
        let Some(source) = ResourceType::parse(source) else {
            let shown = short(source);
            let what = format!("There is no resource type '{shown}'.");
            return Err(SearchFault::value(self.name, what));
        };
        let parameter = self.reference(source, code)?;
        if !points_to(parameter, of) {
            let what = format!("{source}'s {code} does not point to {of}.");
            return Err(SearchFault::value(self.name, what));
        }
        count.deepen(self)?;
        count.hop(self)?;
        let criterion = self.rest(source, after, count)?;
        count.depth -= 1;
        let hop = Hop {
            resource_type: source,
            criterion,
        };
        Ok(Criterion::PointedAt(parameter.ix, Box::new(hop)))
    }

    fn target(&self, parameter: &SearchParameter, name: &str) -> Result<ResourceType, SearchFault> {
        ResourceType::parse(name)
            .filter(|target| points_to(parameter, *target))
            .ok_or_else(|| {
                let what = format!("{} does not point to '{}'.", parameter.code, short(name));
                SearchFault::modifier(self.name, what)
            })
    }

    pub(super) fn reference(
        &self,
        of: ResourceType,
        code: &str,
    ) -> Result<&'static SearchParameter, SearchFault> {
        let parameter = self.searchable(of, code)?;
        if parameter.search_type == SearchType::Reference {
            return Ok(parameter);
        }
        let what = format!("{of}'s {code} is no reference; only references can be followed.");
        Err(SearchFault::value(self.name, what))
    }

    /// The parameter of this code, if it is one this server searches by.
    pub(super) fn searchable(
        &self,
        of: ResourceType,
        code: &str,
    ) -> Result<&'static SearchParameter, SearchFault> {
        let found = self.context.parameter(of, code);
        if found.is_none() && NOT_OFFERED.contains(&code) {
            let what = "This server does not offer this parameter; leave it out.";
            return Err(SearchFault::unsupported(self.name, what));
        }
        let found = found.ok_or_else(|| nearness::unknown(of, code, self.context).of(self.name))?;
        if found.search_type == SearchType::Special && found.code != near::NAME {
            let what = "This server does not offer this kind of search; leave the parameter out.";
            return Err(SearchFault::unsupported(self.name, what));
        }
        Ok(found)
    }
}

/// Whether a parameter is searched by: those of type `special` have no common meaning, and few are known.
pub fn is_searchable(parameter: &SearchParameter) -> bool {
    parameter.search_type != SearchType::Special
        || matches!(parameter.code, near::NAME | schedulable::NAME)
}

/// How much has been followed.
pub(super) struct Count<'h> {
    hops: &'h mut usize,
    depth: usize,
}

impl Count<'_> {
    fn deepen(&mut self, chain: &Chain<'_>) -> Result<(), SearchFault> {
        let most = chain.context.limits.chain_depth_max;
        self.depth += 1;
        if self.depth > most {
            let what = "references one after the other";
            return Err(SearchFault::too_many(chain.name, what, most));
        }
        Ok(())
    }

    fn hop(&mut self, chain: &Chain<'_>) -> Result<(), SearchFault> {
        let most = chain.context.limits.hops_max;
        *self.hops += 1;
        if *self.hops > most {
            let what = "references followed, each type they may lead to counted; name the type, as in subject:Patient.name";
            return Err(SearchFault::too_many(chain.name, what, most));
        }
        Ok(())
    }
}

/// The types a reference may lead to: those its expression is narrowed to, or those declared.
pub(super) fn possible_targets(
    parameter: &SearchParameter,
    context: &Context<'_>,
) -> Vec<ResourceType> {
    let facts = context.facts(parameter);
    let narrowed = facts.map_or(&[][..], |facts| &facts.targets);
    match (narrowed, parameter.targets) {
        ([], []) => ResourceType::all().collect(),
        ([], declared) => declared.to_vec(),
        (narrowed, _) => narrowed.to_vec(),
    }
}

fn split_modifier(name: &str) -> (&str, Option<&str>) {
    match name.split_once(':') {
        Some((code, modifier)) => (code, Some(modifier)),
        None => (name, None),
    }
}
