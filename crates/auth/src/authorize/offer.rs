//! What there is to decide: the parts of a request that a person can allow or strike out.

use cresset_access::scope::Permission;
use cresset_access::{
    Context, NamedScope, Operation, PatientReach, ResourceScope, Scope, ScopeSet, Target,
    TokenFilter, Verbs, patient_reach,
};
use cresset_definitions::ResourceType;

/// Kinds of record that a scope for all types is taken apart into; the rest is one part.
const RECORDS: [&str; 27] = [
    "Patient",
    "AllergyIntolerance",
    "Appointment",
    "CarePlan",
    "CareTeam",
    "Condition",
    "Consent",
    "Coverage",
    "Device",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "Goal",
    "Immunization",
    "Location",
    "Medication",
    "MedicationDispense",
    "MedicationRequest",
    "Observation",
    "Organization",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "Provenance",
    "QuestionnaireResponse",
    "RelatedPerson",
    "ServiceRequest",
];

const CONDITION: &str = "http://terminology.hl7.org/CodeSystem/condition-category";
const OBSERVATION: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
const US_CORE_CONDITION: &str = "http://hl7.org/fhir/us/core/CodeSystem/condition-category";
const US_CORE_OBSERVATION: &str =
    "http://hl7.org/fhir/us/core/CodeSystem/us-core-observation-category";
const US_CORE: &str = "http://hl7.org/fhir/us/core/CodeSystem/us-core-category";

/// The categories of US Core by which problems and observations can be allowed in part.
const CATEGORIES: [(&str, &str, &str); 12] = [
    ("Condition", CONDITION, "problem-list-item"),
    ("Condition", CONDITION, "encounter-diagnosis"),
    ("Condition", US_CORE_CONDITION, "health-concern"),
    ("Observation", OBSERVATION, "laboratory"),
    ("Observation", OBSERVATION, "vital-signs"),
    ("Observation", OBSERVATION, "social-history"),
    ("Observation", OBSERVATION, "survey"),
    ("Observation", OBSERVATION, "exam"),
    ("Observation", OBSERVATION, "imaging"),
    ("Observation", OBSERVATION, "procedure"),
    ("Observation", US_CORE_OBSERVATION, "clinical-test"),
    ("Observation", US_CORE, "sdoh"),
];

/// One part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its name in the form.
    pub key: String,
    /// What it is about.
    pub subject: Subject,
    /// What the app could do with it.
    pub verbs: Verbs,
    /// By which categories it can be allowed in part; the key and the category of each.
    pub parts: Vec<(String, TokenFilter)>,
    scopes: Vec<Scope>,
}

/// What an offer is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Who the person is.
    Identity,
    /// Access while the person is not there.
    Offline,
    /// Access while the person is signed in.
    Online,
    /// Records of one type.
    Records(ResourceType),
    /// Records of one type that carry all of these.
    Some(ResourceType, Vec<TokenFilter>),
    /// Records of every type that has no offer of its own.
    Everything,
    /// One operation.
    Operation(Operation),
}

/// What a request offers, in the order in which it asks.
pub fn offers(scopes: &ScopeSet) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    for scope in scopes.iter() {
        match scope {
            Scope::Named(named) => {
                if let Some((key, subject)) = named_subject(*named) {
                    add(&mut offers, key.to_owned(), subject, scope.clone());
                }
            }
            Scope::Operation(_, operation) => {
                let subject = Subject::Operation(*operation);
                add(&mut offers, operation.to_string(), subject, scope.clone());
            }
            Scope::Resource(resource) => add_resource(&mut offers, resource),
        }
    }
    // What is left over is read last.
    offers.sort_by_key(|offer| offer.subject == Subject::Everything);
    offers
}

fn named_subject(named: NamedScope) -> Option<(&'static str, Subject)> {
    match named {
        NamedScope::OpenId | NamedScope::FhirUser | NamedScope::Profile => {
            Some(("identity", Subject::Identity))
        }
        NamedScope::OfflineAccess => Some(("offline", Subject::Offline)),
        NamedScope::OnlineAccess => Some(("online", Subject::Online)),
        // What is in context is said to the app with the rest; there is nothing to strike out.
        NamedScope::Launch | NamedScope::LaunchPatient | NamedScope::LaunchEncounter => None,
    }
}

