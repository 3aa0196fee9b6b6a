//! Profiles: those of US Core, and ones given as `StructureDefinition`.
#![expect(clippy::expect_used, reason = "a missed expectation is a failed test")]

use cresset_model::{Bounds, Tree, parse};
use cresset_validate::{
    AddedValueSet, Ask, Detail, LoadFault, Profiles, Validator, built_in_value_set, standard,
};
use serde_json::{Value, json};

fn tree(json: &Value) -> Tree {
    parse(json.to_string().as_bytes(), Bounds::default()).expect("JSON")
}

/// A profile of a type with these elements in its differential.
fn profile(name: &str, of: &str, base: &str, elements: &Value) -> Value {
    json!({"resourceType": "StructureDefinition", "url": format!("http://x.org/{name}"), "type": of,
        "derivation": "constraint", "baseDefinition": base, "differential": {"element": elements}})
}

fn base(of: &str) -> String {
    format!("http://hl7.org/fhir/StructureDefinition/{of}")
}

/// A validator that knows one profile, `http://x.org/p`.
fn knowing(of: &str, elements: &Value) -> Validator {
    let mut profiles = Profiles::us_core();
    let definition = tree(&profile("p", of, &base(of), elements));
    profiles.add(definition.root()).expect("a profile");
    Validator::new(profiles)
}

#[track_caller]
fn check(validator: &Validator, profiles: &[&str], resource: &Value, expect: &[&str]) {
    let ask = Ask {
        profiles,
        detail: Detail::Refusals,
    };
    let tree = tree(resource);
    let found: Vec<_> = validator
        .validate(tree.root(), &ask)
        .into_iter()
        .map(|i| i.text)
        .collect();
    assert_eq!(found, expect, "{resource}");
}

const P: &[&str] = &["http://x.org/p"];
const US_CORE_PATIENT: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient";
const US_CORE_BP: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-blood-pressure";

#[test]
fn a_profile_that_is_named_is_followed() {
    let patient = |rest: &Value| {
        let mut patient =
            json!({"resourceType": "Patient", "meta": {"profile": [US_CORE_PATIENT]}});
        for (name, value) in rest.as_object().expect("members") {
            patient[name] = value.clone();
        }
        patient
    };
    check(
        standard(),
        &[],
        &patient(&json!({"gender": "male"})),
        &[
            "Patient must have 'identifier' (profile us-core-patient)",
            "Patient must have 'name' (profile us-core-patient)",
        ],
    );
    check(
        standard(),
        &[],
        &patient(
            &json!({"gender": "male", "name": [{"use": "usual"}], "identifier": [{"system": "s"}]}),
        ),
        &[
            "Patient.identifier[0] must have 'value' (profile us-core-patient)",
            "Patient.name[0] must follow us-core-6: At least name.given and/or name.family are present or, if neither is available, the Data Absent Reason Extension is present (profile us-core-patient)",
        ],
    );
    check(
        standard(),
        &[],
        &patient(
            &json!({"gender": "male", "name": [{"family": "F"}], "identifier": [{"system": "s", "value": "v"}]}),
        ),
        &[],
    );
}

#[test]
fn what_must_be_followed_must_be_known() {
    check(
        standard(),
        &["http://x.org/unknown"],
        &json!({"resourceType": "Patient"}),
        &["Patient must follow the profile http://x.org/unknown, which is not loaded here"],
    );
    // Its own claim to an unknown profile is only a warning.
    let claims = json!({"resourceType": "Patient", "meta": {"profile": ["http://x.org/unknown"]}});
    check(standard(), &[], &claims, &[]);
    check(standard(), &[&base("Patient")], &claims, &[]);
    check(
        standard(),
        &[US_CORE_BP],
        &json!({"resourceType": "Patient"}),
        &["Patient must be of the type Observation (profile us-core-blood-pressure)"],
    );
}

