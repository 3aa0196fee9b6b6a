//! What scopes give, type by type and verb by verb.
#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use cresset_access::{Access, Filter, Operation, Restriction, ScopeSet, SystemReason, Verb};
use cresset_base::{Limits, ResourceId};
use cresset_definitions::ResourceType;

fn named(name: &str) -> ResourceType {
    ResourceType::parse(name).unwrap()
}

fn patient(id: &str) -> ResourceId {
    id.parse().unwrap()
}

fn access(scopes: &str, in_context: Option<&str>) -> Access {
    let set = ScopeSet::parse(scopes, &Limits::default()).unwrap();
    Access::from_scopes(&set, in_context.map(patient))
}

/// `-` nothing, `*` everything, else the filters, `@` for the compartment.
fn shown(restriction: &Restriction) -> String {
    let one = |f: &Filter| {
        let compartment = f.patient.iter().map(|p| format!("@{p}"));
        let tokens = f.tokens.iter().map(ToString::to_string);
        compartment.chain(tokens).collect::<Vec<_>>().join(" & ")
    };
    match restriction {
        Restriction::Nothing => "-".to_owned(),
        Restriction::Everything => "*".to_owned(),
        Restriction::Only(filters) => filters.iter().map(one).collect::<Vec<_>>().join(" or "),
    }
}

#[track_caller]
fn check(scopes: &str, in_context: Option<&str>, verb: Verb, resource: &str, expect: &str) {
    let access = access(scopes, in_context);
    let restriction = access.restriction(verb, named(resource));
    assert_eq!(shown(&restriction), expect, "{scopes} on {resource}");
    assert_eq!(access.permits(verb, named(resource)), expect != "-");
}

#[test]
fn read_and_search_are_different_rights() {
    check("user/Observation.r", None, Verb::Read, "Observation", "*");
    check("user/Observation.r", None, Verb::Search, "Observation", "-");
    check("user/Observation.s", None, Verb::Read, "Observation", "-");
    check("user/Observation.s", None, Verb::Search, "Observation", "*");
    check("user/Observation.rs", None, Verb::Read, "Condition", "-");
}

#[test]
fn v1_words_are_v2_letters() {
    for (word, letters) in [("read", "rs"), ("write", "cud"), ("*", "cruds")] {
        let v1 = access(&format!("patient/Observation.{word}"), Some("a"));
        let v2 = access(&format!("patient/Observation.{letters}"), Some("a"));
        for verb in Verb::ALL {
            let observation = named("Observation");
            assert_eq!(
                v1.restriction(verb, observation),
                v2.restriction(verb, observation)
            );
        }
    }
}

#[test]
fn a_patient_scope_without_a_patient_is_nothing() {
    let access = access("patient/*.cruds patient/Observation.*", None);
    for verb in Verb::ALL {
        for t in ResourceType::all() {
            assert_eq!(access.restriction(verb, t), Restriction::Nothing, "{t}");
        }
    }
}

#[test]
fn a_patient_scope_is_held_to_the_compartment() {
    check(
        "patient/*.cruds",
        Some("a"),
        Verb::Read,
        "Observation",
        "@a",
    );
    check(
        "patient/*.cruds",
        Some("a"),
        Verb::Create,
        "Observation",
        "@a",
    );
    check("patient/*.cruds", Some("a"), Verb::Search, "Patient", "@a");
    check("patient/*.cruds", Some("a"), Verb::Search, "Device", "@a");
    check("patient/*.cruds", Some("a"), Verb::Read, "Task", "@a");
}

#[test]
fn shared_types_are_read_and_never_written_by_patients() {
    for t in [
        "Practitioner",
        "Organization",
        "Location",
        "Medication",
        "PractitionerRole",
    ] {
        check("patient/*.cruds", Some("a"), Verb::Read, t, "*");
        check("patient/*.cruds", Some("a"), Verb::Search, t, "*");
        for verb in [Verb::Create, Verb::Update, Verb::Delete] {
            check("patient/*.cruds", Some("a"), verb, t, "-");
        }
        check(&format!("patient/{t}.rs"), None, Verb::Read, t, "-");
    }
}

#[test]
fn other_types_are_out_of_a_patients_reach() {
    for t in [
        "Group",
        "Bundle",
        "Binary",
        "Parameters",
        "Subscription",
        "Linkage",
        "ValueSet",
    ] {
        check("patient/*.cruds", Some("a"), Verb::Read, t, "-");
        check(
            &format!("patient/{t}.cruds"),
            Some("a"),
            Verb::Search,
            t,
            "-",
        );
    }
}

