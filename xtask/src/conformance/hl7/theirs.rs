//! Asking HL7's validator, without any network.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use cresset_definitions::package::{PackageLimits, read};
use serde_json::{Value, json};

use super::Error;

const R4: (&str, &str) = ("hl7.fhir.r4.core", "4.0.1");
/// What R4 consists of.
const DEFINITIONS: [&str; 9] = [
    "CapabilityStatement",
    "CodeSystem",
    "CompartmentDefinition",
    "ConceptMap",
    "NamingSystem",
    "OperationDefinition",
    "SearchParameter",
    "StructureDefinition",
    "ValueSet",
];
/// Packages it asks for whatever it is to do; they are empty here.
const EMPTY: [(&str, &str); 5] = [
    ("hl7.fhir.uv.extensions", "5.2.0"),
    ("hl7.fhir.uv.extensions.r4", "5.2.0"),
    ("hl7.fhir.xver-extensions", "0.1.0"),
    ("hl7.terminology", "6.2.0"),
    ("hl7.terminology.r4", "6.2.0"),
];
/// The extension by which an outcome names its file.
const FILE: &str = "http://hl7.org/fhir/StructureDefinition/operationoutcome-file";

/// The errors it finds in each file of `asked`, by the name of the file.
pub(super) fn judge(
    jars: &Path,
    examples: &Path,
    folder: &Path,
) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let folder = std::path::absolute(folder)?;
    let home = folder.join("home");
    packages(examples, &home.join(".fhir").join("packages"))?;
    std::fs::write(
        home.join(".fhir").join("fhir-settings.json"),
        json!({"prohibitNetworkAccess": true}).to_string(),
    )?;
    let out = folder.join("outcome.json");
    let log = std::fs::File::create(folder.join("validator.log"))?;
    let done = Command::new("java")
        .arg(format!("-Duser.home={}", home.display()))
        .arg("-cp")
        .arg(jars.join("*"))
        .arg("org.hl7.fhir.validation.ValidatorCli")
        .arg(folder.join("asked"))
        .args(["-version", R4.1, "-tx", "n/a", "-output"])
        .arg(&out)
        .arg("-txCache")
        .arg(folder.join("terminology"))
        .stdout(log.try_clone()?)
        .stderr(log)
        .status()?;
    if !out.exists() {
        let log = folder.join("validator.log");
        return Err(format!("HL7's validator ended with {done}; see {}", log.display()).into());
    }
    outcomes(&serde_json::from_slice(&std::fs::read(out)?)?)
}

/// The package cache it reads.
fn packages(examples: &Path, cache: &Path) -> Result<(), Error> {
    let limits = PackageLimits {
        file_bytes_max: 64 * 1024 * 1024,
        ..PackageLimits::default()
    };
    let core = made(cache, R4, "Core")?;
    let published = read(&std::fs::read(examples)?, &limits)?;
    for resource in &published.resources {
        let id = serde_json::from_slice::<Value>(&resource.json)?;
        let of = &resource.resource_type;
        let id = id.get("id").and_then(Value::as_str).unwrap_or_default();
        if DEFINITIONS.contains(&of.as_str()) {
            std::fs::write(core.join(format!("{of}-{id}.json")), &resource.json)?;
        }
    }
    for package in EMPTY {
        made(cache, package, "IG")?;
    }
    Ok(())
}

/// The folder of a package with its manifest.
fn made(
    cache: &Path,
    (name, version): (&str, &str),
    kind: &str,
) -> Result<std::path::PathBuf, Error> {
    let folder = cache.join(format!("{name}#{version}")).join("package");
    std::fs::create_dir_all(&folder)?;
    let url = "http://hl7.org/fhir";
    let manifest = json!({"name": name, "version": version, "type": kind, "fhirVersions": [R4.1],
        "canonical": url, "url": url, "date": "20191101000000"});
    std::fs::write(folder.join("package.json"), manifest.to_string())?;
    Ok(folder)
}

fn outcomes(all: &Value) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let entries = all["entry"].as_array().ok_or("no outcomes in a Bundle")?;
    let mut judged = BTreeMap::new();
    for outcome in entries.iter().map(|entry| &entry["resource"]) {
        let mut extensions = outcome["extension"].as_array().into_iter().flatten();
        let file = extensions.find(|extension| extension["url"] == FILE);
        let file = file.and_then(|file| file["valueString"].as_str());
        let name = Path::new(file.ok_or("an outcome names no file")?).file_name();
        let issues = outcome["issue"].as_array().into_iter().flatten();
        let errors = issues.filter(|issue| {
            let severity = issue["severity"].as_str();
            matches!(severity, Some("error" | "fatal"))
        });
        let texts = errors.map(|issue| {
            let at = |place| issue.pointer(place).and_then(Value::as_str);
            let text = at("/details/text").unwrap_or_default();
            format!("{}: {text}", at("/expression/0").unwrap_or_default())
        });
        let name = name.map(|name| name.to_string_lossy().into_owned());
        judged.insert(name.unwrap_or_default(), texts.collect());
    }
    Ok(judged)
}

/// Whether it says so only because it may ask nobody: codes of systems that R4 does not list, and
/// definitions that R4 does not hold.
pub(super) fn is_of_being_offline(text: &str) -> bool {
    const OFFLINE: [&str; 4] = [
        "urn:ietf:bcp:13",
        "urn:iso:std:iso:4217",
        "http://hl7.org/fhir/us/core/",
        "http://hl7.org/fhir/ValueSet/mimetypes",
    ];
    OFFLINE.iter().any(|part| text.contains(part))
}