#[test]
fn slices_by_pattern_are_counted_and_checked() {
    let component = |code: &str, value: Value| json!({"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "valueQuantity": value});
    let mmhg = json!({"value": 1, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"});
    let pressure = |components: &Value| {
        json!({"resourceType": "Observation", "status": "final", "component": components,
            "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
            "subject": {"reference": "Patient/1"}, "effectiveDateTime": "2020-01-01"})
    };
    let good = json!([
        component("8480-6", mmhg.clone()),
        component("8462-4", mmhg.clone())
    ]);
    check(standard(), &[US_CORE_BP], &pressure(&good), &[]);
    let one = json!([
        component("8480-6", mmhg.clone()),
        component("1-1", mmhg.clone())
    ]);
    check(
        standard(),
        &[US_CORE_BP],
        &pressure(&one),
        &[
            "Observation must have one 'component' of the slice 'diastolic' (profile us-core-blood-pressure)",
        ],
    );
    let mut kpa = mmhg.clone();
    kpa["code"] = json!("kPa");
    let wrong = json!([component("8480-6", kpa), component("8462-4", mmhg)]);
    check(
        standard(),
        &[US_CORE_BP],
        &pressure(&wrong),
        &[
            "Observation.component[0].valueQuantity.code must be \"mm[Hg]\" (profile us-core-blood-pressure)",
        ],
    );
}

#[test]
fn known_extensions_follow_their_definition_wherever_they_stand() {
    let race = |inner: &Value| {
        json!({"resourceType": "Patient", "extension": [{
            "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race", "extension": inner}]})
    };
    let omb = |code: &str| json!({"url": "ombCategory", "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238", "code": code}});
    let text = json!({"url": "text", "valueString": "White"});
    check(standard(), &[], &race(&json!([omb("2106-3"), text])), &[]);
    check(
        standard(),
        &[],
        &race(&json!([omb("2106-3")])),
        &[
            "Patient.extension[0] must have one 'extension' of the slice 'text' (profile us-core-race)",
        ],
    );
    check(
        standard(),
        &[],
        &race(&json!([omb("1"), text])),
        &[
            "Patient.extension[0].extension[0].valueCoding must have a code of the value set http://hl7.org/fhir/us/core/ValueSet/omb-race-category (profile us-core-race)",
        ],
    );
}

#[test]
fn a_differential_narrows_what_its_base_asks() {
    let mut profiles = Profiles::us_core();
    let child = tree(&profile(
        "child",
        "Patient",
        "http://x.org/p",
        &json!([{"id": "Patient.birthDate", "path": "Patient.birthDate", "min": 1}]),
    ));
    let parent = tree(&profile(
        "p",
        "Patient",
        US_CORE_PATIENT,
        &json!([{"id": "Patient.active", "path": "Patient.active", "min": 1, "fixedBoolean": true}]),
    ));
    // In the wrong order: each finds its base all the same.
    let refused = profiles.add_all(&[child.root(), parent.root()]);
    assert_eq!(refused, []);
    check(
        &Validator::new(profiles),
        &["http://x.org/child"],
        &json!({"resourceType": "Patient", "active": false, "gender": "male",
            "name": [{"family": "F"}]}),
        &[
            "Patient must have 'identifier' (profile child)",
            "Patient must have 'birthDate' (profile child)",
            "Patient.active must be true (profile child)",
        ],
    );
}

#[test]
fn slices_are_told_apart_by_value_type_and_presence() {
    let sliced = |kind: &str, path: &str, rest: &Value| {
        let mut elements = vec![json!({"id": "Patient.telecom", "path": "Patient.telecom",
            "slicing": {"discriminator": [{"type": kind, "path": path}], "rules": "closed", "ordered": true}})];
        elements.extend(rest.as_array().expect("elements").iter().cloned());
        knowing("Patient", &Value::Array(elements))
    };
    let element = |id: &str, rest: &Value| {
        let mut element = json!({"id": id, "path": id.replace(":a", "").replace(":b", "")});
        for (name, value) in rest.as_object().expect("members") {
            element[name] = value.clone();
        }
        element
    };
    let by_value = sliced(
        "value",
        "system",
        &json!([
            element("Patient.telecom:a", &json!({"min": 1, "max": "1"})),
            element("Patient.telecom:a.system", &json!({"fixedCode": "phone"})),
            element("Patient.telecom:b", &json!({"max": "1"})),
            element("Patient.telecom:b.system", &json!({"fixedCode": "email"})),
        ]),
    );
    let telecom = |systems: &[&str]| {
        let all: Vec<_> = systems
            .iter()
            .map(|s| json!({"system": s, "value": "1"}))
            .collect();
        json!({"resourceType": "Patient", "telecom": all})
    };
    check(&by_value, P, &telecom(&["phone", "email"]), &[]);
    check(
        &by_value,
        P,
        &telecom(&["email", "phone", "fax"]),
        &[
            "Patient.telecom[0] stands out of the order of the slices (profile p)",
            "Patient.telecom[2] is none of the slices the profile allows (profile p)",
        ],
    );
    check(
        &by_value,
        P,
        &telecom(&["email"]),
        &["Patient must have one 'telecom' of the slice 'a' (profile p)"],
    );
    let by_presence = sliced(
        "exists",
        "period",
        &json!([
            element("Patient.telecom:a", &json!({"max": "1"})),
            element("Patient.telecom:a.period", &json!({"max": "0"})),
            element("Patient.telecom:b", &json!({"max": "1"})),
            element("Patient.telecom:b.period", &json!({"min": 1})),
        ]),
    );
    check(
        &by_presence,
        P,
        &telecom(&["phone", "phone"]),
        &["Patient must have at most 1 'telecom' of the slice 'a' (profile p)"],
    );
}

#[test]
fn types_targets_values_and_rules_are_narrowed() {
    let validator = knowing(
        "Observation",
        &json!([
            {"id": "Observation", "path": "Observation",
             "constraint": [{"key": "own-1", "severity": "error", "human": "Say who.", "expression": "performer.exists()"}]},
            {"id": "Observation.value[x]", "path": "Observation.value[x]", "type": [{"code": "Quantity"}]},
            {"id": "Observation.subject", "path": "Observation.subject",
             "type": [{"code": "Reference", "targetProfile": [US_CORE_PATIENT]}]},
            {"id": "Observation.code", "path": "Observation.code",
             "patternCodeableConcept": {"coding": [{"system": "s", "code": "c"}]}},
            {"id": "Observation.note", "path": "Observation.note", "max": "0"},
        ]),
    );
    check(
        &validator,
        P,
        &json!({"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "valueString": "s",
            "subject": {"reference": "Group/1"}, "note": [{"text": "n"}]}),
        &[
            "Observation must follow own-1: Say who (profile p)",
            "Observation.valueString must be of the type Quantity (profile p)",
            "Observation.subject must refer to Patient (profile p)",
            "Observation.code must hold {\"coding\":[{\"code\":\"c\",\"system\":\"s\"}]} (profile p)",
            "Observation.note must not be there (profile p)",
        ],
    );
}

#[test]
fn value_sets_that_are_loaded_bind() {
    let mut profiles = Profiles::us_core();
    let system = tree(
        &json!({"resourceType": "CodeSystem", "url": "http://x.org/cs", "content": "complete",
        "concept": [{"code": "a", "concept": [{"code": "b"}]}]}),
    );
    let set = tree(
        &json!({"resourceType": "ValueSet", "url": "http://x.org/vs",
        "compose": {"include": [{"system": "http://x.org/cs"}]}}),
    );
    let bound = tree(&profile(
        "p",
        "Observation",
        &base("Observation"),
        &json!([{"id": "Observation.code", "path": "Observation.code",
            "binding": {"strength": "required", "valueSet": "http://x.org/vs"}}]),
    ));
    let refused = profiles.add_all(&[bound.root(), set.root(), system.root()]);
    assert_eq!(refused, []);
    let validator = Validator::new(profiles);
    let coded = |code: &str| {
        json!({"resourceType": "Observation", "status": "final",
            "code": {"coding": [{"system": "http://x.org/cs", "code": code}]}})
    };
    check(&validator, P, &coded("b"), &[]);
    check(
        &validator,
        P,
        &coded("c"),
        &[
            "Observation.code.coding[0].code must be a code that http://x.org/cs defines",
            "Observation.code must have a code of the value set http://x.org/vs (profile p)",
        ],
    );
}

#[test]
fn what_is_not_checked_is_said_when_asked() {
    let validator = knowing(
        "Observation",
        &json!([
            {"id": "Observation.code", "path": "Observation.code",
             "binding": {"strength": "required", "valueSet": "http://x.org/nowhere"}},
            {"id": "Observation.method", "path": "Observation.method", "mustSupport": true}
        ]),
    );
    let resource = tree(
        &json!({"resourceType": "Observation", "status": "final", "code": {"text": "x"},
        "text": {"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},
        "meta": {"profile": ["http://x.org/unknown"]}}),
    );
    let ask = Ask {
        profiles: P,
        detail: Detail::Everything,
    };
    let found = validator.validate(resource.root(), &ask);
    let found: Vec<_> = found
        .iter()
        .map(|i| format!("{} {} {}", i.severity.code(), i.code.code(), i.text))
        .collect();
    assert_eq!(
        found,
        [
            "information not-found Observation.code was not checked: the value set http://x.org/nowhere is not loaded (profile p)",
            "information informational Observation has no 'method', which must be supported (profile p)",
            "warning not-found Observation.meta.profile[0] names a profile that is not loaded here; it was not checked",
        ]
    );
}

#[test]
fn definitions_that_cannot_be_used_are_refused_with_the_reason() {
    let refused = |definition: &Value| {
        let mut profiles = Profiles::r4();
        let definition = tree(definition);
        profiles.add(definition.root()).expect_err("a fault")
    };
    let p = |base: &str, elements: &Value| profile("p", "Patient", base, elements);
    assert_eq!(
        refused(&p("http://x.org/p", &json!([]))),
        LoadFault::UnknownBase("http://x.org/p".to_owned()),
        "a profile that is its own base"
    );
    let rule = json!([{"id": "Patient", "path": "Patient",
        "constraint": [{"key": "k", "severity": "error", "human": "h", "expression": "1 +"}]}]);
    assert_eq!(
        refused(&p(&base("Patient"), &rule)).to_string(),
        "its rule k is no FHIRPath: the expression ends too early (at character 4)"
    );
    let many: Vec<_> = (0..10_000)
        .map(|n| json!({"id": format!("Patient.telecom:s{n}"), "path": "Patient.telecom"}))
        .collect();
    assert_eq!(
        refused(&p(&base("Patient"), &Value::Array(many))),
        LoadFault::TooLarge(4_000)
    );
    let filtered = json!({"resourceType": "ValueSet", "url": "http://x.org/vs", "compose": {"include": [
        {"system": "http://loinc.org", "filter": [{"property": "parent", "op": "=", "value": "LP1"}]}]}});
    assert_eq!(refused(&filtered), LoadFault::NotListable);
}

#[test]
fn a_profile_that_costs_too_much_ends_with_a_word() {
    let slices: Vec<_> = (0..700)
        .flat_map(|n| {
            [
                json!({"id": format!("Patient.telecom:s{n}"), "path": "Patient.telecom"}),
                json!({"id": format!("Patient.telecom:s{n}.value"), "path": "Patient.telecom.value", "fixedString": format!("{n}")}),
            ]
        })
        .collect();
    let mut elements = vec![json!({"id": "Patient.telecom", "path": "Patient.telecom",
        "slicing": {"discriminator": [{"type": "value", "path": "value"}], "rules": "open"}})];
    elements.extend(slices);
    let validator = knowing("Patient", &Value::Array(elements));
    let telecom: Vec<_> = (0..1_200)
        .map(|_| json!({"system": "phone", "value": "x"}))
        .collect();
    check(
        &validator,
        P,
        &json!({"resourceType": "Patient", "telecom": telecom}),
        &["Patient holds too much to be compared with (profile p)"],
    );
    let bomb = knowing(
        "Patient",
        &json!([{"id": "Patient", "path": "Patient", "constraint": [{"key": "bomb", "severity": "error", "human": "h",
            "expression": "telecom.select(%resource.telecom.select(%resource.telecom.select(%resource.descendants()))).exists()"}]}]),
    );
    let telecom: Vec<_> = (0..300)
        .map(|_| json!({"system": "phone", "value": "x"}))
        .collect();
    check(
        &bomb,
        P,
        &json!({"resourceType": "Patient", "telecom": telecom}),
        &["Patient is too large for bomb: the rule takes more steps than it may (profile p)"],
    );
}

/// A value set of this part of a system.
fn value_set(version: &str, include: &Value) -> Value {
    json!({"resourceType": "ValueSet", "url": "http://x.org/ValueSet", "version": version,
        "status": "active", "compose": {"include": [include]}})
}

/// A code system of this code.
fn code_system(version: &str, code: &str) -> Value {
    json!({"resourceType": "CodeSystem", "url": "http://x.org/CodeSystem", "version": version,
        "status": "active", "content": "complete", "concept": [{"code": code}]})
}

/// What is said of a code of a marital status that is bound to a value set.
fn bound(known: &[Value], value_set: &str, (system, code): (&str, &str)) -> Vec<String> {
    let mut profiles = Profiles::us_core();
    let elements = json!([{"id": "Patient.maritalStatus", "path": "Patient.maritalStatus",
        "binding": {"strength": "required", "valueSet": value_set}}]);
    let profile = profile("p", "Patient", &base("Patient"), &elements);
    let trees: Vec<_> = known.iter().chain([&profile]).map(tree).collect();
    let roots: Vec<_> = trees.iter().map(Tree::root).collect();
    assert_eq!(profiles.add_all(&roots), []);
    let patient = json!({"resourceType": "Patient", "maritalStatus": {"coding": [{"system": system, "code": code}]}});
    let ask = Ask {
        profiles: P,
        detail: Detail::Everything,
    };
    let tree = tree(&patient);
    let issues = Validator::new(profiles).validate(tree.root(), &ask);
    let texts = issues.into_iter().map(|issue| issue.text);
    texts.filter(|text| text.contains("profile p")).collect()
}

#[test]
fn a_binding_means_the_version_it_names() {
    let codes = |code: &str| json!({"system": "http://x.org/s", "concept": [{"code": code}]});
    let known = [value_set("1", &codes("one")), value_set("2", &codes("two"))];
    let said = |value_set: &str, code| bound(&known, value_set, ("http://x.org/s", code));
    let wrong = |url: &str| {
        vec![format!(
            "Patient.maritalStatus must have a code of the value set {url} (profile p)"
        )]
    };
    let first = "http://x.org/ValueSet|1";
    assert_eq!(said(first, "one"), Vec::<String>::new());
    assert_eq!(said(first, "two"), wrong(first));
    let last = "http://x.org/ValueSet";
    assert_eq!(
        said(last, "two"),
        Vec::<String>::new(),
        "the last that was added"
    );
    assert_eq!(said(last, "one"), wrong(last));
    assert_eq!(
        said("http://x.org/ValueSet|3", "one"),
        [
            "Patient.maritalStatus was not checked: the value set http://x.org/ValueSet|3 is not loaded (profile p)"
        ]
    );
}

#[test]
fn the_last_version_of_a_value_set_is_meant_whether_or_not_it_is_listed() {
    let listed = |version: &str| {
        let codes = json!({"system": "http://x.org/s", "concept": [{"code": version}]});
        value_set(version, &codes)
    };
    let of_system =
        |version: &str| value_set(version, &json!({"system": "http://x.org/CodeSystem"}));
    let last = |known: &[Value]| {
        let mut profiles = Profiles::r4();
        let trees: Vec<_> = known.iter().map(tree).collect();
        let roots: Vec<_> = trees.iter().map(Tree::root).collect();
        profiles.add_all(&roots);
        let url = "http://x.org/ValueSet";
        match (
            profiles.added_value_set(url).expect("added"),
            profiles.value_set(url),
        ) {
            (AddedValueSet::Listed(set), Some(same)) => {
                assert_eq!(set.systems.len(), same.systems.len());
                set.systems[0].codes[0].to_owned()
            }
            (AddedValueSet::Unlisted(_), None) => "unlisted".to_owned(),
            other => panic!("two minds: {other:?}"),
        }
    };
    assert_eq!(last(&[of_system("1"), listed("2")]), "2");
    assert_eq!(last(&[listed("1"), of_system("2")]), "unlisted");
    let late = [of_system("1"), listed("2"), code_system("1", "late")];
    assert_eq!(last(&late), "2", "listed in a later round");
    let late = [listed("1"), of_system("2"), code_system("1", "late")];
    assert_eq!(last(&late), "late");
}

#[test]
fn what_is_built_in_is_of_its_version() {
    let gender = "http://hl7.org/fhir/administrative-gender";
    let said = |value_set: &str| bound(&[], value_set, (gender, "none"));
    let r4 = "http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1";
    assert!(said(r4)[0].contains("must have a code"), "{:?}", said(r4));
    let r5 = "http://hl7.org/fhir/ValueSet/administrative-gender|5.0.0";
    assert!(said(r5)[0].contains("was not checked"), "{:?}", said(r5));
    let race = "http://hl7.org/fhir/us/core/ValueSet/omb-race-category|6.1.0";
    assert!(
        said(race)[0].contains("must have a code"),
        "{:?}",
        said(race)
    );
    for of_others in [
        "http://terminology.hl7.org/ValueSet/v3-ActEncounterCode|2014-03-26",
        "http://terminology.hl7.org/ValueSet/v3-ActEncounterCode|3.0.0",
    ] {
        assert!(
            built_in_value_set(of_others).is_some(),
            "whose version is not known: {of_others}"
        );
    }
}

#[test]
fn a_value_set_is_made_of_the_version_of_a_system_it_names() {
    let all = |version: &str| json!({"system": "http://x.org/CodeSystem", "version": version});
    let known = |version| {
        [
            value_set("1", &all(version)),
            code_system("1", "one"),
            code_system("2", "two"),
        ]
    };
    let url = "http://x.org/ValueSet";
    let said = |version, code| bound(&known(version), url, ("http://x.org/CodeSystem", code));
    assert_eq!(said("1", "one"), Vec::<String>::new());
    assert!(said("1", "two")[0].contains("must have a code"));
    assert_eq!(said("2", "two"), Vec::<String>::new());
}
