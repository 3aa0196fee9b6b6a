//! What each release file holds, and which of its columns are kept.

use cresset_store::code_systems::Row;
use csv::StringRecord;

const LOINC: &str = "http://loinc.org";
const SNOMED: &str = "http://snomed.info/sct";
const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";

/// SNOMED CT: "Is a".
const IS_A: &str = "116680003";
/// SNOMED CT: "Fully specified name". Each active concept has exactly one.
const FULLY_SPECIFIED_NAME: &str = "900000000000003001";

/// A kind of release file, in the order in which those of one release are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// `Loinc.csv`
    Loinc,
    /// `sct2_Concept_Snapshot_….txt`
    SnomedConcept,
    /// `sct2_Description_Snapshot-en_….txt`
    SnomedDescription,
    /// `sct2_Relationship_Snapshot_….txt`
    SnomedRelationship,
    /// `RXNCONSO.RRF`
    RxNormConcept,
    /// `RXNREL.RRF`
    RxNormRelation,
}

impl Format {
    /// What a file of this name is, compressed or not.
    pub fn of(path: &str) -> Option<Self> {
        let name = file_name(path);
        match name.as_str() {
            "loinc.csv" => return Some(Self::Loinc),
            "rxnconso.rrf" => return Some(Self::RxNormConcept),
            "rxnrel.rrf" => return Some(Self::RxNormRelation),
            _ => {}
        }
        let (table, rest) = name.strip_prefix("sct2_")?.split_once("_snapshot")?;
        match table {
            "concept" => Some(Self::SnomedConcept),
            "description" if rest.starts_with("-en") => Some(Self::SnomedDescription),
            "relationship" => Some(Self::SnomedRelationship),
            _ => None,
        }
    }

    /// The canonical URL of the system the file belongs to.
    pub(super) fn system(self) -> &'static str {
        match self {
            Self::Loinc => LOINC,
            Self::SnomedConcept | Self::SnomedDescription | Self::SnomedRelationship => SNOMED,
            Self::RxNormConcept | Self::RxNormRelation => RXNORM,
        }
    }

    /// The name of a system.
    pub(super) fn name(system: &str) -> &'static str {
        match system {
            LOINC => "LOINC",
            SNOMED => "SNOMED CT",
            _ => "RxNorm",
        }
    }

    /// The files a release of the system has.
    pub(super) fn needed(system: &str) -> &'static [Self] {
        match system {
            LOINC => &[Self::Loinc],
            SNOMED => &[
                Self::SnomedConcept,
                Self::SnomedDescription,
                Self::SnomedRelationship,
            ],
            _ => &[Self::RxNormConcept, Self::RxNormRelation],
        }
    }

    /// How people know the file.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Loinc => "Loinc.csv",
            Self::SnomedConcept => "sct2_Concept_Snapshot_….txt",
            Self::SnomedDescription => "sct2_Description_Snapshot-en_….txt",
            Self::SnomedRelationship => "sct2_Relationship_Snapshot_….txt",
            Self::RxNormConcept => "RXNCONSO.RRF",
            Self::RxNormRelation => "RXNREL.RRF",
        }
    }

    /// The version a file's name tells: the day of a SNOMED CT release.
    pub(super) fn version(self, path: &str) -> Option<String> {
        if self != Self::SnomedConcept {
            return None;
        }
        let name = file_name(path);
        let day = name.strip_suffix(".txt")?.rsplit('_').next()?;
        let is_day = day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit());
        is_day.then(|| day.to_owned())
    }

    /// Delimiter, whether cells may be quoted, and whether the first line names the columns.
    pub(super) fn form(self) -> (u8, bool, bool) {
        match self {
            Self::Loinc => (b',', true, true),
            Self::SnomedConcept | Self::SnomedDescription | Self::SnomedRelationship => {
                (b'\t', false, true)
            }
            Self::RxNormConcept | Self::RxNormRelation => (b'|', false, false),
        }
    }

    /// The columns that are read.
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Loinc => &["LOINC_NUM", "LONG_COMMON_NAME", "STATUS"],
            Self::SnomedConcept => &["id", "active"],
            Self::SnomedDescription => &["conceptId", "term", "typeId", "active"],
            Self::SnomedRelationship => &["sourceId", "destinationId", "typeId", "active"],
            Self::RxNormConcept => &["RXCUI", "STR", "TTY", "SAB", "SUPPRESS"],
            Self::RxNormRelation => &["RXCUI1", "RXCUI2", "RELA", "SAB", "SUPPRESS"],
        }
    }
}

