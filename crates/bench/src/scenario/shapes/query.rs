//! The shapes that are asked, with values from the first lives of the population.

use serde_json::Value;

use crate::sample::{Sample, samples};
use crate::{Result, unexpected};

/// Resources that are looked at for values; the smallest instance holds them all.
const LOOKED_AT: usize = 10_000;
/// Values of the long OR list.
const LISTED: usize = 1_000;

/// A shape with its values.
pub(super) struct Query {
    pub(super) shape: &'static str,
    pub(super) path: String,
    pub(super) goal_ms: Option<f64>,
}

/// Where the values come from.
struct Examples {
    patient: String,
    family: String,
    encounter: String,
    organization: String,
    listed: Vec<String>,
}

impl Examples {
    fn find() -> Result<Self> {
        let samples = samples(LOOKED_AT);
        let first = |of: &str, pointer: &str| match text(&samples, of, pointer).next() {
            Some(text) => Ok(text),
            None => unexpected(format!("the population holds no {of} with {pointer}")),
        };
        Ok(Self {
            patient: first("Patient", "/id")?,
            family: first("Patient", "/name/0/family")?,
            encounter: first("Encounter", "/id")?,
            organization: first("Encounter", "/serviceProvider/reference")?,
            listed: text(&samples, "Observation", "/id").take(LISTED).collect(),
        })
    }
}

/// The texts at one place in all samples of a type.
fn text<'s>(
    samples: &'s [Sample],
    of: &'s str,
    pointer: &'s str,
) -> impl Iterator<Item = String> + 's {
    let of_type = samples.iter().filter(move |s| s.resource_type == of);
    of_type.filter_map(move |sample| {
        let value: Value = serde_json::from_slice(&sample.json).ok()?;
        Some(value.pointer(pointer)?.as_str()?.to_owned())
    })
}

/// All of them.
pub(super) fn all() -> Result<Vec<Query>> {
    let examples = Examples::find()?;
    let mut queries = single(&examples);
    queries.extend(joined(&examples));
    queries.extend(whole(&examples));
    Ok(queries)
}

fn query(shape: &'static str, path: impl Into<String>) -> Query {
    Query {
        shape,
        path: path.into(),
        goal_ms: None,
    }
}

impl Query {
    fn within(mut self, ms: f64) -> Self {
        self.goal_ms = Some(ms);
        self
    }
}

const PULSE: &str = "code=http://loinc.org%7C8867-4";

/// One condition, by every kind of parameter and modifier.
fn single(at: &Examples) -> Vec<Query> {
    let Examples {
        patient, family, ..
    } = at;
    let page = |query: &str| format!("{query}&_count=20");
    vec![
        query("read", format!("Patient/{patient}")),
        query("token", page(&format!("Observation?{PULSE}"))),
        query("token, any system", page("Observation?code=8867-4")),
        query(
            "token, rare",
            page("Observation?code=http://loinc.org%7C82810-3"),
        ),
        query(
            "token, nothing",
            page("Observation?code=http://loinc.org%7C0-0"),
        ),
        query("token, frequent", page("Observation?status=final")),
        query("`:not`", page("Observation?status:not=final")),
        query("`:text`", page("Condition?code:text=diabetes")),
        query("`:missing`", page("Observation?encounter:missing=true")),
        query(
            "`:in`",
            page("Patient?gender:in=http://hl7.org/fhir/ValueSet/administrative-gender"),
        ),
        query("string", page(&format!("Patient?family={family}"))),
        query("`:contains`", page("Patient?family:contains=ar")),
        query("`:exact`", page(&format!("Patient?family:exact={family}"))),
        query("date, many", page("Observation?date=ge2000")).within(10.0),
        query("date, a day", page("Observation?date=2024-03-04")),
        query(
            "reference",
            page(&format!("Observation?subject=Patient/{patient}")),
        ),
        query("quantity", page("Observation?value-quantity=gt180")),
        query(
            "quantity, unit",
            page("Observation?value-quantity=gt7.2%7Chttp://unitsofmeasure.org%7C%25"),
        ),
        query(
            "composite",
            page("Observation?code-value-quantity=http://loinc.org%7C8867-4$gt90"),
        ),
        query("`_lastUpdated`", page("Observation?_lastUpdated=ge2020")),
        query(
            "OR list of 1,000",
            page(&format!("Observation?_id={}", at.listed.join(","))),
        )
        .within(10.0),
    ]
}

/// Several conditions, and conditions on other resources.
fn joined(at: &Examples) -> Vec<Query> {
    let Examples {
        patient,
        family,
        organization,
        ..
    } = at;
    let page = |query: &str| format!("{query}&_count=20");
    vec![
        query("three-way AND", page(&format!("Observation?{PULSE}&date=ge2020&status=final"))).within(10.0),
        query("AND, of one patient", page(&format!("Observation?{PULSE}&subject=Patient/{patient}"))),
        query("chain", page(&format!("Observation?subject:Patient.family={family}"))),
        query("chain over two hops", page(&format!("DiagnosticReport?encounter.subject:Patient.family={family}"))).within(10.0),
        query("chain over two hops, many", page(&format!("Observation?{PULSE}&encounter.service-provider={organization}"))).within(10.0),
        query("`_has`", page("Patient?_has:Observation:subject:code=8867-4")).within(10.0),
        query("`_has`, rare", page("Patient?_has:Condition:subject:code=http://snomed.info/sct%7C44054006&gender=female")).within(10.0),
        query("`_has` in a chain", page("Encounter?subject:Patient._has:Condition:subject:code=44054006")),
        query("`_filter`", page("Observation?_filter=code%20eq%20http://loinc.org%7C8867-4%20and%20date%20ge%202020")),
        query("`_include`", page(&format!("Observation?{PULSE}&_include=Observation:subject"))),
        query("`_revinclude`", page("Encounter?status=finished&_revinclude=Observation:encounter")),
    ]
}

/// Orders, counts, compartments, histories, operations.
fn whole(at: &Examples) -> Vec<Query> {
    let Examples {
        patient, encounter, ..
    } = at;
    let page = |query: &str| format!("{query}&_count=20");
    vec![
        query(
            "`_sort` by date",
            page("Observation?category=vital-signs&_sort=-date"),
        ),
        query(
            "`_sort` by two keys",
            page("Patient?_sort=family,-birthdate"),
        ),
        query(
            "`_sort=_lastUpdated`",
            page("Observation?status=final&_sort=-_lastUpdated"),
        ),
        query("count", "Observation?status=final&_summary=count").within(50.0),
        query(
            "accurate total",
            page("Observation?status=final&_total=accurate"),
        ),
        query(
            "a patient's Conditions",
            page(&format!("Patient/{patient}/Condition?")),
        ),
        query(
            "a patient's everything",
            page(&format!("Patient/{patient}/$everything?")),
        ),
        query(
            "an encounter's everything",
            page(&format!("Encounter/{encounter}/$everything?")),
        ),
        query(
            "all types",
            page("?_type=Condition,Procedure&_lastUpdated=ge2020"),
        ),
        query(
            "history of a resource",
            format!("Patient/{patient}/_history"),
        ),
        query("history of a type", page("Observation/_history?")),
        query("history of all", page("_history?")),
        query(
            "`$lastn`",
            format!("Observation/$lastn?subject=Patient/{patient}&category=vital-signs"),
        ),
    ]
}
