//! Reading package archives, good and bad.
#![expect(clippy::expect_used, reason = "a missed expectation is a failed test")]

use std::io::Write;

use cresset_definitions::package::{PackageError, PackageLimits, read};

const MANIFEST: &[u8] =
    br#"{"name":"example.guide","version":"1.2.0","fhirVersions":["4.0.1"],"license":"CC0-1.0"}"#;

/// A `.tgz` of these files.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_ustar();
        // Written by hand: the builder refuses the hostile paths this is about.
        let name = header.as_ustar_mut().expect("ustar");
        name.name
            .iter_mut()
            .zip(path.bytes())
            .for_each(|(to, from)| *to = from);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, *content).expect("in memory");
    }
    gzip(&tar.into_inner().expect("in memory"))
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(plain).expect("in memory");
    gz.finish().expect("in memory")
}

fn check(archive: &[u8], limits: &PackageLimits, expect: &str) {
    let error = read(archive, limits)
        .expect_err("a bad package")
        .to_string();
    assert!(error.starts_with(expect), "{error}");
}

#[test]
fn a_package_gives_its_resources() {
    let patient =
        br#"{"resourceType":"StructureDefinition","url":"http://x/p","version":"1","name":"P"}"#;
    let bytes = archive(&[
        ("package/.index.json", b"{}"),
        ("package/StructureDefinition-p.json", patient),
        ("package/package.json", MANIFEST),
        (
            "package/example/Patient-1.json",
            br#"{"resourceType":"Patient"}"#,
        ),
        ("package/other/spec.internals", b"not JSON"),
        ("package/Binary-1.json", br#"{"resourceType":"Binary"}"#),
        ("package/openapi.json", br#"{"openapi":"3.0"}"#),
    ]);
    let package = read(&bytes, &PackageLimits::default()).expect("a package");
    assert_eq!(
        (package.name.as_str(), package.version.as_str()),
        ("example.guide", "1.2.0")
    );
    assert_eq!(package.fhir_versions, ["4.0.1"]);
    let found: Vec<_> = package
        .resources
        .iter()
        .map(|r| {
            (
                r.resource_type.as_str(),
                r.url.as_deref(),
                r.version.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("StructureDefinition", Some("http://x/p"), Some("1")),
            ("Binary", None, None)
        ]
    );
    assert_eq!(package.resources[0].json, patient);
}

#[test]
fn paths_are_never_used() {
    let resource = br#"{"resourceType":"Patient"}"#;
    let bytes = archive(&[
        ("package/package.json", MANIFEST),
        ("../../Patient-a.json", resource),
        ("/package/Patient-b.json", resource),
        ("package/../Patient-c.json", resource),
        ("package/a/../Patient-d.json", resource),
    ]);
    assert_eq!(
        read(&bytes, &PackageLimits::default())
            .expect("a package")
            .resources,
        []
    );
}

#[test]
fn what_is_no_package_is_refused() {
    let limits = PackageLimits::default();
    check(b"", &limits, "the archive cannot be read");
    check(b"PK\x03\x04", &limits, "the archive cannot be read");
    check(&gzip(b"not a tar"), &limits, "the archive cannot be read");
    let whole = archive(&[("package/package.json", MANIFEST)]);
    check(
        &whole[..whole.len() / 2],
        &limits,
        "the archive cannot be read",
    );
    check(
        &archive(&[("a.json", b"{}")]),
        &limits,
        "the archive has no package/package.json",
    );
    check(
        &archive(&[("package/package.json", b"[]")]),
        &limits,
        "package/package.json is not",
    );
    check(
        &archive(&[("package/package.json", MANIFEST), ("package/a.json", b"{")]),
        &limits,
        "a.json is not JSON",
    );
}

#[test]
fn bounds_hold() {
    let files: Vec<_> = (0..20).map(|n| format!("package/{n}.txt")).collect();
    let files: Vec<_> = files.iter().map(|f| (f.as_str(), &b"x"[..])).collect();
    let few = PackageLimits {
        files_max: 10,
        ..PackageLimits::default()
    };
    check(
        &archive(&files),
        &few,
        "the package holds more than 10 files",
    );

    let zeros = vec![0_u8; 4_000_000];
    let small = PackageLimits {
        file_bytes_max: 1_000_000,
        ..PackageLimits::default()
    };
    check(
        &archive(&[("package/a.json", &zeros)]),
        &small,
        "the package is larger than 1000000",
    );
    let little = PackageLimits {
        total_bytes_max: 1_000_000,
        ..PackageLimits::default()
    };
    check(
        &archive(&[("elsewhere.bin", &zeros)]),
        &little,
        "the package is larger than 1000000",
    );
}

#[test]
fn an_endless_archive_ends() {
    // A header that promises little, then far more zeros than the bound allows.
    let bomb = gzip(&vec![0_u8; 64 * 1024 * 1024]);
    assert!(bomb.len() < 1_000_000);
    let limits = PackageLimits {
        total_bytes_max: 1024 * 1024,
        ..PackageLimits::default()
    };
    assert!(matches!(
        read(&bomb, &limits),
        Err(PackageError::NoManifest | PackageError::Archive(_) | PackageError::TooLarge(_))
    ));
}
