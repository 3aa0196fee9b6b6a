//! Release files of LOINC, SNOMED CT and `RxNorm`, of the published shape with codes of nobody.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in the functions its cases share"
)]

use std::io::Cursor;
use std::sync::Arc;

use cresset_base::{InstanceName, Limits};
use cresset_bulk::code_systems::{Loaded, Stopped, load};
use cresset_bulk::import::{Source, Stream};
use cresset_store::code_systems::{CodeSystemLoader, Row};
use cresset_store::{CodeSystems, Error, Instances, LoadedSystem};
use cresset_store_sqlite::{DataDirectory, Options};
use cresset_testkit::ManualClock;

const LOINC: &str = "\u{feff}\"LOINC_NUM\",\"COMPONENT\",\"LONG_COMMON_NAME\",\"STATUS\"
\"0001-8\",\"Tea\",\"Tea, \"\"green\"\" [Mass/volume]\",\"ACTIVE\"
\"0002-6\",\"Two\nlines\",\"Coffee in Cup\",\"DEPRECATED\"
";

const CONCEPTS: &str = "id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId
1001\t20260101\t1\t9\t9
1002\t20260101\t1\t9\t9
1003\t20260101\t1\t9\t9
1004\t20260101\t0\t9\t9
";
const DESCRIPTIONS: &str =
    "id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId
1\t20260101\t1\t9\t1001\ten\t900000000000003001\tDrink (substance)\t9
2\t20260101\t1\t9\t1002\ten\t900000000000013009\t\"Brew\t9
3\t20260101\t1\t9\t1002\ten\t900000000000003001\tHot \"drink\" (substance)\t9
4\t20260101\t0\t9\t1003\ten\t900000000000003001\tFormer name\t9
";
const RELATIONS: &str = "id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup\ttypeId\tcharacteristicTypeId\tmodifierId
1\t20260101\t1\t9\t1002\t1001\t0\t116680003\t9\t9
2\t20260101\t1\t9\t1003\t1002\t0\t116680003\t9\t9
3\t20260101\t1\t9\t1001\t1003\t1\t363698007\t9\t9
4\t20260101\t0\t9\t1001\t1003\t0\t116680003\t9\t9
";

const RXN_CONCEPTS: &str = "11|ENG||||||1|||11|RXNORM|PSN|11|Tea for prescribing||N|4096|
11|ENG||||||2|||11|RXNORM|SCD|11|tea 1 MG Oral Tablet||N|4096|
11|ENG||||||3|||T1|OTHER|IN|T1|TEA OF OTHERS||N||
12|ENG||||||4|||12|RXNORM|IN|12|tea||O|4096|
";
const RXN_RELATIONS: &str = "12||CUI|RB|11||CUI|isa|1||RXNORM|RXNORM||||
12||CUI|RN|11||CUI|tradename_of|2||RXNORM|RXNORM||||
";

const SNOMED_FILES: [(&str, &str); 3] = [
    ("x/sct2_Concept_Snapshot_INT_20260101.txt", CONCEPTS),
    (
        "x/sct2_Description_Snapshot-en_INT_20260101.txt",
        DESCRIPTIONS,
    ),
    ("x/sct2_Relationship_Snapshot_INT_20260101.txt", RELATIONS),
];

struct Node {
    directory: DataDirectory,
    _folder: tempfile::TempDir,
}

impl Node {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            clock: Arc::new(ManualClock::default()),
            limits: Arc::new(Limits::default()),
            bases: Arc::new(|_: &InstanceName| Vec::new()),
        };
        Self {
            directory: DataDirectory::open(folder.path(), options).unwrap(),
            _folder: folder,
        }
    }

    fn load(&self, files: &[(&str, &str)]) -> Result<Vec<Loaded>, Stopped> {
        let mut loader = self.directory.code_system_loader().unwrap();
        load(&mut loader, sources(files), None, &small(), &|_| {})
    }

    fn systems(&self) -> Arc<dyn CodeSystems> {
        self.directory.code_systems()
    }

    /// `display, active, parents` of a code.
    fn code(&self, url: &str, code: &str) -> Option<String> {
        let known = self.systems().concept(url, code).unwrap()?;
        let display = known.display.unwrap_or_else(|| "-".to_owned());
        Some(format!("{display}, {}, {:?}", known.active, known.parents))
    }
}

