//! Rule sets: what an instance accepts beyond R4 itself, and how it shapes what it stores.
//!
//! An instance wears one [`RuleSet`]: `r4` adds nothing, `us-core` asks every resource to follow the
//! US Core profile that is meant for it, `canvas` speaks the dialect of the EHR whose API the apps of
//! this field were written against. A set says which interactions a type has ([`Interactions`]) and
//! how answers to writes look ([`Envelope`]). A type that a set does not mention behaves as in `r4`.
//!
//! A set only ever narrows what is accepted and shapes what is stored. It reads nothing, decides
//! nothing about who may see what, and an import by the operator is not bound by it.
//!
//! Start with [`rule_set`], then the module named after the set.

pub mod canvas;
pub mod description;
mod edit;
pub mod envelope;
pub mod interaction;
pub mod rule_set;
pub mod us_core;
pub mod wording;
pub mod write;

pub use canvas::{allergen, lab_report, provenance};
pub use description::Description;
pub use envelope::{Envelope, Location, Wording, Written};
pub use interaction::{Interaction, Interactions, Level};
pub use rule_set::{RuleSet, SearchRule, TypeRules};
pub use write::{Absent, Around, Before, Behaviour, Find, Refusal, RefusalKind};
