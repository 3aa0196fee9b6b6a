//! `canvas`: the dialect of the EHR whose v2 API the apps of this field were written against.
//!
//! Its table of interactions is narrower than R4's: nothing is deleted (a resource is marked as
//! entered in error instead), and much of the record comes from the charting side and is read only.
//! Reading stays as R4 has it: whoever may read a resource may read its versions too.

pub mod allergen;
mod appointment;
mod care_team;
mod carry;
mod claim;
mod clinical;
mod communication;
mod detected_issue;
mod document_reference;
mod entries;
mod financial;
mod group;
pub mod lab_report;
mod mark;
mod note;
mod notes;
mod observation;
mod patient;
mod picture;
mod practitioner;
pub(crate) mod profiles;
pub mod provenance;
mod questionnaire_response;
mod slot;
mod task;

use crate::envelope::{Envelope, Location, Wording, Written};
use crate::interaction::{Interaction, Interactions};
use crate::rule_set::{RuleSet, Source, TypeRules};
use crate::write::Behaviour;

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
    allergens: true,
    types: TYPES,
    orders: &[("DiagnosticReport", "date")],
    searches: &[("Slot", slot::searched)],
    provenance: &provenance::TYPES,
    operations: &[
        ("DiagnosticReport", lab_report::OPERATION),
        ("Practitioner", "send-reset-password-email"),
    ],
    notes: notes::NOTES,
    profiles: Source::Canvas,
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

/// A type that is only read, or taken as it is.
const fn plain(name: &'static str, interactions: Interactions) -> TypeRules {
    rules(name, interactions, &PLAIN)
}

const fn rules(
    name: &'static str,
    interactions: Interactions,
    behaviour: &'static Behaviour,
) -> TypeRules {
    TypeRules {
        name,
        interactions,
        behaviour,
    }
}

static PLAIN: Behaviour = Behaviour::NONE;

static TYPES: &[TypeRules] = &[
    rules(
        "AllergyIntolerance",
        CREATE_READ_UPDATE_SEARCH,
        &clinical::ALLERGY_INTOLERANCE,
    ),
    rules(
        "Appointment",
        CREATE_READ_UPDATE_SEARCH,
        &appointment::BEHAVIOUR,
    ),
    plain("CarePlan", READ_SEARCH),
    rules("CareTeam", READ_UPDATE_SEARCH, &care_team::BEHAVIOUR),
    rules("Claim", CREATE_READ_UPDATE_SEARCH, &claim::BEHAVIOUR),
    rules(
        "Communication",
        CREATE_READ_SEARCH,
        &communication::BEHAVIOUR,
    ),
    rules("Condition", CREATE_READ_UPDATE_SEARCH, &clinical::CONDITION),
    rules("Consent", CREATE_READ_SEARCH, &financial::CONSENT),
    rules("Coverage", CREATE_READ_UPDATE_SEARCH, &financial::COVERAGE),
    rules(
        "CoverageEligibilityRequest",
        CREATE,
        &financial::COVERAGE_ELIGIBILITY_REQUEST,
    ),
    plain("CoverageEligibilityResponse", READ_SEARCH),
    rules(
        "DetectedIssue",
        CREATE_READ_UPDATE_SEARCH,
        &detected_issue::BEHAVIOUR,
    ),
    plain("Device", READ_SEARCH),
    plain("DiagnosticReport", READ_SEARCH),
    rules(
        "DocumentReference",
        CREATE_READ_SEARCH,
        &document_reference::BEHAVIOUR,
    ),
    plain("Encounter", READ_SEARCH),
    plain("Goal", READ_SEARCH),
    rules("Group", CREATE_READ_UPDATE_SEARCH, &group::BEHAVIOUR),
    rules(
        "Immunization",
        CREATE_READ_UPDATE_SEARCH,
        &clinical::IMMUNIZATION,
    ),
    plain("Location", READ_SEARCH),
    rules("Media", CREATE_READ_SEARCH, &clinical::MEDIA),
    plain("Medication", READ_SEARCH),
    plain("MedicationDispense", READ_SEARCH),
    plain("MedicationRequest", READ_SEARCH),
    rules(
        "MedicationStatement",
        CREATE_READ_UPDATE_SEARCH,
        &clinical::MEDICATION_STATEMENT,
    ),
    rules("Observation", CREATE_READ_SEARCH, &observation::BEHAVIOUR),
    plain("Organization", READ_SEARCH),
    rules("Patient", CREATE_READ_UPDATE_SEARCH, &patient::BEHAVIOUR),
    rules(
        "PaymentNotice",
        CREATE_READ_SEARCH,
        &financial::PAYMENT_NOTICE,
    ),
    rules(
        "Practitioner",
        CREATE_READ_UPDATE_SEARCH,
        &practitioner::BEHAVIOUR,
    ),
    plain("Procedure", READ_SEARCH),
    plain("Provenance", READ_SEARCH),
    plain("Questionnaire", READ_SEARCH),
    rules(
        "QuestionnaireResponse",
        CREATE_READ_UPDATE_SEARCH,
        &questionnaire_response::BEHAVIOUR,
    ),
    plain("RelatedPerson", READ_SEARCH),
    plain("Schedule", SEARCH),
    plain("ServiceRequest", READ_SEARCH),
    plain("Slot", SEARCH),
    plain("Specimen", READ_SEARCH),
    rules("Task", CREATE_READ_UPDATE_SEARCH, &task::BEHAVIOUR),
    // What the practice offers is for its operator to say.
    plain("ValueSet", READ_SEARCH),
];
