//! Searches for bytes that break the law named by `CRESSET_LAW`, beginning near those the law accepts,
//! which are put into the folder `CRESSET_SEEDS`.

#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use cresset_hostile::{LAWS, Law};
use libfuzzer_sys::fuzz_target;

static CHOSEN: LazyLock<&Law> = LazyLock::new(|| {
    let wanted = std::env::var("CRESSET_LAW").unwrap_or_default();
    LAWS.iter()
        .find(|law| law.name == wanted)
        .unwrap_or_else(|| {
            let names: Vec<_> = LAWS.iter().map(|law| law.name).collect();
            panic!(
                "there is no law {wanted:?}; the laws are {}",
                names.join(", ")
            )
        })
});

fn sow() {
    let Some(folder) = std::env::var_os("CRESSET_SEEDS").map(PathBuf::from) else {
        return;
    };
    for (at, seed) in CHOSEN.seeds.iter().enumerate() {
        let written = std::fs::write(folder.join(format!("seed-{at}")), seed);
        assert!(written.is_ok(), "seeds are written: {written:?}");
    }
}

fuzz_target!(init: sow(), |bytes: &[u8]| {
    (CHOSEN.holds)(bytes);
});