fn add_resource(offers: &mut Vec<Offer>, scope: &ResourceScope) {
    match scope.target {
        Target::Any => {
            let named = RECORDS.iter().filter_map(|name| ResourceType::parse(name));
            for of in named.filter(|of| is_reached(scope.context, *of)) {
                add(
                    offers,
                    of.name().to_owned(),
                    Subject::Records(of),
                    of_type(scope, of),
                );
            }
            let whole = Scope::Resource(scope.clone());
            add(offers, "*".to_owned(), Subject::Everything, whole);
        }
        Target::Type(of) if !is_reached(scope.context, of) => {}
        Target::Type(of) if scope.tokens.is_empty() => {
            let whole = Scope::Resource(scope.clone());
            add(offers, of.name().to_owned(), Subject::Records(of), whole);
        }
        Target::Type(of) => {
            let tokens: Vec<String> = scope.tokens.iter().map(ToString::to_string).collect();
            let key = format!("{}?{}", of.name(), tokens.join("&"));
            let subject = Subject::Some(of, scope.tokens.clone());
            add(offers, key, subject, Scope::Resource(scope.clone()));
        }
    }
}

/// Whether a scope of this context gives anything of a type.
fn is_reached(context: Context, of: ResourceType) -> bool {
    context != Context::Patient || patient_reach(of) != PatientReach::Outside
}

fn of_type(scope: &ResourceScope, of: ResourceType) -> Scope {
    Scope::Resource(ResourceScope {
        target: Target::Type(of),
        ..scope.clone()
    })
}

fn add(offers: &mut Vec<Offer>, key: String, subject: Subject, scope: Scope) {
    let verbs = match &scope {
        Scope::Resource(resource) => resource.permission.verbs(),
        Scope::Named(_) | Scope::Operation(..) => Verbs::NONE,
    };
    if let Some(known) = offers.iter_mut().find(|offer| offer.key == key) {
        known.verbs = known.verbs.union(verbs);
        if !known.scopes.contains(&scope) {
            known.scopes.push(scope);
        }
        return;
    }
    let parts = match subject {
        Subject::Records(of) => parts(of),
        _ => Vec::new(),
    };
    offers.push(Offer {
        key,
        subject,
        verbs,
        parts,
        scopes: vec![scope],
    });
}

fn parts(of: ResourceType) -> Vec<(String, TokenFilter)> {
    let of_type = CATEGORIES.iter().filter(|(name, _, _)| *name == of.name());
    let part = |(name, system, code): &(&str, &str, &str)| {
        let category = TokenFilter {
            parameter: "category".to_owned(),
            system: Some((*system).to_owned()),
            code: (*code).to_owned(),
        };
        (format!("{name}?{category}"), category)
    };
    of_type.map(part).collect()
}

/// What is left of `asked` when only `kept` are allowed: never more than was asked.
pub fn allowed(asked: &ScopeSet, kept: &[&str]) -> ScopeSet {
    let offers = offers(asked);
    let is_kept = |key: &str| kept.contains(&key);
    let context = asked.iter().filter(|scope| match scope {
        Scope::Named(named) => named_subject(*named).is_none(),
        _ => false,
    });
    let mut left: Vec<Scope> = context.cloned().collect();
    let struck: Vec<ResourceType> = offers
        .iter()
        .filter_map(|offer| match offer.subject {
            Subject::Records(of) if !is_whole(offer, kept) => Some(of),
            _ => None,
        })
        .collect();
    for offer in offers.iter().filter(|offer| is_kept(&offer.key)) {
        left.extend(match offer.subject {
            Subject::Everything if struck.is_empty() => offer.scopes.clone(),
            Subject::Everything => all_but(&offer.scopes, &struck),
            _ => kept_of(offer, kept),
        });
    }
    drop_covered(left)
}

fn is_whole(offer: &Offer, kept: &[&str]) -> bool {
    let is_kept = |key: &str| kept.contains(&key);
    is_kept(&offer.key) && !offer.parts.iter().any(|(key, _)| is_kept(key))
}

/// The scopes of an offer, or of those of its parts that were chosen.
fn kept_of(offer: &Offer, kept: &[&str]) -> Vec<Scope> {
    if is_whole(offer, kept) {
        return offer.scopes.clone();
    }
    let chosen = offer
        .parts
        .iter()
        .filter(|(key, _)| kept.contains(&key.as_str()));
    chosen
        .flat_map(|(_, category)| {
            offer
                .scopes
                .iter()
                .filter_map(|scope| narrowed(scope, category))
        })
        .collect()
}

