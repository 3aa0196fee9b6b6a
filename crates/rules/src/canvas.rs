//! `canvas`: the dialect of the EHR whose v2 API the apps of this field were written against.
//!
//! Its table of interactions is narrower than R4's: nothing is deleted (a resource is marked as
//! entered in error instead), and much of the record comes from the charting side and is read only.
//! Reading stays as R4 has it: whoever may read a resource may read its versions too.

use crate::envelope::{Envelope, Location, Wording, Written};
use crate::interaction::{Interaction, Interactions};
use crate::rule_set::{RuleSet, TypeRules};

use Interaction::{Create, HistoryInstance, HistoryType, Read, Search, Update, Vread};

/// The set.
pub static CANVAS: RuleSet = RuleSet {
    name: "canvas",
    summary: "the rules of the EHR's v2 FHIR API: its interactions, required and ignored elements, codes, defaults and texts",
    envelope: Envelope {
        location: Location::Resource,
        written: Written::Nothing,
        wording: Wording::Steps,
    },
    us_core: false,
    types: TYPES,
};

const READ_SEARCH: Interactions =
    Interactions::of(&[Read, Vread, HistoryInstance, HistoryType, Search]);
const CREATE_READ_SEARCH: Interactions =
    Interactions::of(&[Create, Read, Vread, HistoryInstance, HistoryType, Search]);
const READ_UPDATE_SEARCH: Interactions =
    Interactions::of(&[Update, Read, Vread, HistoryInstance, HistoryType, Search]);
const CREATE_READ_UPDATE_SEARCH: Interactions = Interactions::of(&[
    Create,
    Update,
    Read,
    Vread,
    HistoryInstance,
    HistoryType,
    Search,
]);
const CREATE: Interactions = Interactions::of(&[Create]);
const SEARCH: Interactions = Interactions::of(&[Search]);

const fn rules(name: &'static str, interactions: Interactions) -> TypeRules {
    TypeRules { name, interactions }
}

static TYPES: &[TypeRules] = &[
    rules("AllergyIntolerance", CREATE_READ_UPDATE_SEARCH),
    rules("Appointment", CREATE_READ_UPDATE_SEARCH),
    rules("CarePlan", READ_SEARCH),
    rules("CareTeam", READ_UPDATE_SEARCH),
    rules("Claim", CREATE_READ_UPDATE_SEARCH),
    rules("Communication", CREATE_READ_SEARCH),
    rules("Condition", CREATE_READ_UPDATE_SEARCH),
    rules("Consent", CREATE_READ_SEARCH),
    rules("Coverage", CREATE_READ_UPDATE_SEARCH),
    rules("CoverageEligibilityRequest", CREATE),
    rules("CoverageEligibilityResponse", READ_SEARCH),
    rules("DetectedIssue", CREATE_READ_UPDATE_SEARCH),
    rules("Device", READ_SEARCH),
    rules("DiagnosticReport", READ_SEARCH),
    rules("DocumentReference", CREATE_READ_SEARCH),
    rules("Encounter", READ_SEARCH),
    rules("Goal", READ_SEARCH),
    rules("Group", CREATE_READ_UPDATE_SEARCH),
    rules("Immunization", CREATE_READ_UPDATE_SEARCH),
    rules("Location", READ_SEARCH),
    rules("Media", CREATE_READ_SEARCH),
    rules("Medication", READ_SEARCH),
    rules("MedicationDispense", READ_SEARCH),
    rules("MedicationRequest", READ_SEARCH),
    rules("MedicationStatement", CREATE_READ_UPDATE_SEARCH),
    rules("Observation", CREATE_READ_SEARCH),
    rules("Organization", READ_SEARCH),
    rules("Patient", CREATE_READ_UPDATE_SEARCH),
    rules("PaymentNotice", CREATE_READ_SEARCH),
    rules("Practitioner", CREATE_READ_UPDATE_SEARCH),
    rules("Procedure", READ_SEARCH),
    rules("Provenance", READ_SEARCH),
    rules("Questionnaire", READ_SEARCH),
    rules("QuestionnaireResponse", CREATE_READ_UPDATE_SEARCH),
    rules("RelatedPerson", READ_SEARCH),
    rules("Schedule", SEARCH),
    rules("ServiceRequest", READ_SEARCH),
    rules("Slot", SEARCH),
    rules("Specimen", READ_SEARCH),
    rules("Task", CREATE_READ_UPDATE_SEARCH),
];
