//! No expression, however odd, does more than give a fault or a result.

#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use cresset_fhirpath::{FaultKind, Node, Program};
use cresset_model::{Bounds, parse};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const PATIENT: &str = r##"{"resourceType":"Patient","active":true,"name":[{"family":"A","given":["B","C"]},{"text":"D"}],
    "_birthDate":{"extension":[{"url":"u","valueString":"x"}]},"deceasedBoolean":false,
    "contained":[{"resourceType":"Organization","id":"o"}],"managingOrganization":{"reference":"#o"}}"##;

fn run(expression: &str) {
    let tree = parse(PATIENT.as_bytes(), Bounds::default()).unwrap();
    let root = Node::resource(tree.root()).unwrap();
    if let Ok(program) = Program::compile(expression) {
        program.evaluate(root, root);
        program.routes(root.type_ix);
        program.entries(root.type_ix);
    }
}

/// Pieces that often make an expression.
fn tokens() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "Patient",
        "name",
        "given",
        "value",
        "extension",
        "contained",
        "where(",
        "exists(",
        "select(",
        "resolve()",
        "first()",
        "extension('u')",
        "$this",
        "%resource",
        "'x'",
        "1",
        "2.5",
        "true",
        "{}",
        ".",
        "[",
        "]",
        "(",
        ")",
        "|",
        "=",
        "!=",
        " and ",
        " or ",
        " is ",
        " as ",
        " in ",
        "<",
        "-",
        "ofType(string)",
        "not()",
        "count()",
        "all(",
        "`id`",
    ]);
    prop::collection::vec(piece, 1..24).prop_map(|pieces| pieces.concat())
}

/// The same cases every time.
fn config() -> ProptestConfig {
    ProptestConfig {
        rng_seed: RngSeed::Fixed(20_260_101),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_text_compiles_or_is_refused(expression in any::<String>()) {
        run(&expression);
    }

    #[test]
    fn any_sequence_of_tokens_runs_or_is_refused(expression in tokens()) {
        run(&expression);
    }
}

#[test]
fn nesting_and_length_are_bounded() {
    for (expression, expect) in [
        ("(".repeat(100_000), FaultKind::TooLarge),
        ("(".repeat(20_000), FaultKind::TooLarge),
        ("-".repeat(20_000), FaultKind::TooLarge),
        (format!("a{}", ".a".repeat(10_000)), FaultKind::TooLarge),
        (format!("a{}", "|a".repeat(10_000)), FaultKind::TooLarge),
        (format!("a{}", "[0]".repeat(10_000)), FaultKind::TooLarge),
        (
            format!("{}a{}", "where(".repeat(5_000), ")".repeat(5_000)),
            FaultKind::TooLarge,
        ),
    ] {
        assert_eq!(Program::compile(&expression).unwrap_err().kind, expect);
    }
}
