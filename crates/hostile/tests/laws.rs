//! Every law, tried with bytes that are nearly right.

use cresset_hostile::LAWS;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;

/// Bytes that mean something to one of the grammars.
const TELLING: &[u8] = b"\0\x7f\xff\"'\\/&<>{}[]()|$,:;.=?%-+ 0e9AZ~";

/// One change of some bytes.
#[derive(Debug, Clone)]
enum Change {
    Put(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Repeat(Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let telling = prop::sample::select(TELLING);
    let byte = prop_oneof![3 => telling, 1 => any::<u8>()];
    prop_oneof![
        (any::<Index>(), byte.clone()).prop_map(|(at, byte)| Change::Put(at, byte)),
        (any::<Index>(), byte).prop_map(|(at, byte)| Change::Insert(at, byte)),
        any::<Index>().prop_map(Change::Remove),
        (any::<Index>(), 1_usize..200).prop_map(|(at, times)| Change::Repeat(at, times)),
    ]
}

fn changed(seed: &str, changes: &[Change]) -> Vec<u8> {
    let mut bytes = seed.as_bytes().to_vec();
    for change in changes {
        let (Change::Put(at, _)
        | Change::Insert(at, _)
        | Change::Remove(at)
        | Change::Repeat(at, _)) = change;
        let at = at.index(bytes.len().max(1));
        let rest = bytes.split_off(at.min(bytes.len()));
        let after = rest.get(1..).unwrap_or_default();
        match change {
            Change::Put(_, byte) => bytes.push(*byte),
            Change::Insert(_, byte) => bytes.extend([*byte].iter().chain(rest.first())),
            Change::Remove(_) => {}
            Change::Repeat(_, times) => {
                bytes.extend(rest.first().copied().into_iter().cycle().take(*times));
            }
        }
        bytes.extend_from_slice(after);
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(20_260_101),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_law_holds_of_what_is_nearly_right(
        seed in any::<Index>(),
        changes in prop::collection::vec(change(), 0..6),
    ) {
        for law in LAWS {
            let seed = seed.get(law.seeds);
            (law.holds)(&changed(seed, &changes));
        }
    }

    #[test]
    fn every_law_holds_of_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for law in LAWS {
            (law.holds)(&bytes);
        }
    }
}

#[test]
fn a_law_is_tried_with_bytes_that_it_accepts() {
    for law in LAWS {
        for seed in law.seeds {
            assert!((law.holds)(seed.as_bytes()), "{}: {seed}", law.name);
        }
    }
}
