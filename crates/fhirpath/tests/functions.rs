//! Functions and operators, by the sentences of the specification.

#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use cresset_fhirpath::{Environment, Halt, Item, Node, Program, Temporal, TemporalKind, Verdict};
use cresset_model::{Bounds, parse};

const OBSERVATION: &str = r#"{"resourceType":"Observation","id":"o","status":"final",
    "code":{"coding":[{"system":"s","code":"a"},{"system":"s","code":"b"}]},
    "effectivePeriod":{"start":"2020-02","end":"2020-02-15"},
    "valueQuantity":{"value":1.50,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"},
    "component":[{"code":{"text":"x"},"valueInteger":3},{"code":{"text":"y"},"valueInteger":1}],
    "text":{"status":"generated","div":"<div>x</div>"}}"#;

fn run(expression: &str) -> Result<Vec<String>, Halt> {
    let tree = parse(OBSERVATION.as_bytes(), Bounds::default()).unwrap();
    let root = Node::resource(tree.root()).unwrap();
    let program = Program::compile(expression).unwrap();
    let mut environment = Environment::new(root);
    environment.now = Temporal::parse("2026-01-02T03:04:05.678Z", TemporalKind::DateTime);
    environment.steps_max = 100_000;
    let items = program.run(&environment, root)?;
    Ok(items.iter().map(shown).collect())
}

fn shown(item: &Item<'_>) -> String {
    match item.plain() {
        Some(Item::Boolean(value)) => value.to_string(),
        Some(Item::Integer(number)) => number.to_string(),
        Some(Item::Decimal(number)) => number.to_string(),
        Some(Item::String(text)) => text.into_owned(),
        Some(Item::Quantity(quantity)) => quantity.to_string(),
        Some(Item::Temporal(temporal)) => temporal.to_string(),
        _ => "?".to_owned(),
    }
}

fn check(expression: &str, expect: &[&str]) {
    let expect = expect.iter().map(|e| (*e).to_owned()).collect();
    assert_eq!(run(expression), Ok(expect), "{expression}");
}

#[track_caller]
fn holds(expression: &str) {
    check(expression, &["true"]);
}

#[test]
fn collections() {
    check("(1 | 2 | 2 | 3).count()", &["3"]);
    check("(1 | 2).combine(2 | 3).isDistinct()", &["false"]);
    check("code.coding.code.skip(1)", &["b"]);
    check("code.coding.code.take(1)", &["a"]);
    check("(1 | 2 | 3).intersect(2 | 4)", &["2"]);
    check("(1 | 2 | 3).exclude(2)", &["1", "3"]);
    holds("code.coding.code.subsetOf('a' | 'b' | 'c')");
    check("component.sort(value).code.text", &["y", "x"]);
    check("component.sort(-code.text).code.text", &["y", "x"]);
    check("component.value.aggregate($this + $total, 0)", &["4"]);
    check("component.select($index)", &["0", "1"]);
    check("repeat(component).code.text", &["x", "y"]);
    assert_eq!(run("code.coding.single()"), Err(Halt::NotSingle));
}

#[test]
fn arguments_start_from_the_surrounding_this() {
    check(
        "code.select(coding.code.union(text | coding.system))",
        &["a", "b", "s"],
    );
    holds("code.coding.code.intersect(%resource.code.coding.code).count() = 2");
}

#[test]
fn numbers() {
    check("1 + 2 * 3", &["7"]);
    check("5 / 2", &["2.5"]);
    check("5 div 2", &["2"]);
    check("-5 mod 3", &["-2"]);
    check("1 / 0", &[]);
    check("0.1 + 0.2", &["0.3"]);
    check("(3.14159).round(2)", &["3.14"]);
    check("2.power(10)", &["1024"]);
    check("2147483647 + 1", &[]);
    check("1.587.lowBoundary(2)", &["1.58"]);
    check("value.value.precision()", &["2"]);
    holds("1.0 = 1.00");
    assert_eq!(run("1 + 'a'"), Err(Halt::WrongType));
}

#[test]
fn texts() {
    check("'abc'.substring(1, 1)", &["b"]);
    check("'abc'.indexOf('c')", &["2"]);
    check("'a,b'.split(',')", &["a", "b"]);
    check("('a' | 'b').join('-')", &["a-b"]);
    check("'a' & {} & 'b'", &["ab"]);
    check("'a' + {}", &[]);
    check(
        "'2020-01'.replaceMatches('(\\\\d+)-(\\\\d+)', '$2/$1')",
        &["01/2020"],
    );
    holds("'line\\nend'.matches('e.e')");
    check("'abc'.matchesFull('b')", &["false"]);
    check("'<&>'.escape('html')", &["&lt;&amp;&gt;"]);
    holds("'A  b' ~ 'a B'");
}

