//! The operations each type offers.

use cresset_definitions::ResourceType;
use cresset_rules::RuleSet;

/// The methods an operation is called with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Methods {
    /// It only tells, and its parameters fit into a URL.
    Get,
    /// It changes something, or its parameters are resources.
    Post,
    /// Either.
    Both,
}

/// An operation of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The name after the `$`.
    pub name: &'static str,
    /// The type it is defined for; the tail of its definition.
    of: &'static str,
    /// How it is called of the type, if it is.
    pub of_type: Option<Methods>,
    /// How it is called of one resource, if it is.
    pub of_resource: Option<Methods>,
    /// What it does, as a sentence without a full stop.
    pub about: &'static str,
}

impl Operation {
    /// The canonical URL of its definition.
    pub fn definition(&self) -> String {
        let Self { of, name, .. } = self;
        if OF_CANVAS.contains(self) {
            return format!("https://cresset.example/fhir/OperationDefinition/canvas-{name}");
        }
        if *name == DOCREF {
            return format!("http://hl7.org/fhir/us/core/OperationDefinition/{name}");
        }
        format!("http://hl7.org/fhir/OperationDefinition/{of}-{name}")
    }
}

/// The one operation that US Core defines.
const DOCREF: &str = "docref";

/// An operation on the record of a patient.
const fn record(of: &'static str, name: &'static str, about: &'static str) -> Operation {
    Operation {
        name,
        of,
        of_type: Some(Methods::Both),
        of_resource: None,
        about,
    }
}

const RECORD: [Operation; 5] = [
    record(
        "DocumentReference",
        DOCREF,
        "The documents of a patient, by default the newest summary of care",
    ),
    everything("Encounter", "All that belongs to an encounter"),
    record(
        "Observation",
        "lastn",
        "The newest observations of each code",
    ),
    everything("Patient", "All that belongs to a patient"),
    Operation {
        of_type: Some(Methods::Post),
        ..record("Patient", "match", "The patients a description may mean")
    },
];

const fn everything(of: &'static str, about: &'static str) -> Operation {
    Operation {
        of_type: None,
        of_resource: Some(Methods::Both),
        ..record(of, "everything", about)
    }
}

const fn terminology(of: &'static str, name: &'static str, about: &'static str) -> Operation {
    Operation {
        name,
        of,
        of_type: Some(Methods::Both),
        of_resource: Some(Methods::Both),
        about,
    }
}

/// `$validate` of every type.
const VALIDATE: Operation = Operation {
    name: "validate",
    of: "Resource",
    of_type: Some(Methods::Post),
    of_resource: Some(Methods::Both),
    about: "Say what is wrong with a resource, without storing it",
};

/// `$graphql` of one resource of every type; of the system it is offered too.
pub const GRAPHQL: Operation = Operation {
    name: "graphql",
    of: "Resource",
    of_type: None,
    // By POST as well, with a body that is no resource.
    of_resource: Some(Methods::Get),
    about: "Ask for what is needed of a resource and of those it refers to",
};

const TERMINOLOGY: [Operation; 6] = [
    terminology(
        "CodeSystem",
        "validate-code",
        "Whether a code is one of the code system",
    ),
    terminology(
        "CodeSystem",
        "subsumes",
        "How two codes stand to each other",
    ),
    Operation {
        of_resource: None,
        ..terminology("CodeSystem", "lookup", "What is known of a code")
    },
    terminology(
        "ConceptMap",
        "translate",
        "What concept maps give for a code",
    ),
    terminology("ValueSet", "expand", "The members of a value set"),
    terminology(
        "ValueSet",
        "validate-code",
        "Whether a code is a member of the value set",
    ),
];

/// The labels of a resource of any type.
const META: [Operation; 3] = [
    Operation {
        of_resource: Some(Methods::Get),
        ..meta(
            "meta",
            "The profiles, tags and security labels of a resource",
        )
    },
    meta("meta-add", "Add profiles, tags or security labels"),
    meta("meta-delete", "Take profiles, tags or security labels away"),
];

const fn meta(name: &'static str, about: &'static str) -> Operation {
    Operation {
        name,
        of: "Resource",
        of_type: None,
        of_resource: Some(Methods::Post),
        about,
    }
}

/// Those that rule sets have beside the standard.
const OF_CANVAS: [Operation; 2] = [
    Operation {
        of_type: Some(Methods::Post),
        ..record(
            "DiagnosticReport",
            "create-lab-report",
            "Store the report of a laboratory and its values",
        )
    },
    Operation {
        of_type: None,
        of_resource: Some(Methods::Post),
        ..record(
            "Practitioner",
            "send-reset-password-email",
            "Send the practitioner a link for a new password",
        )
    },
];

/// Whether what an operation of this name gathers can be much, so that it may be asked for with
/// `respond-async`.
pub fn may_be_long(name: &str) -> bool {
    RECORD.iter().any(|operation| operation.name == name)
}

/// The operations of a type under a rule set.
pub fn of_type(resource_type: ResourceType, rules: &RuleSet) -> impl Iterator<Item = Operation> {
    let is_of_set = move |o: &Operation| rules.has_operation(resource_type, o.name);
    let of_set = OF_CANVAS.into_iter().filter(is_of_set);
    let own = RECORD.into_iter().chain(TERMINOLOGY).chain(of_set);
    own.filter(move |operation| operation.of == resource_type.name())
        .chain([VALIDATE, GRAPHQL])
        .chain(META)
}
