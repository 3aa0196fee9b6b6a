//! What must hold of any scopes whatever.
#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use cresset_access::{Access, Restriction, Scope, ScopeSet, Verb};
use cresset_base::Limits;
use cresset_definitions::ResourceType;
use proptest::prelude::*;

fn parse(text: &str) -> ScopeSet {
    ScopeSet::parse(text, &Limits::default()).unwrap()
}

/// Few types and values, so that scopes meet often.
fn scope() -> impl Strategy<Value = String> {
    let context = prop_oneof![Just("patient"), Just("user"), Just("system")];
    let plain_type = prop_oneof![
        Just("*"),
        Just("Observation"),
        Just("Organization"),
        Just("Patient")
    ];
    let letters = "c?r?u?d?s?".prop_filter("some letter", |letters| !letters.is_empty());
    let permission = prop_oneof![
        1 => prop_oneof![Just("read"), Just("write"), Just("*")].prop_map(str::to_owned),
        3 => letters.clone(),
    ];
    let plain = (context.clone(), plain_type, permission)
        .prop_map(|(context, of, permission)| format!("{context}/{of}.{permission}"));
    let filter = prop_oneof![
        Just("category=http://c|a"),
        Just("category=http://c|b"),
        Just("category=a"),
        Just("status=final"),
        Just("category=http://c|a&status=final"),
    ];
    let granular = (context, letters, filter)
        .prop_map(|(context, letters, filter)| format!("{context}/Observation.{letters}?{filter}"));
    let named = prop_oneof![
        Just("openid"),
        Just("launch/patient"),
        Just("offline_access"),
        Just("system/Claim.add-activity-log-item"),
        Just("user/Note.read"),
    ];
    prop_oneof![4 => plain, 3 => granular, 1 => named.prop_map(str::to_owned)]
}

fn scopes() -> impl Strategy<Value = ScopeSet> {
    proptest::collection::vec(scope(), 0..8).prop_map(|all| parse(&all.join(" ")))
}

/// Every restriction of an access, with and without a patient.
fn restrictions(scopes: &ScopeSet) -> Vec<Restriction> {
    let contexts = [None, Some("a".parse().unwrap())];
    let types = ["Observation", "Organization", "Patient", "Group"].map(ResourceType::parse);
    let one = |access: &Access| {
        let each = Verb::ALL
            .into_iter()
            .flat_map(|v| types.map(|t| (v, t.unwrap())));
        each.map(|(verb, t)| access.restriction(verb, t))
            .collect::<Vec<_>>()
    };
    contexts
        .into_iter()
        .flat_map(|c| one(&Access::from_scopes(scopes, c)))
        .collect()
}

fn all_cover(more: &[Restriction], less: &[Restriction]) -> bool {
    more.iter().zip(less).all(|(more, less)| more.covers(less))
}

proptest! {
    #[test]
    fn what_is_shown_is_read_back(set in scopes()) {
        prop_assert_eq!(parse(&set.to_string()), set);
    }

    #[test]
    fn no_text_at_all_makes_the_parser_stumble(text in any::<String>()) {
        if let Ok(set) = ScopeSet::parse(&text, &Limits::default()) {
            prop_assert_eq!(parse(&set.to_string()), set);
        }
    }

    #[test]
    fn almost_a_scope_is_a_scope_exactly_or_refused(
        text in scope(),
        at in any::<prop::sample::Index>(),
        other in "[a-zA-Z/.*?=&| %:,;]",
    ) {
        let mut changed: Vec<char> = text.chars().collect();
        let at = at.index(changed.len());
        changed[at] = other.chars().next().unwrap();
        let changed: String = changed.into_iter().collect();
        if let Ok(scope) = changed.parse::<Scope>() {
            // The parts after `?` are put in order; nothing else may differ.
            let sorted = |text: &str| {
                let mut parts: Vec<String> = text.split(['?', '&']).map(str::to_owned).collect();
                parts.sort();
                parts
            };
            prop_assert_eq!(sorted(&scope.to_string()), sorted(&changed));
        }
    }

    #[test]
    fn covering_is_an_order(a in scopes(), b in scopes(), c in scopes()) {
        prop_assert!(a.covers(&a));
        prop_assert!(a.covers(&ScopeSet::default()));
        if a.covers(&b) && b.covers(&c) {
            prop_assert!(a.covers(&c));
        }
        let union = a.union(&b);
        prop_assert!(union.covers(&a) && union.covers(&b));
    }

    /// Narrowed to a patient an access gives less than before, and no more than that patient's own.
    #[test]
    fn within_a_patient_there_is_only_that_patient(set in scopes(), other in any::<bool>()) {
        let [a, b] = ["a", "b"].map(|id| id.parse::<cresset_base::ResourceId>().unwrap());
        let access = Access::from_scopes(&set, other.then_some(b));
        let narrowed = access.within_patient(&a);
        let own = Access::from_scopes(&parse("patient/*.cruds"), Some(a.clone()));
        for t in ["Observation", "Organization", "Patient", "Group"] {
            let t = ResourceType::parse(t).unwrap();
            for verb in Verb::ALL {
                let less = narrowed.restriction(verb, t);
                prop_assert!(access.restriction(verb, t).covers(&less));
                prop_assert!(own.restriction(verb, t).covers(&less));
                if let Restriction::Only(filters) = &less {
                    prop_assert!(filters.iter().all(|f| f.patient.as_ref() == Some(&a)));
                }
            }
        }
    }

    #[test]
    fn narrowing_gives_no_more_than_was_asked_or_allowed(asked in scopes(), allowed in scopes()) {
        let given = asked.narrow(&allowed);
        prop_assert!(asked.covers(&given), "{} gave {}", asked, given);
        prop_assert!(allowed.covers(&given), "{} allowed {}", allowed, given);
        prop_assert_eq!(given.narrow(&allowed), given.clone());
        prop_assert_eq!(asked.narrow(&asked), asked.clone());
        if allowed.covers(&asked) {
            prop_assert_eq!(given, asked);
        }
    }

    #[test]
    fn narrower_scopes_never_reach_further(asked in scopes(), allowed in scopes()) {
        let given = restrictions(&asked.narrow(&allowed));
        prop_assert!(all_cover(&restrictions(&asked), &given));
        prop_assert!(all_cover(&restrictions(&allowed), &given));
    }

    #[test]
    fn more_scopes_never_give_less(a in scopes(), b in scopes()) {
        let union = restrictions(&a.union(&b));
        prop_assert!(all_cover(&union, &restrictions(&a)));
        prop_assert!(all_cover(&union, &restrictions(&b)));
        prop_assert!(!union.iter().any(|r| matches!(r, Restriction::Only(f) if f.is_empty())));
    }

    #[test]
    fn covering_scopes_reach_at_least_as_far(a in scopes(), b in scopes()) {
        if a.covers(&b) {
            prop_assert!(all_cover(&restrictions(&a), &restrictions(&b)));
        }
    }
}
