//! What expressions give.

#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use cresset_fhirpath::{Item, Node, Program};
use cresset_model::{Bounds, parse};

const PATIENT: &str = r##"{"resourceType":"Patient","id":"p","active":true,
    "extension":[{"url":"race","extension":[{"url":"omb","valueCoding":{"code":"2106-3"}},{"url":"text","valueString":"White"}]}],
    "name":[{"use":"official","family":"A","given":["B","C"],"_given":[null,{"extension":[{"url":"q","valueCode":"LS"}]}]},{"text":"D"}],
    "_birthDate":{"extension":[{"url":"time","valueDateTime":"1970-01-01T10:00:00Z"}]},
    "telecom":[{"system":"phone","value":"1"},{"system":"email","value":"2"}],
    "multipleBirthInteger":2,"deceasedBoolean":false,
    "contained":[{"resourceType":"Organization","id":"o","name":"Org"}],
    "managingOrganization":{"reference":"#o"},
    "generalPractitioner":[{"reference":"Practitioner/1"},{"reference":"https://x.org/Organization/2"},{"reference":"urn:uuid:3","type":"PractitionerRole"},{"display":"?"}]}"##;

/// Each item as its JSON, or for a remote resource its type.
fn check(expression: &str, expect: &[&str]) {
    let tree = parse(PATIENT.as_bytes(), Bounds::default()).unwrap();
    let root = Node::resource(tree.root()).unwrap();
    let program = Program::compile(expression).unwrap();
    let shown: Vec<String> = program.evaluate(root, root).iter().map(shown).collect();
    assert_eq!(shown, expect, "{expression}");
}

fn shown(item: &Item<'_>) -> String {
    match item {
        Item::Node(node) => {
            let mut out = Vec::new();
            node.element.write(&mut out);
            format!("{} {}", node.type_name(), String::from_utf8(out).unwrap())
        }
        Item::Remote(resource_type) => format!("{resource_type:?}"),
        Item::Boolean(value) => value.to_string(),
        Item::Integer(value) => value.to_string(),
        Item::Decimal(value) => value.to_string(),
        Item::String(text) => text.clone().into_owned(),
        Item::Temporal(temporal) => temporal.to_string(),
        Item::Quantity(quantity) => quantity.to_string(),
        Item::Type(space, name) => format!("{space}.{name}"),
    }
}

fn refuse(expression: &str, expect: &str) {
    assert_eq!(
        Program::compile(expression).unwrap_err().to_string(),
        expect,
        "{expression}"
    );
}

#[test]
fn paths_know_their_types() {
    check("Patient.name.given", &["string \"B\"", "string \"C\""]);
    check("name.family", &["string \"A\""]);
    check("Patient.deceased", &["boolean false"]);
    check("Patient.multipleBirth as integer", &["integer 2"]);
    check("Patient.deceased.as(dateTime)", &[]);
    check(
        "Patient.extension.extension.value.ofType(Coding).code",
        &["code \"2106-3\""],
    );
    check("Observation.code", &[]);
    check("DomainResource.id | Resource.id", &["id \"p\""]);
    check("Patient.contained.name", &["string \"Org\""]);
    check("Patient.name[1].text", &["string \"D\""]);
    check("Patient.name.`use`", &["code \"official\""]);
}

#[test]
fn conditions_select() {
    check(
        "Patient.telecom.where(system = 'email').value",
        &["string \"2\""],
    );
    check(
        "Patient.telecom.where(system != 'email' and value.exists()).value",
        &["string \"1\""],
    );
    check("Patient.telecom.where(use = 'home')", &[]);
    check(
        "Patient.name.where(given.exists(\"C\" = $this)).family",
        &["string \"A\""],
    );
    check("Patient.active and Patient.deceased", &["false"]);
    check("Patient.active or nothing", &["true"]);
    check(
        "Patient.deceased.exists() and Patient.deceased != false",
        &["false"],
    );
    check("Patient.name.count() = 2", &["true"]);
    check(
        "Patient.name.exists() implies Patient.photo.empty().not()",
        &["false"],
    );
    check("'phone' in Patient.telecom.system", &["true"]);
    check("Patient.multipleBirth > 1", &["true"]);
    check("Patient.telecom.all(value.exists())", &["true"]);
    check(
        "Patient.name.given.last() | Patient.name.given.tail()",
        &["string \"C\""],
    );
}

#[test]
fn extensions_are_found_on_primitives_too() {
    check(
        "Patient.extension('race').extension('text').value",
        &["string \"White\""],
    );
    check(
        "Patient.birthDate.extension('time').value",
        &["dateTime \"1970-01-01T10:00:00Z\""],
    );
    check("Patient.name.given.extension('q').value", &["code \"LS\""]);
    check(
        "Patient.name.given.where(hasExtension('q'))",
        &["string \"C\""],
    );
}

#[test]
fn references_tell_their_type_without_being_followed() {
    check(
        "Patient.managingOrganization.resolve().name",
        &["string \"Org\""],
    );
    check(
        "Patient.generalPractitioner.where(resolve() is Practitioner).reference",
        &["string \"Practitioner/1\""],
    );
    check(
        "Patient.generalPractitioner.where(resolve() is Organization).reference",
        &["string \"https://x.org/Organization/2\""],
    );
    check(
        "Patient.generalPractitioner.where(resolve() is PractitionerRole).reference",
        &["string \"urn:uuid:3\""],
    );
    check(
        "Patient.generalPractitioner.where(resolve() is Resource).count()",
        &["4"],
    );
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    refuse("Patient.", "the expression ends too early (at character 9)");
    refuse("Patient name", "this does not belong here (at character 9)");
    refuse(
        "name.where(use = 'x",
        "a quotation does not end (at character 18)",
    );
    refuse(
        "value as Nothing",
        "there is no type Nothing (at character 7)",
    );
    refuse(
        "name.nothing('x')",
        "the function nothing() with 1 arguments is not supported (at character 6)",
    );
    refuse(
        "%nothing",
        "the variable %nothing is not supported (at character 1)",
    );
    refuse(
        "birthDate > @2020-13",
        "this is no date or time (at character 13)",
    );
    refuse(
        "name.matches('(')",
        "the regular expression is none, or too large (at character 6)",
    );
}
