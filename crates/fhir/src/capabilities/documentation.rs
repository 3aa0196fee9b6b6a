//! What the rule set of an instance asks of a type and does with it, in words.

use cresset_definitions::ResourceType;
use cresset_rules::{Description, Interaction, RuleSet};

/// `CapabilityStatement.rest.resource.documentation`; `None` where the set leaves the type as R4 has it.
pub(super) fn of_type(rules: &RuleSet, of: ResourceType) -> Option<String> {
    let written = rules.descriptions(of);
    let note = rules
        .note(of)
        .map(|note| format!("What is written: {note}."));
    let ignored = written.first().filter(|first| !first.ignored.is_empty());
    let ignored = ignored.map(|d| format!("Not taken from the body: {}.", d.ignored.join(", ")));
    let parts: Vec<String> = written
        .iter()
        .map(asked)
        .chain(ignored)
        .chain(note)
        .collect();
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}

/// What a create or an update must hold, and what else is refused.
fn asked(description: &Description) -> String {
    let what = match description.interaction {
        Interaction::Update => "An update",
        _ => "A create",
    };
    let required = description.required.join(", ");
    let refused = description
        .refused
        .iter()
        .map(|(element, text)| match *element {
            "" => format!("\n- The resource {text}"),
            element => format!("\n- {element} {text}"),
        });
    let refused: String = refused.collect();
    format!("{what} must have: {required}.{refused}")
}

/// `CapabilityStatement.rest.documentation`.
pub(super) fn of_server(rules: &RuleSet) -> String {
    let mut out = format!("The rule set `{}`: {}.", rules.name, rules.summary);
    if rules.allergens {
        out.push_str(
            " It has a type that R4 lacks: `Allergen`, read and searched by `code` or `_text`.",
        );
    }
    out.push_str(
        " Searches, `batch`, `transaction` and the operations on a record take `Prefer: respond-async` \
         and are answered as the asynchronous interaction pattern of R5 says: 202 with \
         `Content-Location`, and there a `batch-response` when all is done.",
    );
    out
}
