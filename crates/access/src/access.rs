//! The value without which nothing can be read or written.

use std::collections::HashMap;
use std::sync::Arc;

use cresset_base::ResourceId;
use cresset_definitions::ResourceType;

pub use crate::restriction::{Filter, Restriction, TokenFilter, Verb};

use crate::compartment::{PatientReach, patient_reach};
use crate::scope::{Context, Operation, Permission, ResourceScope, Scope, Target};
use crate::scope_set::ScopeSet;

/// Why the server itself reads or writes. Every use is counted; a new one needs a decision record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemReason {
    /// Loading files on the operator's command (`import`, `demo`).
    OperatorImport,
    /// Checking a data directory (`verify`).
    Verification,
    /// Numbers on the operator's own pages and command line.
    OperatorCounts,
    /// What the rules of an instance look at and write when a caller writes (ADR 0032).
    Rules,
}

/// Whether somebody waits for an answer, by which it is decided how long a search for it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Somebody does.
    Awaited,
    /// Nobody does: the answer is fetched later.
    Unhurried,
}

/// What one caller may see and do in one instance, and at which pace. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Access(Kind, Pace);

#[derive(Debug, Clone)]
enum Kind {
    System(SystemReason),
    Granted(Arc<Granted>),
}

#[derive(Debug)]
struct Granted {
    /// For each type code and verb, a place in `restrictions`.
    table: Vec<[u16; 5]>,
    /// The distinct restrictions.
    restrictions: Vec<Restriction>,
    operations: Vec<Operation>,
    patient: Option<ResourceId>,
}

impl Access {
    /// What `scopes` give together, with this patient in context.
    ///
    /// Patient scopes without a patient give nothing. With a patient in context a person launched
    /// the app, so `system` scopes, which are for apps alone, give nothing.
    pub fn from_scopes(scopes: &ScopeSet, patient: Option<ResourceId>) -> Self {
        let mut wildcard = Vec::new();
        let mut by_type: HashMap<ResourceType, Vec<&ResourceScope>> = HashMap::new();
        let mut operations = Vec::new();
        for scope in scopes.iter() {
            match scope {
                Scope::Resource(scope) => match scope.target {
                    Target::Any => wildcard.push(scope),
                    Target::Type(t) => by_type.entry(t).or_default().push(scope),
                },
                Scope::Operation(_, operation) => operations.push(*operation),
                Scope::Named(_) => {}
            }
        }
        let allergens = scopes.iter().filter_map(allergens).collect::<Vec<_>>();
        for scope in &allergens {
            if let Target::Type(t) = scope.target {
                by_type.entry(t).or_default().push(scope);
            }
        }
        let mut restrictions = Distinct::default();
        let table = ResourceType::all()
            .map(|t| {
                let of_type = by_type.get(&t).map(Vec::as_slice).unwrap_or_default();
                let reach = patient_reach(t);
                Verb::ALL.map(|verb| {
                    let filters = wildcard
                        .iter()
                        .chain(of_type)
                        .filter(|s| s.permission.verbs().contains(verb))
                        .filter_map(|s| filter(s, verb, reach, patient.as_ref()))
                        .collect();
                    restrictions.place(Restriction::any_of(filters))
                })
            })
            .collect();
        let mut granted = Granted {
            table,
            restrictions: restrictions.list,
            operations,
            patient,
        };
        granted.guard_content();
        if granted.patient.is_some() || !scopes.iter().any(defines) {
            granted.guard_definitions();
        }
        Self(Kind::Granted(Arc::new(granted)), Pace::Awaited)
    }

    /// The server's own access, for a named reason.
    pub fn system(reason: SystemReason) -> Self {
        Self(Kind::System(reason), Pace::Awaited)
    }

    /// What of this lies in the compartment of one patient: never more than before, and nothing of the
    /// types whose resources name no patient.
    #[must_use]
    pub fn within_patient(&self, patient: &ResourceId) -> Self {
        let mut restrictions = Distinct::default();
        let table = ResourceType::all()
            .map(|t| {
                let reaches = matches!(patient_reach(t), PatientReach::Compartment(_));
                Verb::ALL.map(|verb| {
                    let restriction = self.restriction(verb, t);
                    restrictions.place(if reaches {
                        restriction.within_patient(patient)
                    } else {
                        Restriction::Nothing
                    })
                })
            })
            .collect();
        let granted = Granted {
            table,
            restrictions: restrictions.list,
            operations: Vec::new(),
            patient: Some(patient.clone()),
        };
        Self(Kind::Granted(Arc::new(granted)), self.1)
    }

    /// The same of a caller who does not wait.
    #[must_use]
    pub fn unhurried(&self) -> Self {
        Self(self.0.clone(), Pace::Unhurried)
    }

    /// Whether somebody waits.
    pub fn pace(&self) -> Pace {
        self.1
    }

    /// What this caller may touch of `resource_type` with `verb`.
    pub fn restriction(&self, verb: Verb, resource_type: ResourceType) -> Restriction {
        match &self.0 {
            Kind::System(reason) => system_restriction(*reason, verb),
            Kind::Granted(granted) => granted.restriction(verb, resource_type).clone(),
        }
    }

    /// Whether there is anything of `resource_type` this caller may touch with `verb`.
    pub fn permits(&self, verb: Verb, resource_type: ResourceType) -> bool {
        match &self.0 {
            Kind::System(reason) => !system_restriction(*reason, verb).is_nothing(),
            Kind::Granted(granted) => !granted.restriction(verb, resource_type).is_nothing(),
        }
    }

