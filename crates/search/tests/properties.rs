//! What holds of any search and any resource.

use cresset_base::{Limits, Timestamp};
use cresset_definitions::{ResourceType, r4};
use cresset_model::{Bounds, parse as parse_json};
use cresset_search::{
    Concepts, Context, DateRange, Handling, NumberRange, Query, Unindexed, extract, parse, text,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn query(resource_type: ResourceType, name: &str, value: &str) -> Option<Query> {
    let limits = Limits::default();
    let context = Context {
        limits: &limits,
        now: Timestamp::UNIX_EPOCH,
        own: &[],
        unindexed: Unindexed::NONE,
        handling: Handling::Strict,
        concepts: Concepts::NONE,
    };
    parse(
        resource_type,
        &[(name.to_owned(), value.to_owned())],
        &context,
    )
    .ok()
    .map(|p| p.query)
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
    fn any_pair_is_read_or_refused(
        of_type in 0_u8..140,
        at in any::<prop::sample::Index>(),
        modifier in prop_oneof![Just(String::new()), ":[a-zA-Z-]{1,9}", ".*"],
        value in prop_oneof![".*", "[a-z|$,0-9.:TZ+/\\\\-]{0,24}"],
    ) {
        let resource_type = ResourceType::from_code(of_type).unwrap();
        let parameters = r4().search_parameters_of(resource_type);
        let parameter = parameters.get(at.index(parameters.len())).unwrap();
        query(resource_type, &format!("{}{modifier}", parameter.code), &value);
        query(resource_type, &modifier, &value);
    }

    #[test]
    fn any_fault_is_short_and_repeats_no_long_value(value in "[x ]{50,300}") {
        let limits = Limits::default();
        let context = Context { limits: &limits, now: Timestamp::UNIX_EPOCH, own: &[], unindexed: Unindexed::NONE, handling: Handling::Strict, concepts: Concepts::NONE };
        let patient = ResourceType::parse("Patient").unwrap();
        for name in ["birthdate", "_count", "_sort", "_id", "general-practitioner"] {
            if let Err(fault) = parse(patient, &[(name.to_owned(), value.clone())], &context) {
                prop_assert!(!fault.to_string().contains(&value));
                prop_assert!(fault.to_string().len() < 400);
            }
        }
    }

    #[test]
    fn any_text_is_a_date_and_a_number_or_not(text in prop_oneof![".*", "[0-9TZ:+.eE-]{1,30}"]) {
        if let Some(range) = DateRange::parse(&text) {
            prop_assert!(range.start_ms <= range.end_ms);
        }
        if let Some(range) = NumberRange::parse(&text) {
            prop_assert!(range.low <= range.value && range.value <= range.high);
            prop_assert!(range.low.is_finite() && range.high.is_finite());
        }
    }

    #[test]
    fn an_instant_lies_in_every_range_that_shortens_it(ms in -62_135_596_800_000_i64..253_402_300_799_999) {
        let instant = Timestamp::from_millisecond(ms).unwrap();
        let written = format!("{instant:.3}");
        let exact = DateRange::parse(&written).unwrap();
        prop_assert_eq!((exact.start_ms, exact.end_ms), (ms, ms));
        for len in [4, 7, 10, 16, 19, 21] {
            let range = DateRange::parse(written.get(..len).unwrap()).unwrap();
            prop_assert!(range.start_ms <= ms && ms <= range.end_ms, "{} of {}", len, written);
        }
    }

    #[test]
    fn folding_twice_changes_nothing(any in ".*") {
        let folded = text::fold(&any);
        prop_assert_eq!(text::fold(&folded), folded);
    }

    #[test]
    fn any_resource_gives_rows_in_order(of_type in 0_u8..140, values in prop::collection::vec(0_usize..6, 0..40)) {
        let name = ResourceType::from_code(of_type).unwrap().name();
        let definition = r4().type_named(name).unwrap();
        let odd = ["1", "\"x\"", "{\"value\":[1]}", "[null,{}]", "true", "[[{\"coding\":\"a\"}]]"];
        let members = definition.elements.iter().filter(|e| e.name != "resourceType").zip(values);
        let members = members.map(|(e, v)| format!(",\"{}\":{}", e.name, odd.get(v).unwrap()));
        let source = format!("{{\"resourceType\":\"{name}\"{}}}", members.collect::<String>());
        let tree = parse_json(source.as_bytes(), Bounds::default()).unwrap();
        let rows = extract(&tree, &[]);
        prop_assert!(rows.is_sorted_by_key(|row| row.parameter));
    }
}
