//! The resources of a published package, each validated.

use std::path::Path;

use cresset_definitions::package::{PackageLimits, read};
use cresset_model::{Bounds, parse};
use cresset_validate::{Severity, validate};

use super::Error;

pub(super) fn run(path: &Path) -> Result<(), Error> {
    let limits = PackageLimits {
        file_bytes_max: 64 * 1024 * 1024,
        ..PackageLimits::default()
    };
    let package = read(&std::fs::read(path)?, &limits)?;
    let (mut valid, mut warned) = (0, 0);
    for resource in &package.resources {
        let name = &resource.resource_type;
        let bounds = Bounds {
            values_max: usize::MAX,
            ..Bounds::default()
        };
        let tree = match parse(&resource.json, bounds) {
            Ok(tree) => tree,
            Err(fault) => {
                println!("{name}: {fault}");
                continue;
            }
        };
        let id = tree.id().unwrap_or_default();
        let issues = validate(tree.root());
        let errors = issues.iter().filter(|i| i.severity == Severity::Error);
        let errors: Vec<_> = errors.map(|i| i.text.as_str()).collect();
        warned += usize::from(issues.iter().any(|i| i.severity == Severity::Warning));
        if errors.is_empty() {
            valid += 1;
        } else {
            println!("{name}/{id}: {}", errors.join("; "));
        }
    }
    println!(
        "{valid} of {} pass, {warned} with warnings",
        package.resources.len()
    );
    Ok(())
}