    /// Whether the caller holds this operation scope; no other scope implies one.
    pub fn permits_operation(&self, operation: Operation) -> bool {
        match &self.0 {
            Kind::System(_) => false,
            Kind::Granted(granted) => granted.operations.contains(&operation),
        }
    }

    /// The patient in context, if any.
    pub fn patient(&self) -> Option<&ResourceId> {
        match &self.0 {
            Kind::System(_) => None,
            Kind::Granted(granted) => granted.patient.as_ref(),
        }
    }

    /// Whether every resource of every type may be read: then no resource can tell its readers
    /// apart from this caller.
    pub fn reads_everything(&self) -> bool {
        ResourceType::all().all(|t| self.restriction(Verb::Read, t) == Restriction::Everything)
    }

    /// Why the server acts by itself; `None` when a caller does.
    pub fn system_reason(&self) -> Option<SystemReason> {
        match &self.0 {
            Kind::System(reason) => Some(*reason),
            Kind::Granted(_) => None,
        }
    }
}

impl Granted {
    /// A `Binary` may name a resource whose readers alone may read it (R4 §2.44), which only the
    /// content itself tells. So it is found, changed and deleted only by those who may read every
    /// such resource anyway; reading one by its id asks for the resource named.
    fn guard_content(&mut self) {
        let reads_everything = ResourceType::all()
            .all(|t| *self.restriction(Verb::Read, t) == Restriction::Everything);
        if !reads_everything {
            self.deny("Binary", &[Verb::Search, Verb::Update, Verb::Delete]);
        }
    }

    /// A `SearchParameter` says what everybody in the instance searches by, so nobody writes one for
    /// whom an app acts.
    fn guard_definitions(&mut self) {
        self.deny(
            "SearchParameter",
            &[Verb::Create, Verb::Update, Verb::Delete],
        );
    }

    fn deny(&mut self, name: &str, verbs: &[Verb]) {
        let of = ResourceType::parse(name).map(|of| usize::from(of.code()));
        let Some(row) = of.and_then(|at| self.table.get_mut(at)) else {
            return;
        };
        for verb in verbs {
            // A place beyond the list is nothing.
            if let Some(place) = row.get_mut(*verb as usize) {
                *place = u16::MAX;
            }
        }
    }

    fn restriction(&self, verb: Verb, resource_type: ResourceType) -> &Restriction {
        self.table
            .get(usize::from(resource_type.code()))
            .and_then(|row| row.get(verb as usize))
            .and_then(|at| self.restrictions.get(usize::from(*at)))
            .unwrap_or(&Restriction::Nothing)
    }
}

/// Whether a scope lets an app that acts for itself write `SearchParameter`s.
fn defines(scope: &Scope) -> bool {
    let Scope::Resource(scope) = scope else {
        return false;
    };
    let is_of_type = match scope.target {
        Target::Any => true,
        Target::Type(of) => of.name() == "SearchParameter",
    };
    let verbs = scope.permission.verbs();
    let writes = [Verb::Create, Verb::Update, Verb::Delete];
    let writes = writes.iter().any(|verb| verbs.contains(*verb));
    scope.context == Context::System && is_of_type && writes
}

/// Only an import writes as it likes, and rules never delete; the other reasons look.
fn system_restriction(reason: SystemReason, verb: Verb) -> Restriction {
    match reason {
        SystemReason::OperatorImport => Restriction::Everything,
        SystemReason::Rules if verb != Verb::Delete => Restriction::Everything,
        SystemReason::Verification | SystemReason::OperatorCounts if verb.is_reading() => {
            Restriction::Everything
        }
        SystemReason::Rules | SystemReason::Verification | SystemReason::OperatorCounts => {
            Restriction::Nothing
        }
    }
}

/// The right to resources that the scope for allergens is.
fn allergens(scope: &Scope) -> Option<ResourceScope> {
    let Scope::Operation(context, Operation::ReadAllergens) = scope else {
        return None;
    };
    Some(ResourceScope {
        context: *context,
        target: Target::Type(ResourceType::parse("Substance")?),
        permission: Permission::Read,
        tokens: vec![TokenFilter {
            parameter: "category".to_owned(),
            system: Some("http://terminology.hl7.org/CodeSystem/substance-category".to_owned()),
            code: "allergen".to_owned(),
        }],
    })
}

/// What one scope with this verb gives of a type; `None` is nothing.
fn filter(
    scope: &ResourceScope,
    verb: Verb,
    reach: PatientReach,
    patient: Option<&ResourceId>,
) -> Option<Filter> {
    let tokens = scope.tokens.clone();
    match (scope.context, reach) {
        (Context::System, _) => patient.is_none().then_some(Filter {
            patient: None,
            tokens,
        }),
        (Context::User, _) => Some(Filter {
            patient: None,
            tokens,
        }),
        (Context::Patient, PatientReach::Compartment(_)) => {
            let patient = Some(patient?.clone());
            Some(Filter { patient, tokens })
        }
        (Context::Patient, PatientReach::Shared) => (patient.is_some() && verb.is_reading())
            .then_some(Filter {
                patient: None,
                tokens,
            }),
        (Context::Patient, PatientReach::Outside) => None,
    }
}

/// Keeps each restriction once.
#[derive(Default)]
struct Distinct {
    list: Vec<Restriction>,
    places: HashMap<Restriction, u16>,
}

impl Distinct {
    fn place(&mut self, restriction: Restriction) -> u16 {
        *self.places.entry(restriction).or_insert_with_key(|r| {
            // Types times verbs is far below the bound.
            let at = u16::try_from(self.list.len()).unwrap_or(u16::MAX);
            self.list.push(r.clone());
            at
        })
    }
}