fn small() -> Limits {
    Limits {
        release_record_bytes_max: 64 * 1024,
        release_rows_max: 200,
        ..Limits::default()
    }
}

fn sources(files: &[(&str, &str)]) -> Vec<Source> {
    let source = |(name, text): &(&str, &str)| {
        let bytes = text.as_bytes().to_vec();
        Source::new(*name, move || {
            Ok(Box::new(Cursor::new(bytes.clone())) as Stream)
        })
    };
    files.iter().map(source).collect()
}

const OF_LOINC: &str = "http://loinc.org";
const OF_SNOMED: &str = "http://snomed.info/sct";
const OF_RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";

#[test]
fn loinc_has_codes_with_their_long_names() {
    let node = Node::new();
    assert_eq!(node.code(OF_LOINC, "0001-8"), None);
    let loaded = node.load(&[("Loinc.csv", LOINC)]).unwrap();
    assert_eq!(loaded.first().unwrap().codes, 2);
    let tea = node.code(OF_LOINC, "0001-8");
    assert_eq!(
        tea.as_deref(),
        Some("Tea, \"green\" [Mass/volume], true, []")
    );
    let coffee = node.code(OF_LOINC, "0002-6");
    assert_eq!(coffee.as_deref(), Some("Coffee in Cup, false, []"));
    assert_eq!(node.code(OF_LOINC, "0001-7"), None);
}

#[test]
fn snomed_has_fully_specified_names_and_is_a() {
    let node = Node::new();
    let loaded = node.load(&SNOMED_FILES).unwrap();
    let expected = LoadedSystem {
        url: OF_SNOMED.to_owned(),
        name: "SNOMED CT".to_owned(),
        version: Some("20260101".to_owned()),
    };
    assert_eq!(
        node.systems().systems().unwrap(),
        std::slice::from_ref(&expected)
    );
    assert_eq!(
        loaded,
        [Loaded {
            system: expected,
            codes: 4
        }]
    );
    let code = |code| node.code(OF_SNOMED, code).unwrap();
    assert_eq!(code("1001"), "Drink (substance), true, []");
    assert_eq!(code("1002"), "Hot \"drink\" (substance), true, [\"1001\"]");
    assert_eq!(code("1003"), "-, true, [\"1002\"]");
    assert_eq!(code("1004"), "-, false, []");
    let subsumes = |above, code| node.systems().subsumes(OF_SNOMED, above, code).unwrap();
    assert!(subsumes("1001", "1003"));
    assert!(!subsumes("1003", "1001"));
    assert!(!subsumes("1001", "1001"));
    let below = |most| {
        let found = node.systems().codes(OF_SNOMED, Some("1001"), most).unwrap();
        found.into_iter().map(|c| c.code).collect::<Vec<_>>()
    };
    assert_eq!(below(10), ["1002", "1003"]);
    assert_eq!(below(1), ["1002"]);
}

#[test]
fn rxnorm_has_its_own_concepts_under_their_normalized_names() {
    let node = Node::new();
    let files = [
        ("RXNREL.RRF", RXN_RELATIONS),
        ("RXNCONSO.RRF", RXN_CONCEPTS),
    ];
    node.load(&files).unwrap();
    let code = |code| node.code(OF_RXNORM, code).unwrap();
    assert_eq!(code("11"), "tea 1 MG Oral Tablet, true, [\"12\"]");
    assert_eq!(code("12"), "tea, false, []");
}

