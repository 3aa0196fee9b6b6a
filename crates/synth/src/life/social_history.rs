//! Smoking, work, and who a person is.

use super::Life;
use super::observation::{self, Effective, Observed, SOCIAL_HISTORY, Value, component};
use super::visit::Visit;
use crate::concept::{Concept, concept, loinc, snomed};

const SMOKING: Concept = loinc("72166-2", "Tobacco smoking status");
const NEVER: Concept = snomed("266919005", "Never smoked tobacco");
const FORMER: Concept = snomed("8517006", "Ex-smoker");
const DAILY: Concept = snomed("449868002", "Smokes tobacco daily");

const ORIENTATIONS: &[Concept] = &[
    snomed("20430005", "Heterosexual"),
    snomed("20430005", "Heterosexual"),
    snomed("20430005", "Heterosexual"),
    snomed("38628009", "Homosexual"),
    snomed("42035005", "Bisexual"),
];

/// An occupation and its industry (CDC NIOSH, Occupational Data for Health).
#[derive(Clone, Copy, Default)]
struct Work {
    occupation: Concept,
    industry: Concept,
}

const WORK: &[Work] = &[
    work(
        "29-1141.00.025064",
        "Registered Nurse (RN)",
        "621111.008214",
        "Physician offices",
    ),
    work(
        "25-2021.00.020742",
        "Elementary School Teacher",
        "611110.007929",
        "Elementary schools",
    ),
    work(
        "47-2031.00.009078",
        "Carpenter",
        "236115.000905",
        "Construction of single-family homes",
    ),
    work(
        "41-2031.00.032386",
        "Retail Sales Associate",
        "452210.006178",
        "Department stores",
    ),
];

const fn work(
    code: &'static str,
    occupation: &'static str,
    industry_code: &'static str,
    industry: &'static str,
) -> Work {
    Work {
        occupation: concept("urn:oid:2.16.840.1.114222.4.5.327", code, occupation),
        industry: concept("urn:oid:2.16.840.1.114222.4.5.315", industry_code, industry),
    }
}

/// Asks at a general visit; never a child about smoking.
pub(super) fn ask(life: &mut Life<'_>, visit: &Visit) {
    if !visit.purpose.is_general() || visit.age < 18.0 {
        return;
    }
    smoking(life, visit);
    if visit.is_first {
        identity(life, visit);
        occupation(life, visit);
    }
}

fn smoking(life: &mut Life<'_>, visit: &Visit) {
    let lungs = life.has(super::disease::Disease::Copd, visit.start);
    // The build of a body does not change, so neither does this answer from visit to visit.
    let status = match life.person.record_number % 10 {
        _ if lungs => FORMER,
        0 => DAILY,
        1..=3 => FORMER,
        _ => NEVER,
    };
    let observed = Observed::at(
        visit.minute(3),
        "us-core-smokingstatus",
        &[SOCIAL_HISTORY],
        &[SMOKING],
    );
    observation::write(life, visit, &observed.with(Value::Concept(status)), |_| ());
}

fn identity(life: &mut Life<'_>, visit: &Visit) {
    let code = [loinc("76690-7", "Sexual orientation")];
    let value = Value::Concept(life.random.pick(ORIENTATIONS));
    let observed = Observed::at(
        visit.minute(3),
        "us-core-observation-sexual-orientation",
        &[SOCIAL_HISTORY],
        &code,
    );
    observation::write(life, visit, &observed.with(value), |_| ());
}

fn occupation(life: &mut Life<'_>, visit: &Visit) {
    let work = life.random.pick(WORK);
    let since = visit.start.plus_days(-life.random.between(100, 2_000));
    let code = [loinc("11341-5", "History of Occupation")];
    let observed = Observed {
        effective: Effective::Since(since),
        ..Observed::at(
            visit.start,
            "us-core-observation-occupation",
            &[SOCIAL_HISTORY],
            &code,
        )
    };
    observation::write(
        life,
        visit,
        &observed.with(Value::Concept(work.occupation)),
        |j| {
            j.array("component", |j| {
                component(
                    j,
                    &loinc("86188-0", "History of Occupation industry"),
                    Value::Concept(work.industry),
                );
            });
        },
    );
}