fn narrowed(scope: &Scope, category: &TokenFilter) -> Option<Scope> {
    let Scope::Resource(scope) = scope else {
        return None;
    };
    Some(Scope::Resource(ResourceScope {
        // The grammar has no v1 words before '?'.
        permission: Permission::Letters(scope.permission.verbs()),
        tokens: vec![category.clone()],
        ..scope.clone()
    }))
}

/// Scopes for all types, written out for those that were not struck.
fn all_but(scopes: &[Scope], struck: &[ResourceType]) -> Vec<Scope> {
    let resource = scopes.iter().filter_map(|scope| match scope {
        Scope::Resource(scope) => Some(scope),
        Scope::Named(_) | Scope::Operation(..) => None,
    });
    resource
        .flat_map(|scope| {
            ResourceType::all()
                .filter(|of| !struck.contains(of) && is_reached(scope.context, *of))
                .map(|of| of_type(scope, of))
        })
        .collect()
}

/// Without the types that a scope for all of them says already.
fn drop_covered(scopes: Vec<Scope>) -> ScopeSet {
    let whole: Vec<ResourceScope> = scopes
        .iter()
        .filter_map(|scope| match scope {
            Scope::Resource(scope) if scope.target == Target::Any => Some(scope.clone()),
            _ => None,
        })
        .collect();
    let is_said = |scope: &Scope| match scope {
        Scope::Resource(scope) => whole.iter().any(|all| {
            scope.target != Target::Any
                && all.context == scope.context
                && all.permission == scope.permission
        }),
        Scope::Named(_) | Scope::Operation(..) => false,
    };
    scopes.into_iter().filter(|scope| !is_said(scope)).collect()
}

#[cfg(test)]
mod tests {
    use super::{allowed, offers};
    use cresset_access::ScopeSet;
    use cresset_base::Limits;

    fn set(text: &str) -> ScopeSet {
        ScopeSet::parse(text, &Limits::default()).unwrap()
    }

    fn check(asked: &str, kept: &[&str], expect: &str) {
        let left = allowed(&set(asked), kept);
        assert_eq!(left.to_string(), expect, "{asked} {kept:?}");
        assert!(set(asked).covers(&left), "{asked} {kept:?}");
    }

    #[test]
    fn what_is_kept_is_left() {
        let asked = "launch/patient openid fhirUser offline_access patient/Patient.rs \
                     patient/Condition.read patient/Observation.rs";
        check(asked, &[], "launch/patient");
        check(
            asked,
            &["identity", "Patient", "Observation"],
            "launch/patient openid fhirUser patient/Patient.rs patient/Observation.rs",
        );
        check(
            asked,
            &["offline", "Condition"],
            "launch/patient offline_access patient/Condition.read",
        );
        check(asked, &["Nonsense", "*", "Immunization"], "launch/patient");
    }

    #[test]
    fn a_part_is_a_granular_scope() {
        let laboratory = "Observation?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory";
        let asked = "patient/Observation.read user/Observation.rs";
        check(
            asked,
            &["Observation", laboratory],
            &format!("patient/{0} user/{0}", laboratory.replace('?', ".rs?")),
        );
        check(asked, &[laboratory], "");
        check(
            "patient/Condition.rs",
            &["Condition", laboratory],
            "patient/Condition.rs",
        );
    }

    #[test]
    fn a_granular_scope_is_kept_or_struck_as_it_is() {
        let problems = "Condition?category=http://terminology.hl7.org/CodeSystem/condition-category|problem-list-item";
        let asked = format!(
            "patient/{} patient/Patient.r",
            problems.replace('?', ".rs?")
        );
        check(
            &asked,
            &[problems],
            &asked.replace(" patient/Patient.r", ""),
        );
        check(&asked, &["Condition", "Patient"], "patient/Patient.r");
    }

    #[test]
    fn a_scope_for_all_types_stays_whole_or_is_written_out() {
        let asked = set("patient/*.rs");
        let all: Vec<String> = offers(&asked).into_iter().map(|offer| offer.key).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        check("patient/*.rs", &all, "patient/*.rs");
        check("patient/*.rs", &["Goal"], "patient/Goal.rs");
        let struck: Vec<&str> = all.into_iter().filter(|key| *key != "Condition").collect();
        let left = allowed(&asked, &struck);
        assert!(asked.covers(&left) && !left.covers(&set("patient/Condition.r")));
        assert!(left.covers(&set(
            "patient/Observation.rs patient/Media.rs patient/Medication.rs"
        )));
        assert!(!left.covers(&set("patient/Group.r")));
    }
}
