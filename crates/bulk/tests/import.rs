//! Imports into a real database: every wrapping, references, refusals, a second run.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in the functions its cases share"
)]

use std::collections::HashMap;
use std::io::{Cursor, Write};
use std::sync::{Arc, Mutex};

use cresset_access::{Access, SystemReason};
use cresset_base::{InstanceName, Limits};
use cresset_bulk::import::{Done, Import, Journal, Progress, Report, Source, Stream};
use cresset_definitions::ResourceType;
use cresset_fhir::service::Surroundings;
use cresset_fhir::terminology::Remembered;
use cresset_fhir::{Service, Settings};
use cresset_model::Bounds;
use cresset_rules::RuleSet;
use cresset_store::{CodeSystems, Deletes, Found, InstanceSettings, Instances, LinkStyle, Store};
use cresset_store_sqlite::{DataDirectory, Options};
use cresset_testkit::{ManualClock, SeededRng};
use cresset_validate::{Ask, Validator};

const PRACTITIONER: &str = r#"{"resourceType":"Practitioner","id":"dr","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"9"}]}"#;

/// A transaction of a patient, and of an encounter that refers to the patient by `urn:uuid:` and to
/// a practitioner by a search.
const TRANSACTION: &str = r#"{"entry":[
  {"fullUrl":"urn:uuid:11111111-1111-4111-8111-111111111111","request":{"method":"POST","url":"Patient"},
   "resource":{"resourceType":"Patient","id":"11111111-1111-4111-8111-111111111111","active":true}},
  {"fullUrl":"urn:uuid:22222222-2222-4222-8222-222222222222","request":{"method":"POST","url":"Encounter"},
   "resource":{"resourceType":"Encounter","id":"22222222-2222-4222-8222-222222222222","status":"finished",
     "class":{"code":"AMB"},"subject":{"reference":"urn:uuid:11111111-1111-4111-8111-111111111111"},
     "participant":[{"individual":{"reference":"Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|9"}}]}}
],"type":"transaction","resourceType":"Bundle"}"#;

/// An instance in a folder of its own, and what is remembered between imports.
struct Practice {
    store: Arc<dyn Store>,
    code_systems: Arc<dyn CodeSystems>,
    rules: &'static RuleSet,
    journal: Memory,
    _folder: tempfile::TempDir,
}

#[derive(Default)]
struct Memory(HashMap<String, Done>);

impl Journal for Memory {
    fn done(&self, source: &Source) -> Done {
        self.0.get(&source.name).copied().unwrap_or_default()
    }

    fn record(&mut self, source: &Source, done: Done) -> std::io::Result<()> {
        self.0.insert(source.name.clone(), done);
        Ok(())
    }
}

impl Practice {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let options = Options {
            clock: Arc::new(ManualClock::at(now)),
            limits: Arc::new(Limits::default()),
            bases: Arc::new(|_: &InstanceName| Vec::new()),
        };
        let directory = DataDirectory::open(folder.path(), options).unwrap();
        let name = "test".parse().unwrap();
        let store = directory
            .create(&name, &InstanceSettings::new(now))
            .unwrap();
        Self {
            store,
            code_systems: directory.code_systems(),
            rules: RuleSet::r4(),
            journal: Memory::default(),
            _folder: folder,
        }
    }

    async fn import(&mut self, files: &[(&str, &[u8])]) -> Report {
        self.watched(files, &|_| {}).await
    }

    async fn watched(
        &mut self,
        files: &[(&str, &[u8])],
        progress: &(dyn Fn(&Progress) + Send + Sync),
    ) -> Report {
        let sources = files
            .iter()
            .map(|(name, bytes)| source(name, bytes))
            .collect();
        let validator = Arc::new(cresset_validate::standard().clone());
        let import = Import {
            store: Arc::clone(&self.store),
            limits: Arc::new(Limits::default()),
            base_urls: Vec::new(),
            service: Arc::new(self.service(validator.clone())),
            validator,
            rules: self.rules,
            now: "2026-01-01T00:00:00Z".parse().unwrap(),
            workers: 2,
        };
        import
            .run(sources, &mut self.journal, progress)
            .await
            .unwrap()
    }

    fn service(&self, validator: Arc<Validator>) -> Service {
        let surroundings = Surroundings {
            clock: Arc::new(ManualClock::at("2026-01-01T00:00:00Z".parse().unwrap())),
            rng: Arc::new(SeededRng::new(1)),
            limits: Arc::new(Limits::default()),
            code_systems: Arc::clone(&self.code_systems),
        };
        let settings = Settings {
            other_bases: Vec::new(),
            mark: None,
            base_url: "https://example.org/test/fhir".to_owned(),
            auth_url: "https://example.org/test/auth".to_owned(),
            links: LinkStyle::Absolute,
            client_ids: true,
            deletes: Deletes::Single,
            rules: self.rules,
            profiles: Vec::new(),
            validator,
        };
        Service::new(Arc::clone(&self.store), surroundings, settings, &[7; 32])
    }

    async fn body(&self, resource_type: &str, id: &str) -> Option<String> {
        let access = Access::system(SystemReason::Verification);
        let resource_type = ResourceType::parse(resource_type).unwrap();
        match self
            .store
            .read(&access, resource_type, &id.parse().unwrap())
            .await
            .unwrap()
        {
            Found::Version(version) => Some(String::from_utf8(version.body.to_vec()).unwrap()),
            _ => None,
        }
    }

    async fn version(&self, resource_type: &str, id: &str, version: u64) -> Option<String> {
        let access = Access::system(SystemReason::Verification);
        let resource_type = ResourceType::parse(resource_type).unwrap();
        let id = id.parse().unwrap();
        let found = self.store.version(&access, resource_type, &id, version);
        match found.await.unwrap() {
            Found::Version(version) => Some(String::from_utf8(version.body.to_vec()).unwrap()),
            _ => None,
        }
    }
}