/// The last part of a path in small letters, without the ending of a compressed file.
fn file_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let name = name.to_ascii_lowercase();
    let plain = name
        .strip_suffix(".gz")
        .or_else(|| name.strip_suffix(".zst"));
    plain.unwrap_or(&name).to_owned()
}

/// Where the columns of a file stand.
pub(super) struct Columns {
    format: Format,
    at: Vec<usize>,
}

impl Columns {
    /// By the names in the first line.
    ///
    /// # Errors
    /// The column that is not there.
    pub(super) fn of(format: Format, head: &StringRecord) -> Result<Self, &'static str> {
        let at = format.columns().iter().map(|column| {
            // Some editions begin with a byte order mark.
            let is = |name: &str| name.trim_start_matches('\u{feff}') == *column;
            head.iter().position(is).ok_or(*column)
        });
        let at = at.collect::<Result<_, _>>()?;
        Ok(Self { format, at })
    }

    /// Of a file without a first line: as the RxNorm technical documentation numbers them (§12.4, §12.5).
    pub(super) fn fixed(format: Format) -> Self {
        let at = match format {
            Format::RxNormConcept => vec![0, 14, 12, 11, 16],
            _ => vec![0, 4, 7, 10, 14],
        };
        Self { format, at }
    }

    /// What is kept of one record.
    pub(super) fn rows(&self, cells: &StringRecord, out: &mut Vec<Row>) {
        let cell = |n: usize| {
            let at = self.at.get(n);
            at.and_then(|at| cells.get(*at)).unwrap_or_default()
        };
        let (first, second, third) = (cell(0), cell(1), cell(2));
        if first.is_empty() {
            return;
        }
        match self.format {
            Format::Loinc => {
                out.push(concept(first, third != "DEPRECATED"));
                out.extend(display(first, second, 0));
            }
            Format::SnomedConcept => out.push(concept(first, second == "1")),
            Format::SnomedDescription if third == FULLY_SPECIFIED_NAME && cell(3) == "1" => {
                out.extend(display(first, second, 0));
            }
            Format::SnomedRelationship if third == IS_A && cell(3) == "1" => {
                out.push(parent(first, second));
            }
            // Other vocabularies stand in the same file, under codes of their own.
            Format::RxNormConcept if cell(3) == "RXNORM" => {
                out.push(concept(first, cell(4) == "N"));
                out.extend(display(first, second, rank(third)));
            }
            // The relation is the one the second concept has to the first.
            Format::RxNormRelation if cell(3) == "RXNORM" => match third {
                "isa" => out.push(parent(second, first)),
                "inverse_isa" => out.push(parent(first, second)),
                _ => {}
            },
            _ => {}
        }
    }
}

/// Synonyms and names for prescribing come after the name that normalizes.
fn rank(term_type: &str) -> u8 {
    u8::from(matches!(term_type, "SY" | "TMSY" | "PSN" | "ET"))
}

fn concept(code: &str, active: bool) -> Row {
    Row::Concept {
        code: code.to_owned(),
        active,
    }
}

fn display(code: &str, text: &str, rank: u8) -> Option<Row> {
    (!text.is_empty()).then(|| Row::Display {
        code: code.to_owned(),
        text: text.to_owned(),
        rank,
    })
}

fn parent(code: &str, parent: &str) -> Row {
    Row::Parent {
        code: code.to_owned(),
        parent: parent.to_owned(),
    }
}
