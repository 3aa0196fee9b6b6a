//! What `docs/authorization.md` says of scopes is so.
#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use cresset_access::Scope;
use cresset_access::scope::GRANULAR_PARAMETERS;

const DOCUMENT: &str = include_str!("../../../docs/authorization.md");

/// The lines of the block that begins with this fence.
fn block(fence: &str) -> impl Iterator<Item = &'static str> {
    let (_, rest) = DOCUMENT.split_once(&format!("```{fence}\n")).unwrap();
    rest.lines().take_while(|line| *line != "```")
}

#[test]
fn its_examples_are_what_they_are_said_to_be() {
    for text in block("scopes") {
        assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
    }
    for text in block("not-scopes") {
        assert!(text.parse::<Scope>().is_err(), "{text}");
    }
    assert!(block("scopes").count() > 5 && block("not-scopes").count() > 3);
}

#[test]
fn it_names_every_parameter_that_may_stand_behind_the_question_mark() {
    let (_, sentence) = DOCUMENT.split_once("Behind `?` stand").unwrap();
    let named: Vec<&str> = sentence.split('`').skip(1).step_by(2).collect();
    assert_eq!(
        named.strip_suffix(&["system|code"]),
        Some(GRANULAR_PARAMETERS)
    );
}