#[test]
fn dates_are_as_precise_as_they_are() {
    holds("@2020-01-31 + 1 month = @2020-02-29");
    holds("@2020-02-29 + 1 year = @2021-02-28");
    check("@2020 = @2020-05", &[]);
    holds("@2019 < @2020-05");
    holds("@2020-01-01T12:00:00+02:00 = @2020-01-01T10:00:00Z");
    check("@2020.highBoundary(8)", &["2020-12-31"]);
    check("today()", &["2026-01-02"]);
    check("timeOfDay()", &["03:04:05.678"]);
    check("(@2020-01-01 - 1 day)", &["2019-12-31"]);
}

#[test]
fn quantities_are_converted() {
    holds("value = 1500 'g'");
    holds("value > 1 'kg'");
    check("value > 1 'm'", &[]);
    holds("2 weeks = 14 days");
    check("1 year = 1 'a'", &[]);
    holds("1 year ~ 1 'a'");
}

#[test]
fn types_and_values() {
    check("value.type().name", &["Quantity"]);
    holds("status is code");
    holds("status is string");
    check("status is System.String", &["false"]);
    check("'1.5'.toDecimal()", &["1.5"]);
    check("'x'.convertsToInteger()", &["false"]);
    check("iif(status = 'final', 'yes', 1 / 'x')", &["yes"]);
    holds("text.div.htmlChecks()");
    assert_eq!(run("status.memberOf('x')"), Err(Halt::Unavailable));
}

fn judge(expression: &str) -> Verdict {
    let tree = parse(OBSERVATION.as_bytes(), Bounds::default()).unwrap();
    let root = Node::resource(tree.root()).unwrap();
    let program = Program::compile(expression).unwrap();
    program.judge(&Environment::new(root), root).unwrap()
}

#[test]
fn a_rule_holds_or_fails_or_cannot_be_said() {
    assert_eq!(judge("status = 'final'"), Verdict::Holds);
    assert_eq!(judge("status = 'x'"), Verdict::Fails);
    assert_eq!(judge("issued > @2020"), Verdict::Empty);
    assert_eq!(
        judge("effective.start <= effective.end"),
        Verdict::Uncertain
    );
}

#[test]
fn what_a_rule_looks_at_is_known_beforehand() {
    let mentions = |expression: &str| {
        let program = Program::compile(expression).unwrap();
        program
            .mentions()
            .map(|names| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(
        mentions("value.empty() or component.code.where(coding.exists()).empty()"),
        Some(vec!["component".to_owned(), "value".to_owned()])
    );
    assert_eq!(mentions("children().exists()"), None);
    assert_eq!(mentions("exists()"), None);
    let idle = |expression: &str| {
        let program = Program::compile(expression).unwrap();
        program.idle_without().join(" ")
    };
    assert_eq!(
        idle("value.empty() or component.empty()"),
        "component value"
    );
    assert_eq!(idle("a.exists() implies b.exists()"), "a");
    assert_eq!(idle("a.exists() or b.exists()"), "");
    assert_eq!(idle("a.where(x = 1).exists().not() and b.empty()"), "");
}

#[test]
fn hostile_expressions_run_out_of_steps() {
    for expression in [
        "repeat($this | (component | code | status))",
        "(1|2|3|4|5|6|7|8|9).select((1|2|3|4|5|6|7|8|9).select((1|2|3|4|5|6|7|8|9).select(\
         (1|2|3|4|5|6|7|8|9).select((1|2|3|4|5|6|7|8|9).select(%resource.descendants())))))",
        "(1|2|3|4|5|6|7|8|9).aggregate((1|2|3|4|5|6|7|8|9).aggregate(\
         (1|2|3|4|5|6|7|8|9).aggregate((1|2|3|4|5|6|7|8|9).aggregate($total & 'xxxxxxxxxxxx'))))",
        // A text that doubles with every item, and one that grows with every wave.
        "(1|2|3|4|5|6|7|8|9).select(1|2|3|4|5|6|7|8|9).aggregate($total & $total, 'xxxxxxxx')",
        "(1|2|3|4|5|6|7|8|9).select(1|2|3|4|5|6|7|8|9).aggregate((1|2|3|4).select('x').join($total), 'xx')",
        "'x'.repeat($this & 'x')",
        "(1|2|3|4|5|6|7|8|9).select(1|2|3|4|5|6|7|8|9).aggregate($total.combine($total), 'xxxxxxxx')",
        "(1|2|3|4|5|6|7|8|9).aggregate(iif($total.empty(), 'xxxxxxxxxx', $total.replace('x', 'xxxxxxxxxx')))",
    ] {
        let found = run(expression);
        if expression.starts_with("repeat") {
            assert!(found.is_ok(), "repeat stops when nothing new comes");
        } else {
            assert_eq!(found, Err(Halt::Budget), "{expression}");
        }
    }
    // A pattern that takes a backtracking engine for ever.
    check(
        &format!("'{}!'.matches('^(a+)+$')", "a".repeat(5_000)),
        &["false"],
    );
}