fn source(name: &str, bytes: &[u8]) -> Source {
    let bytes = bytes.to_vec();
    Source::new(name, move || {
        Ok(Box::new(Cursor::new(bytes.clone())) as Stream)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn references_are_resolved_whatever_the_order_of_the_files() {
    let mut practice = Practice::new();
    let files = [
        ("a.json", TRANSACTION.as_bytes()),
        ("b.json", PRACTITIONER.as_bytes()),
    ];
    let report = practice.import(&files).await;
    assert!(report.is_clean(), "{:?}", report.reasons);
    assert_eq!((report.created, report.records), (3, 3));
    let encounter = practice
        .body("Encounter", "22222222-2222-4222-8222-222222222222")
        .await
        .unwrap();
    assert!(
        encounter.contains(r#""Patient/11111111-1111-4111-8111-111111111111""#),
        "{encounter}"
    );
    assert!(
        encounter.contains(r#""reference":"Practitioner/dr""#),
        "{encounter}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_to_be_stored_is_no_progress() {
    let line = format!(
        "{{\"resourceType\":\"Basic\",\"code\":{{\"text\":\"{}\"}}}}\n",
        "a".repeat(2_000)
    );
    let file = line.repeat(4_000);
    let seen = Mutex::new(Vec::new());
    let note = |progress: &Progress| {
        seen.lock()
            .unwrap()
            .push((progress.bytes, progress.records));
    };
    let mut practice = Practice::new();
    let report = practice
        .watched(&[("a.ndjson", file.as_bytes())], &note)
        .await;
    assert_eq!(report.created, 4_000);
    let seen = seen.into_inner().unwrap();
    // A batch of lines, and what was read of the file in one go.
    let ahead = 512 * 1024 + 256 * 1024;
    for (bytes, records) in &seen {
        assert!(*bytes <= records * line.len() as u64 + ahead, "{seen:?}");
    }
    assert_eq!(seen.last(), Some(&(file.len() as u64, 4_000)));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_stored_twice() {
    let mut practice = Practice::new();
    let lines = "{\"resourceType\":\"Patient\",\"active\":true}\n{\"resourceType\":\"Patient\",\"active\":true}\n";
    let files = [
        ("a.ndjson", lines.as_bytes()),
        ("b.json", PRACTITIONER.as_bytes()),
    ];
    assert_eq!(practice.import(&files).await.created, 3);
    let again = practice.import(&files).await;
    assert_eq!(
        (
            again.records,
            again.sources_done_before,
            again.records_done_before
        ),
        (0, 2, 3)
    );
    practice.journal = Memory::default();
    let forgotten = practice.import(&files).await;
    assert_eq!((forgotten.created, forgotten.unchanged), (0, 3));
}

/// A thousand long resources, then a thousand short ones, and so on, so that later units are ready
/// sooner; every eighth record is the next state of the same patient.
#[tokio::test(flavor = "multi_thread")]
async fn versions_of_a_resource_are_stored_in_the_order_of_the_file() {
    let mut lines = String::new();
    let mut states = 0;
    for number in 0..8_000 {
        let line = if number % 8 == 0 {
            states += 1;
            format!(r#"{{"resourceType":"Patient","id":"same","name":[{{"family":"f{states}"}}]}}"#)
        } else {
            let length = if number / 1_000 % 2 == 0 { 600 } else { 1 };
            let words: Vec<String> = (0..length).map(|at| format!("{:x}", at * number)).collect();
            let text = words.join(" ");
            format!(r#"{{"resourceType":"Basic","id":"b{number}","code":{{"text":"{text}"}}}}"#)
        };
        lines.push_str(&line);
        lines.push('\n');
    }
    let mut practice = Practice::new();
    let report = practice.import(&[("a.ndjson", lines.as_bytes())]).await;
    assert!(report.is_clean(), "{:?}", report.reasons);
    assert_eq!((report.created, report.updated), (7_001, 999));
    for state in 1..=states {
        let body = practice.version("Patient", "same", state).await.unwrap();
        let family = format!(r#""family":"f{state}""#);
        assert!(body.contains(&family), "version {state}: {body}");
    }
    assert!(
        practice
            .version("Patient", "same", states + 1)
            .await
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_is_stored_all_or_none_and_tried_again_when_it_may_succeed() {
    let mut practice = Practice::new();
    let report = practice.import(&[("a.json", TRANSACTION.as_bytes())]).await;
    assert_eq!((report.created, report.refused), (0, 2));
    let texts: Vec<_> = report
        .reasons
        .iter()
        .map(|reason| reason.text.as_str())
        .collect();
    assert!(
        texts
            .iter()
            .any(|text| text.contains("Practitioner by its identifier finds nothing")),
        "{texts:?}"
    );
    assert!(
        practice
            .body("Patient", "11111111-1111-4111-8111-111111111111")
            .await
            .is_none()
    );
    let files = [
        ("b.json", PRACTITIONER.as_bytes()),
        ("a.json", TRANSACTION.as_bytes()),
    ];
    let report = practice.import(&files).await;
    assert_eq!(
        (report.created, report.refused),
        (3, 0),
        "{:?}",
        report.reasons
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_named_and_the_rest_is_stored() {
    let mut practice = Practice::new();
    let lines = "{\"resourceType\":\"Patient\",\"id\":\"1\"}\n{\"resourceType\":\"Patient\",\"id\":\"2\",\"birthDate\":\"2023-02-30\"}\n{\"resourceType\":\n{\"resourceType\":\"Patient\",\"id\":\"3\"}\n";
    let report = practice.import(&[("a.ndjson", lines.as_bytes())]).await;
    assert_eq!((report.created, report.refused), (2, 2));
    let places: Vec<_> = report
        .reasons
        .iter()
        .flat_map(|r| &r.examples)
        .map(|e| e.at.as_str())
        .collect();
    assert!(
        places.contains(&"a.ndjson:2") && places.contains(&"a.ndjson:3"),
        "{places:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn compressed_files_are_read_as_they_are() {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(PRACTITIONER.as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    let zst = zstd::stream::encode_all(TRANSACTION.as_bytes(), 1).unwrap();
    let mut practice = Practice::new();
    let report = practice.import(&[("a.gz", &gz), ("b.zst", &zst)]).await;
    assert_eq!(
        (report.created, report.refused),
        (3, 0),
        "{:?}",
        report.reasons
    );
    let report = practice.import(&[("cut.gz", &gz[..gz.len() / 2])]).await;
    assert_eq!(report.broken_sources.len(), 1, "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_too_large_to_hold_is_stored_in_parts() {
    let entries: Vec<String> = (0..6_000)
        .map(|n| {
            let uuid = format!("00000000-0000-4000-8000-{n:012}");
            let link = format!("00000000-0000-4000-8000-{:012}", 5_999 - n);
            format!(
                r#"{{"fullUrl":"urn:uuid:{uuid}","resource":{{"resourceType":"Patient","id":"{uuid}","link":[{{"other":{{"reference":"urn:uuid:{link}"}},"type":"seealso"}}]}}}}"#
            )
        })
        .collect();
    let bundle = format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[{}]}}"#,
        entries.join(",")
    );
    let mut practice = Practice::new();
    let report = practice.import(&[("large.json", bundle.as_bytes())]).await;
    assert_eq!(
        (report.created, report.refused),
        (6_000, 0),
        "{:?}",
        report.reasons
    );
    let first = practice
        .body("Patient", "00000000-0000-4000-8000-000000000000")
        .await
        .unwrap();
    assert!(
        first.contains("Patient/00000000-0000-4000-8000-000000005999"),
        "{first}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_display_says_so_where_the_rule_set_lets_it_in() {
    let response = r#"{"resourceType":"QuestionnaireResponse","id":"r","status":"completed","item":[{"linkId":"1","item":[{"linkId":"2","answer":[{"valueCoding":{"system":"http://loinc.org","code":"LA1","display":""}}]}]}]}"#;
    let files = [("r.json", response.as_bytes())];
    let mut plain = Practice::new();
    assert_eq!(plain.import(&files).await.refused, 1);
    let mut practice = Practice::new();
    practice.rules = RuleSet::named("canvas").unwrap();
    let report = practice.import(&files).await;
    assert!(report.is_clean(), "{:?}", report.reasons);
    let body = practice.body("QuestionnaireResponse", "r").await.unwrap();
    assert!(
        body.contains(r#""display":"<no display available>""#),
        "{body}"
    );
}

#[tokio::test]
async fn a_code_is_judged_by_the_terminology_that_was_loaded_before() {
    let mut practice = Practice::new();
    let patient = |id: &str, kind: &str| {
        format!(
            r#"{{"resourceType":"Patient","id":"{id}","photo":[{{"contentType":"{kind}","title":"x"}}]}}"#
        )
    };
    let first = practice
        .import(&[("a.json", patient("1", "image/gif").as_bytes())])
        .await;
    assert_eq!(
        (first.created, first.refused),
        (1, 0),
        "nothing is known of it"
    );
    let kinds = r#"{"resourceType":"ValueSet","id":"kinds","url":"http://hl7.org/fhir/ValueSet/mimetypes","status":"active",
        "compose":{"include":[{"system":"urn:ietf:bcp:13","concept":[{"code":"image/png"}]}]}}"#;
    practice.import(&[("kinds.json", kinds.as_bytes())]).await;
    let lines = [
        patient("2", "image/gif"),
        patient("3", "image/png"),
        patient("4", "image/gif"),
    ];
    let lines = lines.join("\n");
    let report = practice.import(&[("b.ndjson", lines.as_bytes())]).await;
    assert_eq!((report.created, report.refused), (1, 2), "{report:?}");
    let words = "Patient.photo.contentType must have a code of the value set http://hl7.org/fhir/ValueSet/mimetypes";
    assert_eq!(report.reasons[0].text, words, "{report:?}");
    assert!(practice.body("Patient", "3").await.is_some());
}

/// What is stored meanwhile counts from the next pass on.
#[tokio::test]
async fn value_sets_inside_others_are_looked_up_once() {
    let mut practice = Practice::new();
    let set = |id: &str, url: &str, include: &str| {
        format!(
            r#"{{"resourceType":"ValueSet","id":"{id}","url":"{url}","status":"active","compose":{{"include":[{include}]}}}}"#
        )
    };
    let inner = |kind: &str| {
        let codes = format!(r#"{{"system":"urn:ietf:bcp:13","concept":[{{"code":"{kind}"}}]}}"#);
        set("inner", "http://x.org/inner", &codes)
    };
    let outer = set(
        "outer",
        "http://hl7.org/fhir/ValueSet/mimetypes",
        r#"{"valueSet":["http://x.org/inner"]}"#,
    );
    let both = [outer, inner("image/png")].join("\n");
    practice.import(&[("a.ndjson", both.as_bytes())]).await;
    let validator = Arc::new(cresset_validate::standard().clone());
    let service = practice.service(validator.clone());
    let open = |kind: &str| {
        let patient = format!(
            r#"{{"resourceType":"Patient","photo":[{{"contentType":"{kind}","title":"x"}}]}}"#
        );
        let tree = cresset_model::parse(patient.as_bytes(), Bounds::default()).unwrap();
        let mut found = validator.examine(tree.root(), &Ask::default());
        assert_eq!(found.unjudged.len(), 1);
        found.unjudged.remove(0)
    };
    let begin = || Remembered::new(Access::system(SystemReason::OperatorImport));
    let (png, gif) = (open("image/png"), open("image/gif"));
    let before = begin();
    assert!(!service.is_outside(&before, &png).await.unwrap());
    let other = inner("image/gif");
    practice.import(&[("b.json", other.as_bytes())]).await;
    assert!(service.is_outside(&before, &gif).await.unwrap());
    assert!(!service.is_outside(&before, &png).await.unwrap());
    let after = begin();
    assert!(!service.is_outside(&after, &gif).await.unwrap());
    assert!(service.is_outside(&after, &png).await.unwrap());
}
