//! `ConceptMap/$translate`

use cresset_access::Access;
use cresset_model::Tree;
use cresset_rules::Interaction;
use serde_json::{Value, json};

use super::codes::{items, text};
use super::source::{Target, not_loaded, resource_type};
use crate::fault::{Fault, Kind};
use crate::operation::{Answer, Coding, Inputs};
use crate::service::Service;

const TAKEN: [&str; 9] = [
    "url",
    "conceptMap",
    "code",
    "system",
    "version",
    "coding",
    "codeableConcept",
    "targetsystem",
    "reverse",
];

/// Most maps that are looked at when none is named.
const MAPS_MAX: &str = "100";

/// A code on the other side of a map.
struct Match {
    equivalence: String,
    concept: Value,
    source: Option<String>,
}

impl Service {
    /// The codes that concept maps give for a code.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for a map that is not stored here or that the caller may not search;
    /// [`Kind::Required`] without a code or its system.
    pub async fn translate(
        &self,
        access: &Access,
        target: Target<'_>,
        inputs: &Inputs,
    ) -> Result<Vec<u8>, Fault> {
        self.offer(Interaction::Read, resource_type("ConceptMap")?)?;
        inputs.only(&TAKEN)?;
        let asked = inputs.asked()?;
        if asked.iter().any(|coding| coding.system.is_none()) {
            return Err(Fault::new(Kind::Required, "Name the system of the code"));
        }
        let reverse = match inputs.text("reverse") {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(Fault::new(Kind::Value, "reverse must be true or false")),
        };
        let maps = self.maps(access, target, inputs).await?;
        let wanted = inputs.text("targetsystem");
        let mut matches = Vec::new();
        for (map, coding) in maps
            .iter()
            .flat_map(|map| asked.iter().map(move |c| (map, c)))
        {
            collect(map, coding, reverse, &mut matches);
        }
        matches.retain(|m| {
            wanted.is_none_or(|system| m.concept.get("system").is_some_and(|s| s == system))
        });
        Ok(answer(matches))
    }

    async fn maps(
        &self,
        access: &Access,
        target: Target<'_>,
        inputs: &Inputs,
    ) -> Result<Vec<Tree>, Fault> {
        if let Target::Resource(id) = target {
            return Ok(vec![self.held(access, "ConceptMap", id).await?]);
        }
        if let Some(sent) = inputs.resource("conceptMap") {
            return Ok(vec![sent.clone()]);
        }
        let Some(url) = inputs.text("url") else {
            return self
                .stored(access, "ConceptMap", &[("_count", MAPS_MAX)])
                .await;
        };
        let maps = self.stored(access, "ConceptMap", &[("url", url)]).await?;
        if maps.is_empty() {
            return Err(not_loaded("concept map", url));
        }
        Ok(maps)
    }
}

fn collect(map: &Tree, coding: &Coding, reverse: bool, matches: &mut Vec<Match>) {
    let source = text(map.root(), "url");
    for group in items(map.root(), "group") {
        let (from, to) = (text(group, "source"), text(group, "target"));
        let (here, there) = if reverse { (&to, &from) } else { (&from, &to) };
        if here != &coding.system {
            continue;
        }
        for element in items(group, "element") {
            for target in items(element, "target") {
                let (given, found) = if reverse {
                    (target, element)
                } else {
                    (element, target)
                };
                if text(given, "code").as_deref() != Some(coding.code.as_str()) {
                    continue;
                }
                let members = [
                    ("system", there.clone()),
                    ("code", text(found, "code")),
                    ("display", text(found, "display")),
                ];
                let concept = members
                    .into_iter()
                    .filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
                matches.push(Match {
                    equivalence: text(target, "equivalence").unwrap_or_default(),
                    concept: Value::Object(concept.collect()),
                    source: source.clone(),
                });
            }
        }
    }
}

/// `result` is whether some match says the codes have something in common.
fn answer(matches: Vec<Match>) -> Vec<u8> {
    let result = matches
        .iter()
        .any(|m| !matches!(m.equivalence.as_str(), "unmatched" | "disjoint"));
    let message = (!result).then_some("No loaded concept map has a match for the code");
    let mut answer = Answer::default()
        .with("result", "valueBoolean", result)
        .with_some("message", "valueString", message);
    for found in matches {
        let has_concept = found.concept != json!({});
        let parts = Answer::default()
            .with("equivalence", "valueCode", found.equivalence)
            .with_some(
                "concept",
                "valueCoding",
                has_concept.then_some(found.concept),
            )
            .with_some("source", "valueUri", found.source);
        answer = answer.with_parts("match", &parts);
    }
    answer.into_json()
}
