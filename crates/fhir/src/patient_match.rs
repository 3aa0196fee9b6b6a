//! `Patient/$match` (R4): which patients of this practice a description may mean, with how sure we are.
//!
//! Candidates are found by the searches that hold for the person described: identifiers, names with
//! a birth date, ways to reach them. Each is scored by what of the description it shares, weighed by
//! how much that tells people apart.

mod likeness;

use std::collections::BTreeMap;

use cresset_access::{Access, Verb};
use cresset_store::Version;

use crate::answer::Answer;
use crate::bundle::write;
use crate::docref::known;
use crate::fault::{Fault, Kind};
use crate::operation::Inputs;
use crate::prepare;
use crate::service::{Service, permit};
use likeness::{Description, Likeness};

/// Candidates one search may bring.
const CANDIDATES_MAX: u32 = 50;
const GRADE: &str = "http://hl7.org/fhir/StructureDefinition/match-grade";

impl Service {
    /// The patients that `resource` may describe, the most likely first, as a Bundle of type
    /// `searchset` with scores and grades. With `onlyCertainMatches` the one certain match, or none.
    ///
    /// # Errors
    /// [`Kind::Required`] without a Patient, or one that describes nobody; [`Kind::Forbidden`].
    pub async fn match_patient(&self, access: &Access, inputs: &Inputs) -> Result<Answer, Fault> {
        inputs.only(&["resource", "onlyCertainMatches", "count"])?;
        permit(access, Verb::Search, known("Patient")?)?;
        let described = inputs.resource("resource");
        let described = described.filter(|tree| tree.resource_type() == Some("Patient"));
        let described = described.ok_or_else(|| {
            let text = "The parameter resource must hold a Patient";
            Fault::new(Kind::Required, text).at("Parameters.parameter")
        })?;
        let description = Description::of(described.root());
        let only_certain = match inputs.text("onlyCertainMatches") {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                let text = "onlyCertainMatches must be true or false";
                return Err(Fault::new(Kind::Value, text));
            }
        };
        let count = match inputs.text("count").map(str::parse::<usize>) {
            None => usize::try_from(self.limits().page_default).unwrap_or(usize::MAX),
            Some(Ok(count)) if count > 0 => count,
            Some(_) => {
                return Err(Fault::new(
                    Kind::Value,
                    "count must be a whole number of 1 or more",
                ));
            }
        };
        let mut matches = self.likely(access, &description).await?;
        matches.sort_by_key(|(likeness, _)| std::cmp::Reverse(likeness.score()));
        if only_certain {
            matches.retain(|(likeness, _)| likeness.grade() == Some("certain"));
            if matches.len() > 1 {
                matches.clear();
            }
        }
        let most = usize::try_from(self.limits().page_max).unwrap_or(usize::MAX);
        matches.truncate(count.min(most));
        Ok(Answer {
            whose: self.whose(access, matches.iter().map(|(_, version)| version))?,
            body: bundle(&matches, &self.settings().base_url),
        })
    }

    /// Everybody who is at least a possible match.
    async fn likely(
        &self,
        access: &Access,
        description: &Description,
    ) -> Result<Vec<(Likeness, Version)>, Fault> {
        let searches = description.searches();
        if searches.is_empty() {
            let text = "Describe the patient by identifier, by family name with given name or birth date, or by telecom";
            return Err(Fault::new(Kind::Required, text));
        }
        let mut found = BTreeMap::new();
        for pairs in searches {
            let mut query = self.strict(access, known("Patient")?, &pairs).await?;
            query.count = CANDIDATES_MAX;
            for version in self.store().search(access, &query, None).await?.matches {
                found.insert(version.id.clone(), version);
            }
        }
        let mut likely = Vec::new();
        for version in found.into_values() {
            let tree = prepare::parse(&version.body, self.limits())?;
            let likeness = description.compare(&Description::of(tree.root()));
            if likeness.grade().is_some() {
                likely.push((likeness, version));
            }
        }
        Ok(likely)
    }
}

fn bundle(matches: &[(Likeness, Version)], base: &str) -> Vec<u8> {
    let mut out = Vec::new();
    write::head("searchset", Some(matches.len() as u64), &[], &mut out);
    write::entries(matches, &mut out, |(likeness, version), out| {
        write::full_url(base, version.resource_type.name(), version.id.as_str(), out);
        out.extend_from_slice(b",\"resource\":");
        out.extend_from_slice(&version.body);
        let (grade, score) = (likeness.grade().unwrap_or_default(), likeness.score());
        let search = format!(
            ",\"search\":{{\"extension\":[{{\"url\":\"{GRADE}\",\"valueCode\":\"{grade}\"}}],\
             \"mode\":\"match\",\"score\":{}.{:02}}}",
            score / 100,
            score % 100,
        );
        out.extend_from_slice(search.as_bytes());
    });
    out
}