#[test]
fn granular_scopes_add_up() {
    let labs = "patient/Observation.rs?category=http://c|laboratory";
    let vitals = "patient/Observation.rs?category=http://c|vital-signs";
    let lab_filter = "@a & category=http://c|laboratory";
    check(labs, Some("a"), Verb::Search, "Observation", lab_filter);
    check(labs, Some("a"), Verb::Update, "Observation", "-");
    let both = format!("{labs} {vitals}");
    let expect = format!("{lab_filter} or @a & category=http://c|vital-signs");
    check(&both, Some("a"), Verb::Search, "Observation", &expect);
    // With the whole type as well, the narrower ones add nothing; whatever the order.
    check(
        &format!("{both} patient/Observation.s"),
        Some("a"),
        Verb::Search,
        "Observation",
        "@a",
    );
    check(
        &format!("patient/*.s {both}"),
        Some("a"),
        Verb::Search,
        "Observation",
        "@a",
    );
    check(
        &format!("{both} patient/Observation.s"),
        Some("a"),
        Verb::Read,
        "Observation",
        &expect,
    );
    check(
        &format!("{both} user/Observation.s"),
        Some("a"),
        Verb::Search,
        "Observation",
        "*",
    );
    let final_labs = "user/Observation.rs?category=http://c|laboratory&status=final";
    let expect = "category=http://c|laboratory & status=final";
    check(final_labs, None, Verb::Read, "Observation", expect);
}

#[test]
fn system_scopes_give_nothing_once_a_patient_is_in_context() {
    check("system/*.cruds", None, Verb::Read, "Observation", "*");
    check("system/*.cruds", Some("a"), Verb::Read, "Observation", "-");
    check(
        "system/*.cruds patient/*.rs",
        Some("a"),
        Verb::Read,
        "Observation",
        "@a",
    );
    check(
        "system/*.cruds patient/*.rs",
        None,
        Verb::Read,
        "Observation",
        "*",
    );
}

#[test]
fn no_wildcard_implies_an_operation_and_no_operation_a_resource() {
    let all = access("system/*.cruds user/*.*", None);
    assert!(Operation::ALL.iter().all(|o| !all.permits_operation(*o)));
    let one = access("system/Claim.add-activity-log-item", None);
    assert!(one.permits_operation(Operation::AddActivityLogItem));
    assert!(!one.permits_operation(Operation::CreateLabReport));
    assert!(Verb::ALL.iter().all(|v| !one.permits(*v, named("Claim"))));
}

#[test]
fn the_scope_for_allergens_gives_substances_of_that_category_alone() {
    let all = access("user/Allergen.read", None);
    let of_category = "category=http://terminology.hl7.org/CodeSystem/substance-category|allergen";
    for verb in Verb::ALL {
        let expect = if verb.is_reading() { of_category } else { "-" };
        check("user/Allergen.read", None, verb, "Substance", expect);
    }
    assert!(!all.permits(Verb::Read, named("AllergyIntolerance")));
    let in_context = access("system/Allergen.read", Some("a"));
    assert!(!in_context.permits(Verb::Read, named("Substance")));
}

#[test]
fn launch_and_identity_scopes_give_no_resource() {
    let access = access("openid fhirUser launch/patient offline_access", Some("a"));
    for verb in Verb::ALL {
        assert!(ResourceType::all().all(|t| !access.permits(verb, t)));
    }
}

#[test]
fn the_system_itself_writes_only_when_it_imports() {
    let observation = named("Observation");
    let import = Access::system(SystemReason::OperatorImport);
    assert!(Verb::ALL.iter().all(|v| import.permits(*v, observation)));
    for reason in [SystemReason::Verification, SystemReason::OperatorCounts] {
        let access = Access::system(reason);
        let writes: Vec<_> = Verb::ALL.iter().filter(|v| !v.is_reading()).collect();
        assert!(access.permits(Verb::Read, observation));
        assert!(writes.iter().all(|v| !access.permits(**v, observation)));
        assert_eq!(access.system_reason(), Some(reason));
    }
}

#[test]
fn content_is_found_and_changed_only_by_those_who_read_everything() {
    let binary = ResourceType::parse("Binary").unwrap();
    let check = |scopes: &str, expect: [bool; 5]| {
        let set = ScopeSet::parse(scopes, &Limits::default()).unwrap();
        let access = Access::from_scopes(&set, None);
        assert_eq!(
            Verb::ALL.map(|verb| access.permits(verb, binary)),
            expect,
            "{scopes}"
        );
        assert_eq!(access.reads_everything(), expect[4]);
    };
    check("user/*.cruds", [true; 5]);
    check("system/*.rs system/Binary.cud", [true; 5]);
    check("user/Binary.cruds", [true, true, false, false, false]);
    check(
        "user/Binary.cruds user/Observation.rs",
        [true, true, false, false, false],
    );
}

/// What everybody searches by is defined by apps that act for themselves.
#[test]
fn only_system_scopes_define_search_parameters() {
    let parameter = ResourceType::parse("SearchParameter").unwrap();
    let writes = |access: &Access| {
        let verbs = [Verb::Create, Verb::Update, Verb::Delete];
        verbs.iter().any(|verb| access.permits(*verb, parameter))
    };
    for scopes in [
        "system/*.cruds",
        "system/SearchParameter.u",
        "system/SearchParameter.write user/*.rs",
    ] {
        assert!(writes(&access(scopes, None)), "{scopes}");
        assert!(!writes(&access(scopes, Some("p"))), "{scopes}");
    }
    for scopes in [
        "user/*.cruds",
        "patient/*.cruds",
        "system/SearchParameter.rs",
        "system/Patient.cruds user/SearchParameter.cruds",
    ] {
        assert!(!writes(&access(scopes, None)), "{scopes}");
    }
    let within = access("system/*.cruds", None).within_patient(&patient("p"));
    assert!(!writes(&within));
    assert!(writes(&Access::system(SystemReason::OperatorImport)));
}
