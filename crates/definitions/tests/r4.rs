//! The embedded R4 tables answer as the specification says.
#![expect(clippy::expect_used, reason = "a missed expectation is a failed test")]

use cresset_definitions::{
    Element, Primitive, ResourceType, SearchParameter, SearchType, Strength, TypeKind, pack, r4,
    r4::R4Pack, terminology,
};

fn of(name: &str) -> ResourceType {
    ResourceType::parse(name).expect("a resource type")
}

fn element(type_name: &str, name: &str) -> &'static Element {
    r4().type_named(type_name)
        .and_then(|t| t.element(name))
        .expect("an element")
}

fn type_of(element: &Element) -> &'static str {
    r4().type_at(element.type_ix).expect("a type").name
}

#[test]
fn every_resource_type_has_a_definition() {
    for t in ResourceType::all() {
        let definition = r4().resource(t).expect("a definition");
        assert_eq!(definition.kind, TypeKind::Resource(t));
        assert_eq!(type_of(definition.element("id").expect("id")), "id");
    }
    assert_eq!(ResourceType::all().count(), 146);
}

#[test]
fn elements_carry_type_cardinality_targets_and_binding() {
    let gender = element("Patient", "gender");
    assert_eq!(
        (type_of(gender), gender.min, gender.max),
        ("code", 0, Some(1))
    );
    let binding = gender.binding.as_ref().expect("a binding");
    assert_eq!(binding.strength, Strength::Required);
    let set = r4()
        .value_set_at(binding.value_set.expect("listed"))
        .expect("a value set");
    assert!(set.contains_code("female") && !set.contains_code("Female"));

    let subject = element("Observation", "subject");
    assert_eq!(
        subject.targets,
        [of("Device"), of("Group"), of("Location"), of("Patient")]
    );
    assert!(element("Patient", "name").is_array());
    assert_eq!(type_of(element("Patient", "contact")), "Patient.contact");
    assert_eq!(type_of(element("Extension", "url")), "uri");
    assert!(element("Patient", "modifierExtension").modifier);
}

#[test]
fn a_choice_is_one_element_per_type() {
    let observation = r4().type_named("Observation").expect("a type");
    let members: Vec<_> = observation.choices("value").map(|e| e.name).collect();
    assert_eq!(members.len(), 11);
    assert!(members.contains(&"valueQuantity"));
    assert!(observation.element("value").is_none());
    assert!(
        r4().type_named("MedicationRequest")
            .expect("a type")
            .required
            .contains(&"medication[x]")
    );
}

#[test]
fn a_content_reference_points_to_the_structure_it_names() {
    assert_eq!(
        type_of(element("Observation.component", "referenceRange")),
        "Observation.referenceRange"
    );
    assert_eq!(
        type_of(element("Questionnaire.item", "item")),
        "Questionnaire.item"
    );
}

#[test]
fn rules_stand_where_they_are_stated() {
    let keys = |name: &str| {
        let list = r4().type_named(name).expect("a type").constraints;
        list.iter().map(|c| c.key).collect::<Vec<_>>()
    };
    assert_eq!(keys("Patient.contact"), ["pat-1"]);
    assert_eq!(keys("Element"), ["ele-1"]);
    assert!(keys("DomainResource").contains(&"dom-2"));
    assert!(
        element("Observation", "referenceRange")
            .constraints
            .is_empty()
    );
    assert!(
        element("Observation.referenceRange", "low")
            .constraints
            .iter()
            .any(|c| c.key == "sqty-1")
    );
}

#[test]
fn every_primitive_has_a_type() {
    let named = |name: &str| r4().type_named(name).map(|t| t.kind);
    for name in [
        "boolean",
        "decimal",
        "positiveInt",
        "xhtml",
        "instant",
        "canonical",
    ] {
        let primitive = Primitive::parse(name).expect("a primitive");
        assert_eq!(named(name), Some(TypeKind::Primitive(primitive)));
        assert_eq!(primitive.name(), name);
    }
}

fn check_parameter(resource_type: &str, code: &str, search_type: SearchType, expression: &str) {
    let parameter = r4()
        .search_parameter(of(resource_type), code)
        .expect("a parameter");
    assert_eq!(parameter.search_type, search_type);
    assert_eq!(parameter.expression, expression);
    assert_eq!(
        r4().search_parameter_at(parameter.ix)
            .expect("by position")
            .url,
        parameter.url
    );
}

#[test]
fn expressions_are_narrowed_to_the_type() {
    check_parameter("Observation", "code", SearchType::Token, "Observation.code");
    check_parameter(
        "Observation",
        "date",
        SearchType::Date,
        "Observation.effective",
    );
    check_parameter(
        "MedicationRequest",
        "code",
        SearchType::Token,
        "(MedicationRequest.medication as CodeableConcept)",
    );
    check_parameter(
        "Patient",
        "_lastUpdated",
        SearchType::Date,
        "meta.lastUpdated",
    );
    check_parameter(
        "Patient",
        "phone",
        SearchType::Token,
        "Patient.telecom.where(system='phone')",
    );
    check_parameter(
        "InsurancePlan",
        "name",
        SearchType::String,
        "InsurancePlan.name | InsurancePlan.alias",
    );
}