#[test]
fn a_release_that_is_not_whole_replaces_nothing() {
    let node = Node::new();
    node.load(&SNOMED_FILES).unwrap();
    let [concepts, descriptions, _] = SNOMED_FILES;
    let stopped = node
        .load(&[concepts, descriptions])
        .unwrap_err()
        .to_string();
    assert_eq!(
        stopped,
        "the release is not whole without sct2_Relationship_Snapshot_….txt"
    );
    let stopped = node.load(&[("Loinc.csv", "LOINC_NUM,STATUS\n1,ACTIVE\n")]);
    assert_eq!(
        stopped.unwrap_err().to_string(),
        "Loinc.csv has no column LONG_COMMON_NAME"
    );
    let stopped = node.load(&[("part.csv", LOINC)]).unwrap_err().to_string();
    assert!(
        stopped.starts_with("part.csv is no release file"),
        "{stopped}"
    );
    assert_eq!(node.systems().systems().unwrap().len(), 1);
    assert!(node.code(OF_SNOMED, "1003").is_some());
}

#[test]
fn a_cell_without_an_end_is_refused_within_bounds() {
    let node = Node::new();
    let endless = format!("{LOINC}\"0003-4\",\"{}", "x".repeat(1 << 18));
    let stopped = node.load(&[("Loinc.csv", &endless)]).unwrap_err();
    assert_eq!(
        stopped.to_string(),
        "Loinc.csv, line 3: a record is longer than 65536 bytes"
    );
}

/// A loader whose disk is full after some units.
struct Full<L> {
    loader: L,
    units: usize,
    begins: Vec<u64>,
}

impl<L: CodeSystemLoader> CodeSystemLoader for Full<L> {
    fn begin(&mut self, system: &LoadedSystem) -> Result<(), Error> {
        self.loader.begin(system)
    }

    fn done(&mut self, file: &str, stamp: &str) -> Result<u64, Error> {
        let done = self.loader.done(file, stamp)?;
        self.begins.push(done);
        Ok(done)
    }

    fn keep(&mut self, rows: &[Row], at: (&str, &str, u64)) -> Result<(), Error> {
        self.units = self.units.checked_sub(1).ok_or(Error::StorageFull)?;
        self.loader.keep(rows, at)
    }

    fn finish(&mut self) -> Result<u64, Error> {
        self.loader.finish()
    }
}

#[test]
fn a_second_run_goes_on_where_the_first_stopped() {
    let node = Node::new();
    let head = "LOINC_NUM,LONG_COMMON_NAME,STATUS\n".to_owned();
    let lines = (0..250).map(|n| format!("{n},Name {n},ACTIVE\n"));
    let large: String = std::iter::once(head).chain(lines).collect();
    let run = |units| {
        let mut loader = Full {
            loader: node.directory.code_system_loader().unwrap(),
            units,
            begins: Vec::new(),
        };
        let outcome = load(
            &mut loader,
            sources(&[("Loinc.csv", &large)]),
            None,
            &small(),
            &|_| {},
        );
        (outcome.map(|all| all.first().unwrap().codes), loader.begins)
    };
    let (stopped, _) = run(1);
    assert!(matches!(stopped, Err(Stopped::Store(Error::StorageFull))));
    assert_eq!(node.systems().systems().unwrap(), []);
    assert_eq!(node.code(OF_LOINC, "7"), None);
    let (loaded, begins) = run(9);
    assert_eq!((loaded.unwrap(), begins), (250, vec![100]));
    assert!(node.code(OF_LOINC, "249").is_some());
}

#[test]
fn a_circle_ends() {
    let node = Node::new();
    let circle = RELATIONS.replace("4\t20260101\t0", "4\t20260101\t1");
    let [concepts, descriptions, (name, _)] = SNOMED_FILES;
    node.load(&[concepts, descriptions, (name, &circle)])
        .unwrap();
    assert!(node.systems().subsumes(OF_SNOMED, "1003", "1001").unwrap());
    let below = node.systems().codes(OF_SNOMED, Some("1001"), 100).unwrap();
    assert_eq!(below.len(), 3);
}
