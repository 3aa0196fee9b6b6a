//! Every search parameter of every type finds a value where its expression points.

#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use cresset_definitions::{Primitive, SearchParameter, SearchType, TypeIx, TypeKind, r4};
use cresset_fhirpath::{Condition, Node, Program, Route};
use cresset_model::{Bounds, parse};
use cresset_search::extract;

/// A well-formed value of a type, with something for every kind of parameter.
fn value(type_ix: TypeIx, points_to: &str) -> String {
    let definition = r4().type_at(type_ix).unwrap();
    if let TypeKind::Primitive(primitive) = definition.kind {
        return primitive_value(primitive).to_owned();
    }
    match definition.name {
        "Coding" => r#"{"system":"s","code":"c"}"#.to_owned(),
        "CodeableConcept" => r#"{"coding":[{"system":"s","code":"c"}],"text":"t"}"#.to_owned(),
        "Identifier" => r#"{"system":"s","value":"v"}"#.to_owned(),
        "ContactPoint" => r#"{"system":"phone","value":"v"}"#.to_owned(),
        "Reference" => format!(r#"{{"reference":"{points_to}/1"}}"#),
        "Period" => r#"{"start":"2020"}"#.to_owned(),
        "Timing" => r#"{"event":["2020"]}"#.to_owned(),
        "Money" => r#"{"value":1,"currency":"USD"}"#.to_owned(),
        "Range" => r#"{"low":{"value":1}}"#.to_owned(),
        "SampledData" => r#"{"origin":{"value":1}}"#.to_owned(),
        "HumanName" => r#"{"family":"f"}"#.to_owned(),
        "Address" => r#"{"city":"c"}"#.to_owned(),
        "Slot" => r#"{"start":"2020-01-01T09:00:00Z","end":"2020-01-01T09:20:00Z"}"#.to_owned(),
        _ => r#"{"value":1}"#.to_owned(),
    }
}

fn primitive_value(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::Boolean => "true",
        Primitive::Integer
        | Primitive::UnsignedInt
        | Primitive::PositiveInt
        | Primitive::Decimal => "1",
        Primitive::Date | Primitive::DateTime | Primitive::Instant => "\"2020-01-01\"",
        _ => "\"x\"",
    }
}

/// A resource of the parameter's type that holds a value at the end of a route and nothing else.
fn resource(parameter: &SearchParameter, route: &Route) -> String {
    let points_to = match route.condition {
        Some(Condition::PointsTo(target)) => target.name(),
        _ => "Basic",
    };
    let mut json = value(route.type_ix, points_to);
    for element in route.elements.iter().rev() {
        let item = if element.is_array() {
            format!("[{json}]")
        } else {
            json
        };
        json = format!("{{\"{}\":{item}}}", element.name);
    }
    json.replacen(
        '{',
        &format!("{{\"resourceType\":\"{}\",", parameter.resource_type),
        1,
    )
}

/// Ends of routes of a type that their parameter's kind cannot match, as `Type.code: type`.
fn unmatched(parameter: &SearchParameter) -> Vec<String> {
    let start = Node::type_of(parameter.resource_type).unwrap();
    let routes = Program::compile(parameter.expression)
        .unwrap()
        .routes(start)
        .unwrap_or_default();
    let plain = |route: &&Route| !matches!(route.condition, Some(Condition::Criterion(_)));
    let missed = routes.iter().filter(plain).filter(|route| {
        let source = resource(parameter, route);
        let tree = parse(source.as_bytes(), Bounds::default()).unwrap();
        !extract(&tree, &[])
            .iter()
            .any(|row| row.parameter == parameter.ix)
    });
    let shown = |route: &Route| {
        let end = r4().type_at(route.type_ix).unwrap().name;
        format!("{}.{}: {end}", parameter.resource_type, parameter.code)
    };
    missed.map(shown).collect()
}

/// Where R4 points a date parameter at words or an age, or a reference parameter at an attachment,
/// there is nothing that such a parameter could match.
const UNMATCHED: [&str; 6] = [
    "CarePlan.activity-date: string",
    "Consent.source-reference: Attachment",
    "Immunization.date: string",
    "Procedure.date: Age",
    "Procedure.date: Range",
    "Procedure.date: string",
];

#[test]
fn a_value_where_the_expression_points_leaves_a_row() {
    let known = |p: &&SearchParameter| matches!(p.code, "_id" | "_lastUpdated");
    let special =
        |p: &&SearchParameter| matches!(p.search_type, SearchType::Special | SearchType::Composite);
    let parameters = r4()
        .search_parameters()
        .iter()
        .filter(|p| !known(p) && !special(p));
    let missed: Vec<String> = parameters
        .filter(|p| !p.expression.is_empty())
        .flat_map(unmatched)
        .collect();
    assert_eq!(missed, UNMATCHED);
}
