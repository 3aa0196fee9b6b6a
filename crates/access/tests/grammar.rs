//! The scope grammar: what is a scope, what is not, and that nothing in between is let through.

use std::time::{Duration, Instant};

use cresset_access::{InvalidScopeSet, ScopeSet};
use cresset_base::Limits;

fn parse(text: &str) -> Result<ScopeSet, InvalidScopeSet> {
    ScopeSet::parse(text, &Limits::default())
}

#[track_caller]
fn accepts(text: &str) {
    assert_eq!(parse(text).map(|set| set.to_string()).as_deref(), Ok(text));
}

#[track_caller]
fn refuses(text: &str) {
    assert!(parse(text).is_err(), "{text:?} was accepted");
}

const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";

#[test]
fn v1_and_v2_scopes_of_every_context_are_shown_as_they_were_written() {
    for text in [
        "patient/Observation.read",
        "user/*.write",
        "system/Patient.*",
        "system/*.*",
        "patient/*.rs",
        "user/Observation.cruds",
        "system/Observation.d",
        "openid fhirUser profile launch launch/patient launch/encounter offline_access online_access",
        "system/Claim.add-activity-log-item user/DiagnosticReport.create-lab-report",
        "user/Practitioner.send-reset-password-email user/Note.read user/Note.write",
        "user/Allergen.read system/Allergen.read",
        "patient/Observation.read patient/Observation.rs",
        "",
    ] {
        accepts(text);
    }
}

#[test]
fn granular_scopes_name_coded_parameters_of_their_type() {
    accepts(&format!(
        "patient/Observation.rs?category={CATEGORY}|laboratory"
    ));
    accepts(&format!(
        "user/Observation.crus?category={CATEGORY}|laboratory&status=final"
    ));
    accepts(
        "patient/Condition.rs?category=http://hl7.org/fhir/us/core/CodeSystem/condition-category|health-concern",
    );
    accepts("system/Observation.s?code=http://loinc.org|2708-6");
    // Whatever the order, the same rights have the same text.
    let either = parse("user/Observation.rs?status=final&code=2708-6").map(|s| s.to_string());
    assert_eq!(
        either.as_deref(),
        Ok("user/Observation.rs?code=2708-6&status=final")
    );
}

#[test]
fn a_scope_is_exact() {
    for text in [
        "patient/Observation.sr",
        "patient/Observation.rr",
        "patient/Observation.",
        "patient/Observation",
        "patient/Observation.cruds ",
        " patient/Observation.rs",
        "patient/Observation.rs  user/Patient.rs",
        "patient/Observation.rs\tuser/Patient.rs",
        "patient/Observation.rs,user/Patient.rs",
        "patient//Observation.r",
        "patient//x.r",
        "PATIENT/Observation.rs",
        "patient/observation.rs",
        "patient/Obs*.r",
        "patient/**.r",
        "patient/DomainResource.rs",
        "patient/Foo.rs",
        "patient/Observation.RS",
        "patient/Observation.read.rs",
        "patient/Observation.read/x",
        "patient%2FObservation.rs",
        "patient/Observation%2Ers",
        "patient/Observation.rs#x",
        "group/Observation.rs",
        "openID",
        "launch/",
        "launch/practitioner",
        "offline",
        "user/Note.*",
        "user/Note.rs",
        "system/Note.read",
        "patient/Note.read",
        "patient/Claim.add-activity-log-item",
        "system/Claim.add-activity-log-item?status=active",
        "system/Claim.*-item",
        "patient/Оbservation.rs",
        "patient/Observation.rs\u{0}",
        "\u{202e}sr.noitavresbO/tneitap",
    ] {
        refuses(text);
    }
}

