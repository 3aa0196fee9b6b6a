//! Which US Core 6.1.0 profile a resource is meant to follow.
//!
//! A type with one profile is meant to follow that; where a type has several, the resource's own
//! category and code decide, as the guide describes its profiles. An Observation that is nothing the
//! guide describes follows none.

use cresset_model::Element;

const BASE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/";

/// The types with one profile, and its last part.
const ONE: [(&str, &str); 22] = [
    ("AllergyIntolerance", "us-core-allergyintolerance"),
    ("CarePlan", "us-core-careplan"),
    ("CareTeam", "us-core-careteam"),
    ("Coverage", "us-core-coverage"),
    ("DocumentReference", "us-core-documentreference"),
    ("Encounter", "us-core-encounter"),
    ("Goal", "us-core-goal"),
    ("Immunization", "us-core-immunization"),
    ("Location", "us-core-location"),
    ("Medication", "us-core-medication"),
    ("MedicationDispense", "us-core-medicationdispense"),
    ("MedicationRequest", "us-core-medicationrequest"),
    ("Organization", "us-core-organization"),
    ("Patient", "us-core-patient"),
    ("Practitioner", "us-core-practitioner"),
    ("PractitionerRole", "us-core-practitionerrole"),
    ("Procedure", "us-core-procedure"),
    ("Provenance", "us-core-provenance"),
    ("QuestionnaireResponse", "us-core-questionnaireresponse"),
    ("RelatedPerson", "us-core-relatedperson"),
    ("ServiceRequest", "us-core-servicerequest"),
    ("Specimen", "us-core-specimen"),
];

/// LOINC codes that decide about an Observation before its category does.
const BY_CODE: [(&str, &str); 18] = [
    ("72166-2", "us-core-smokingstatus"),
    ("82810-3", "us-core-observation-pregnancystatus"),
    ("86645-9", "us-core-observation-pregnancyintent"),
    ("11341-5", "us-core-observation-occupation"),
    ("76690-7", "us-core-observation-sexual-orientation"),
    ("85354-9", "us-core-blood-pressure"),
    ("39156-5", "us-core-bmi"),
    ("9843-4", "us-core-head-circumference"),
    ("8302-2", "us-core-body-height"),
    ("8310-5", "us-core-body-temperature"),
    ("29463-7", "us-core-body-weight"),
    ("8867-4", "us-core-heart-rate"),
    ("59408-5", "us-core-pulse-oximetry"),
    ("2708-6", "us-core-pulse-oximetry"),
    ("9279-1", "us-core-respiratory-rate"),
    ("8289-1", "head-occipital-frontal-circumference-percentile"),
    ("59576-9", "pediatric-bmi-for-age"),
    ("77606-2", "pediatric-weight-for-height"),
];

/// Categories that decide about an Observation of no such code.
const BY_CATEGORY: [(&str, &str); 4] = [
    ("laboratory", "us-core-observation-lab"),
    ("vital-signs", "us-core-vital-signs"),
    ("survey", "us-core-observation-screening-assessment"),
    ("imaging", "us-core-observation-clinical-result"),
];

/// The canonical URL of the profile a resource is meant to follow, if there is one.
pub fn profile_of(resource: Element<'_>) -> Option<String> {
    let resource_type = resource.get("resourceType")?.as_str()?;
    let name = match resource_type {
        "Condition" => condition(resource),
        "DiagnosticReport" => report(resource),
        "Observation" => observation(resource)?,
        other => named(&ONE, other)?,
    };
    Some(format!("{BASE}{name}"))
}

fn named(table: &[(&str, &'static str)], key: &str) -> Option<&'static str> {
    let row = table.iter().find(|(name, _)| *name == key);
    row.map(|(_, profile)| *profile)
}

fn condition(resource: Element<'_>) -> &'static str {
    if codes(resource, "category").any(|code| code == "encounter-diagnosis") {
        "us-core-condition-encounter-diagnosis"
    } else {
        "us-core-condition-problems-health-concerns"
    }
}

fn report(resource: Element<'_>) -> &'static str {
    if codes(resource, "category").any(|code| code == "LAB") {
        "us-core-diagnosticreport-lab"
    } else {
        "us-core-diagnosticreport-note"
    }
}

fn observation(resource: Element<'_>) -> Option<&'static str> {
    let by_code = codes(resource, "code").find_map(|code| named(&BY_CODE, code));
    by_code.or_else(|| codes(resource, "category").find_map(|code| named(&BY_CATEGORY, code)))
}

/// The codes of a `CodeableConcept`, or of an array of them.
fn codes<'t>(resource: Element<'t>, name: &str) -> impl Iterator<Item = &'t str> {
    let value = resource.get(name);
    let concepts = value.into_iter().flat_map(|value| {
        let one = value.get("coding");
        one.into_iter()
            .chain(value.items().filter_map(|item| item.get("coding")))
    });
    concepts
        .flat_map(Element::items)
        .filter_map(|coding| coding.get("code")?.as_str())
}

#[cfg(test)]
mod tests {
    use super::{BASE, BY_CATEGORY, BY_CODE, ONE, profile_of};
    use cresset_definitions::us_core;

    #[track_caller]
    fn check(json: &str, expect: Option<&str>) {
        let limits = cresset_model::Bounds::default();
        let tree = cresset_model::parse(json.as_bytes(), limits).unwrap();
        let found = profile_of(tree.root());
        assert_eq!(
            found.as_deref().and_then(|url| url.strip_prefix(BASE)),
            expect
        );
    }

    #[test]
    fn every_profile_named_exists() {
        for (_, name) in ONE.iter().chain(&BY_CODE).chain(&BY_CATEGORY) {
            assert!(
                us_core().profile(&format!("{BASE}{name}")).is_some(),
                "{name}"
            );
        }
    }

    #[test]
    fn category_and_code_choose_the_profile() {
        check(r#"{"resourceType":"Patient"}"#, Some("us-core-patient"));
        check(r#"{"resourceType":"Basic"}"#, None);
        check(
            r#"{"resourceType":"Condition","category":[{"coding":[{"code":"encounter-diagnosis"}]}]}"#,
            Some("us-core-condition-encounter-diagnosis"),
        );
        check(
            r#"{"resourceType":"Observation","category":[{"coding":[{"code":"vital-signs"}]}],"code":{"coding":[{"code":"8867-4"}]}}"#,
            Some("us-core-heart-rate"),
        );
        check(
            r#"{"resourceType":"Observation","category":[{"coding":[{"code":"laboratory"}]}],"code":{"coding":[{"code":"1"}]}}"#,
            Some("us-core-observation-lab"),
        );
        check(
            r#"{"resourceType":"Observation","code":{"text":"x"}}"#,
            None,
        );
    }
}