#[test]
fn composites_know_the_types_of_their_parts() {
    let parameter = r4()
        .search_parameter(of("Observation"), "code-value-quantity")
        .expect("known");
    let parts: Vec<_> = parameter
        .components
        .iter()
        .map(|c| (c.code, c.search_type, c.expression))
        .collect();
    assert_eq!(
        parts,
        [
            ("code", SearchType::Token, "code"),
            ("value-quantity", SearchType::Quantity, "value.as(Quantity)"),
        ]
    );
}

#[test]
fn parameters_of_a_type_are_sorted_and_have_an_expression() {
    for t in ResourceType::all() {
        let codes: Vec<_> = r4()
            .search_parameters_of(t)
            .iter()
            .map(|p| p.code)
            .collect();
        assert!(codes.is_sorted() && codes.contains(&"_id"));
    }
    // A special one may be a question of the search alone.
    let valued = |p: &&SearchParameter| p.search_type != SearchType::Special;
    let mut valued = r4().search_parameters().iter().filter(valued);
    assert!(valued.all(|p| !p.expression.is_empty()));
    assert!(r4().search_parameter(of("Patient"), "no-such").is_none());
}

#[test]
fn compartments_name_reference_parameters() {
    let patient = r4().compartment(of("Patient")).expect("a compartment");
    assert_eq!(
        patient.parameters(of("Observation")),
        Some(&["subject", "performer"][..])
    );
    assert_eq!(patient.parameters(of("Organization")), None);
    for compartment in r4().compartments() {
        for member in compartment.members {
            for code in member.parameters {
                let parameter = r4().search_parameter(member.resource_type, code);
                let parameter = parameter.unwrap_or_else(|| {
                    panic!("{} {} {code}", compartment.owner, member.resource_type)
                });
                assert_eq!(parameter.search_type, SearchType::Reference);
            }
        }
    }
    assert_eq!(r4().compartments().len(), 5);
}

#[test]
fn terminology_lists_code_systems_and_value_sets() {
    let t = terminology();
    let system = t
        .code_system("http://terminology.hl7.org/CodeSystem/v3-ActCode")
        .expect("known");
    assert_eq!(
        system.concept("AMB").expect("a concept").display,
        "ambulatory"
    );
    let set = t
        .value_set("http://terminology.hl7.org/ValueSet/v3-ActEncounterCode|2014-03-26")
        .expect("listed");
    assert!(set.contains(system.url, "AMB") && !set.contains(system.url, "PATSBJ"));
    assert!(t.code_systems.is_sorted_by_key(|s| s.url) && t.value_sets.is_sorted_by_key(|s| s.url));
}

#[test]
fn a_damaged_pack_is_an_error() {
    let check = |bytes: &[u8]| assert!(pack::decode::<R4Pack>(bytes).is_err());
    check(b"");
    check(b"no pack");
    let good = include_bytes!("../data/r4.pack");
    check(&good[..good.len() / 2]);
    check(include_bytes!("../data/us-core-6.1.pack"));
    let tables: R4Pack = pack::decode(good).expect("the pack");
    assert_eq!(
        pack::encode(&tables).expect("a pack"),
        good,
        "encoding gives the same bytes"
    );
}

#[test]
fn elements_know_their_place_in_the_definition() {
    let mut names: Vec<_> = r4()
        .type_named("Patient")
        .expect("a type")
        .elements
        .into_iter()
        .map(|e| (e.order, e.choice.unwrap_or(e.name)))
        .collect();
    names.sort_unstable();
    names.dedup();
    let names: Vec<_> = names.into_iter().map(|(_, name)| name).collect();
    assert_eq!(
        names.join(" "),
        "id meta implicitRules language text contained extension modifierExtension identifier active \
         name telecom gender birthDate deceased address maritalStatus multipleBirth photo contact \
         communication generalPractitioner managingOrganization link"
    );
}

#[test]
fn a_code_system_knows_what_lies_above_what() {
    let system = terminology()
        .code_system("http://terminology.hl7.org/CodeSystem/condition-clinical")
        .expect("a code system");
    assert_eq!(
        (system.name, system.version),
        ("ConditionClinicalStatusCodes", "4.0.1")
    );
    assert!(system.subsumes("active", "relapse"));
    assert!(!system.subsumes("relapse", "active"));
    assert!(!system.subsumes("active", "active"));
    assert!(!system.subsumes("inactive", "relapse"));
}