#[test]
fn a_granular_scope_that_is_not_understood_is_refused_and_never_widened() {
    let refused = [
        "patient/Observation.rs?",
        "patient/Observation.rs?category",
        "patient/Observation.rs?category=",
        "patient/Observation.rs?category=|laboratory",
        "patient/Observation.rs?category=x|laboratory",
        "patient/Observation.rs?category=http://a|",
        "patient/Observation.rs?category=http://a|b|c",
        "patient/Observation.rs?category=a,b",
        "patient/Observation.rs?category:not=laboratory",
        "patient/Observation.rs?category:in=laboratory",
        "patient/Observation.rs?subject:Patient.name=Smith",
        "patient/Observation.rs?subject.name=Smith",
        "patient/Observation.rs?_has:Provenance:target:agent=x",
        "patient/Observation.rs?_id=1",
        "patient/Observation.rs?identifier=1",
        "patient/Observation.rs?_security=R",
        "patient/Observation.rs?subject=Patient/1",
        "patient/Observation.rs?date=2020",
        "patient/Observation.rs?nonsense=1",
        "patient/Observation.rs?clinical-status=active",
        "patient/Observation.rs?category=a&category=b",
        "patient/Observation.rs?category=a&",
        "patient/Observation.rs?&category=a",
        "patient/Observation.rs?category=a&amp;status=final",
        "patient/Observation.rs?category=a;status=final",
        "patient/Observation.rs?category=http:%2F%2Fa|b",
        "patient/Observation.rs?category=a%26status=final",
        "patient/Observation.rs?category=a?status=final",
        "patient/Observation.rs?category=a=b",
        "patient/Observation.rs?category=a$b",
        "patient/Observation.rs?category=a\\,b",
        "patient/Observation.rs?Category=a",
        "patient/*.rs?category=a",
        "patient/Observation.read?category=a",
        "patient/Observation.*?category=a",
        "patient/Patient.rs?gender=female",
        "patient/Patient.rs?telecom=1",
    ];
    for text in refused {
        refuses(text);
        refuses(&format!("patient/Observation.rs {text}"));
    }
}

#[test]
fn the_refusal_names_the_scope_and_says_what_would_be_right() {
    let error = parse("openid patient/Observation.sr")
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "scope 'patient/Observation.sr': a permission is 'read', 'write', '*', or some of the \
         letters 'cruds' in this order"
    );
    let error = parse("user/\"<script>\u{e9}\\.rs").unwrap_err().to_string();
    assert!(error.starts_with("scope 'user/??script???.rs':"), "{error}");
}

#[test]
fn huge_scope_parameters_are_refused_at_once() {
    let limits = Limits::default();
    let many = vec!["patient/Observation.rs"; 10_000].join(" ");
    let short = vec!["launch"; 4_000].join(" ");
    let megabyte = "x".repeat(1 << 20);
    let dots = format!(
        "patient/Observation.rs?{}",
        "a&".repeat(limits.scope_bytes_max / 2 - 20)
    );
    let refuse_all = || {
        let started = Instant::now();
        assert_eq!(
            parse(&many),
            Err(InvalidScopeSet::TooLong(limits.scope_bytes_max))
        );
        assert_eq!(
            parse(&short),
            Err(InvalidScopeSet::TooMany(limits.scopes_max))
        );
        assert_eq!(
            parse(&megabyte),
            Err(InvalidScopeSet::TooLong(limits.scope_bytes_max))
        );
        assert!(parse(&dots).is_err());
        started.elapsed()
    };
    // One undisturbed run among several is enough to show what the work itself takes.
    let quickest = std::iter::repeat_with(refuse_all).take(20).min();
    assert!(quickest < Some(Duration::from_millis(5)), "{quickest:?}");
}

/// What certification (45 CFR 170.315(g)(10), US Core 6.1.0) asks for in one request.
#[test]
fn the_scopes_of_certification_are_understood() {
    let types = "Medication AllergyIntolerance CarePlan CareTeam Condition Coverage Device \
        DiagnosticReport DocumentReference Encounter Goal Immunization Location MedicationDispense \
        MedicationRequest Observation Organization Patient Practitioner PractitionerRole Procedure \
        Provenance QuestionnaireResponse RelatedPerson ServiceRequest Specimen";
    for (context, permission) in [("patient", "rs"), ("user", "rs"), ("patient", "read")] {
        let scopes = types
            .split_whitespace()
            .map(|t| format!(" {context}/{t}.{permission}"));
        accepts(&format!(
            "launch/patient openid fhirUser offline_access{}",
            scopes.collect::<String>()
        ));
    }
    let hl7 = "http://terminology.hl7.org/CodeSystem";
    let us_core = "http://hl7.org/fhir/us/core/CodeSystem";
    for granular in [
        format!("Condition.rs?category={hl7}/condition-category|encounter-diagnosis"),
        format!("Condition.rs?category={hl7}/condition-category|problem-list-item"),
        format!("Condition.rs?category={us_core}/condition-category|health-concern"),
        format!("Observation.rs?category={hl7}/observation-category|social-history"),
        format!("Observation.rs?category={hl7}/observation-category|vital-signs"),
        format!("Observation.rs?category={hl7}/observation-category|survey"),
        format!("Observation.rs?category={us_core}/us-core-category|sdoh"),
    ] {
        accepts(&format!("patient/{granular} user/{granular}"));
    }
}
