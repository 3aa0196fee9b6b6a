//! Where candidates come from: the one condition that drives, as rows named `k` with their integer `k.r`.

use cresset_definitions::ResourceType;

use super::condition::{Atom, Condition, End, TextTest, Weight};
use super::lookups::Span;
use super::probe::{self, List};
use super::ranges::start_from;
use super::statement::{Builder, Dialect, Statement};
use crate::layout::encode::LONG_MS;
use crate::layout::{Rid, WordsOf};

/// One stretch of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scan {
    /// All resources of a type.
    Type(ResourceType),
    /// One resource.
    Rid(i64),
    /// Keys of the equality kinds.
    Points { p: i64, v: Span, w: Weight },
    /// Keys of the range kinds.
    Ranges { p: i64, v: Span, w: Weight },
    /// The same without the long ones, which have a column of their own.
    ShortRanges { p: i64, v: Span, w: Weight },
    /// Folded texts.
    Texts { p: i64, test: TextTest },
    /// Resources of a type with such a word.
    Words {
        of: ResourceType,
        part: WordsOf,
        word: String,
    },
    /// Many single values of one column.
    PointList { p: i64, values: Vec<i64> },
    /// Many resources.
    RidList(Vec<i64>),
    /// From resources that pass along references to the candidates.
    Linked { from: Box<Scan>, steps: Vec<Step> },
}

/// One reference on the way from the resources a scan begins with to the candidates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// Where the resource at hand is, as the one the step leads to sees it.
    pub(crate) end: End,
    /// What else must hold of the resource at hand.
    pub(crate) probes: Vec<Condition>,
}

/// More scans than this are not merged in order.
const MERGED_MAX: usize = 12;
/// More scans than this drive no statement: SQLite puts at most 500 together.
const SCANS_MAX: usize = 400;

impl Scan {
    /// Its rows come in order of `k.r`, each resource once.
    fn is_ordered(&self) -> bool {
        match self {
            Self::Type(_) | Self::Rid(_) | Self::RidList(_) => true,
            Self::Points { v, w, .. } => v.is_one() && w.is_one(),
            Self::Ranges { .. }
            | Self::ShortRanges { .. }
            | Self::Texts { .. }
            | Self::Words { .. }
            | Self::PointList { .. }
            | Self::Linked { .. } => false,
        }
    }

    /// The scan of what one more reference leads to.
    pub(crate) fn then(self, step: &Step) -> Self {
        match self {
            Self::Linked { from, mut steps } => {
                steps.push(step.clone());
                Self::Linked { from, steps }
            }
            from => Self::Linked {
                from: Box::new(from),
                steps: vec![step.clone()],
            },
        }
    }

    /// Writes ` FROM … WHERE …`.
    pub(crate) fn from(&self, sql: &mut Builder<'_>) {
        sql.text(" FROM ");
        if let Self::Linked { from, steps } = self {
            return linked(sql, from, steps);
        }
        self.table(sql);
        sql.text(" k WHERE ");
        self.test(sql, "k");
    }

    fn table(&self, sql: &mut Builder<'_>) {
        sql.text(match self {
            Self::Type(_) | Self::Rid(_) | Self::RidList(_) => "resource",
            Self::Points { .. } | Self::PointList { .. } | Self::Linked { .. } => "idx",
            Self::Ranges { .. } | Self::ShortRanges { .. } => "rng",
            Self::Texts { .. } => "str",
            Self::Words { part, word, .. } => {
                sql.words(*part, word);
                return;
            }
        });
    }

    /// Writes what makes a row of its table one of its own.
    fn test(&self, sql: &mut Builder<'_>, row: &str) {
        match self {
            Self::Type(of) => {
                of_type(sql, row, *of);
                sql.text(" AND ").text(row).text(".method<2");
            }
            Self::Words { of, .. } => of_type(sql, row, *of),
            Self::Rid(rid) => {
                sql.text(row)
                    .text(".r=")
                    .int(*rid)
                    .text(" AND ")
                    .text(row)
                    .text(".method<2");
            }
            Self::Points { p, v, w } | Self::Ranges { p, v, w } | Self::ShortRanges { p, v, w } => {
                sql.text(row).text(".p=").int(*p);
                probe::within(sql, &column(row, "v"), *v);
                probe::weight(sql, &column(row, "w"), w);
                if matches!(self, Self::ShortRanges { .. }) {
                    sql.text(" AND ").text(row).text(".w-").text(row);
                    sql.text(".v<=").int(LONG_MS);
                }
            }
            Self::Texts { p, test } => {
                sql.text(row).text(".p=").int(*p);
                probe::text(sql, row, test);
            }
            Self::PointList { p, values } => {
                sql.text(row)
                    .text(".p=")
                    .int(*p)
                    .text(" AND ")
                    .text(row)
                    .text(".v")
                    .among(values.iter().copied())
                    .text(" AND ")
                    .text(row)
                    .text(".w=0");
            }
            Self::RidList(rids) => {
                sql.text(row)
                    .text(".r")
                    .among(rids.iter().copied())
                    .text(" AND ")
                    .text(row)
                    .text(".method<2");
            }
            // Begins with another scan, never with one of its own kind.
            Self::Linked { .. } => {
                sql.text("1=0");
            }
        }
    }
}

/// Writes that a row is one of a type.
pub(crate) fn of_type(sql: &mut Builder<'_>, row: &str, of: ResourceType) {
    sql.text(row).text(".r>").int(Rid::floor(of).0);
    sql.text(" AND ")
        .text(row)
        .text(".r<=")
        .int(Rid::ceiling(of).0);
}

fn column(row: &str, name: &str) -> String {
    [row, ".", name].concat()
}

/// Writes the tables in the order in which they are to be walked, then what ties them together.
fn linked(sql: &mut Builder<'_>, from: &Scan, steps: &[Step]) {
    from.table(sql);
    sql.text(" h0");
    for (at, step) in steps.iter().enumerate() {
        let is_last = at + 1 == steps.len();
        let row = if is_last {
            "k".to_owned()
        } else {
            format!("h{}", at + 1)
        };
        sql.text(match step.end {
            End::Target { .. } => " CROSS JOIN idx ",
            End::Source { .. } => " CROSS JOIN ref ",
        });
        match step.end {
            End::Source { .. } if is_last => sql.text("f CROSS JOIN resource k"),
            _ => sql.text(&row),
        };
    }
    sql.text(" WHERE ");
    from.test(sql, "h0");
    let mut near = "h0.r".to_owned();
    for (at, step) in steps.iter().enumerate() {
        probe::each(sql, &step.probes, (&near, 0));
        let is_last = at + 1 == steps.len();
        near = tie(sql, step, (&near, at + 1), is_last);
    }
}

/// Writes the reference between the resource at hand and the next; gives the next as an expression.
fn tie(sql: &mut Builder<'_>, step: &Step, (near, at): (&str, usize), is_last: bool) -> String {
    let row = if is_last {
        "k".to_owned()
    } else {
        format!("h{at}")
    };
    match step.end {
        End::Target { p, .. } => {
            sql.text(&format!(" AND {row}.p="))
                .int(p)
                .text(&format!(" AND {row}.v={near} AND {row}.w=0"));
            format!("{row}.r")
        }
        End::Source { p, v } => {
            let row = if is_last { "f".to_owned() } else { row };
            sql.text(&format!(" AND {row}.r={near} AND {row}.p="))
                .int(p);
            let next = format!("{row}.v");
            probe::within(sql, &next, v);
            if is_last {
                sql.text(&format!(" AND k.r={next} AND k.method<2"));
            } else {
                probe::alive(sql, &next);
            }
            next
        }
    }
}

/// A driver: its scans together give every candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Driver {
    pub(crate) scans: Vec<Scan>,
    /// The condition it stands for, by position; that one needs no probe.
    pub(crate) condition: Option<usize>,
}

impl Driver {
    pub(crate) fn whole(of: ResourceType) -> Self {
        Self {
            scans: vec![Scan::Type(of)],
            condition: None,
        }
    }

    /// The driver for a condition, where it can be one.
    pub(crate) fn of(condition: &Condition, at: usize) -> Option<Self> {
        let Condition::AnyOf(atoms) = condition else {
            return None;
        };
        Self::with(all_scans(atoms), at)
    }

    /// The driver of these scans, for the condition at this position; `None` for none or too many.
    pub(crate) fn with(scans: Vec<Scan>, at: usize) -> Option<Self> {
        (1..=SCANS_MAX).contains(&scans.len()).then_some(Self {
            scans,
            condition: Some(at),
        })
    }

    /// Whether it follows references.
    pub(crate) fn is_linked(&self) -> bool {
        self.scans.iter().any(|s| matches!(s, Scan::Linked { .. }))
    }

    /// Whether candidates come in order without collecting them first.
    pub(crate) fn is_ordered(&self) -> bool {
        self.scans.len() <= MERGED_MAX && self.scans.iter().all(Scan::is_ordered)
    }

    /// Whether each candidate comes once; `repeats` says of a column whether a resource may have
    /// several values in it.
    pub(crate) fn is_once(&self, repeats: impl Fn(i64) -> bool) -> bool {
        match self.scans.as_slice() {
            [Scan::Ranges { p, .. } | Scan::Texts { p, .. }]
            | [Scan::ShortRanges { p, .. }, Scan::Ranges { .. }] => !repeats(*p),
            [one] => one.is_ordered(),
            _ => false,
        }
    }

    /// Whether its condition is cheap to ask of a candidate that another driver brings; that of a
    /// stretch of the equality kinds is not, its keys are not kept by resource.
    pub(crate) fn is_cheap_probe(&self) -> bool {
        self.scans
            .iter()
            .all(|scan| !matches!(scan, Scan::Points { .. }) || scan.is_ordered())
    }

    /// How selective it is by its kind alone; lower is better.
    pub(crate) fn rank(&self) -> u8 {
        let rank = |scan: &Scan| match scan {
            Scan::Rid(_) => 0,
            Scan::Points { .. } | Scan::PointList { .. } | Scan::RidList(_) => 1,
            Scan::Texts {
                test: TextTest::Contains(_) | TextTest::Ends(_),
                ..
            } => 3,
            Scan::Texts { .. }
            | Scan::Words { .. }
            | Scan::Ranges { .. }
            | Scan::ShortRanges { .. }
            | Scan::Linked { .. } => 2,
            Scan::Type(_) => 4,
        };
        self.scans.iter().map(rank).max().unwrap_or(4)
    }

    /// A statement that counts its rows up to `limit`.
    pub(crate) fn size(&self, dialect: &dyn Dialect, limit: i64) -> Statement {
        let mut sql = Builder::new(dialect);
        sql.text("SELECT count(*) FROM (");
        for (at, scan) in self.scans.iter().enumerate() {
            sql.text(if at > 0 {
                " UNION ALL SELECT 1"
            } else {
                "SELECT 1"
            });
            scan.from(&mut sql);
        }
        sql.text(" LIMIT ").int(limit).text(") s");
        sql.finish()
    }
}

/// The scans of all alternatives; what would be too many to merge in order becomes one of a list.
fn all_scans(atoms: &[Atom]) -> Vec<Scan> {
    let mut found = Vec::new();
    let mut rest = atoms;
    while let Some((atom, after)) = rest.split_first() {
        let run = match probe::list(rest) {
            Some(list) if list.len() > MERGED_MAX => {
                let len = list.len();
                found.push(match list {
                    List::Points(p, values) => Scan::PointList { p, values },
                    List::Rids(rids) => Scan::RidList(rids),
                });
                rest.get(len..)
            }
            _ => {
                found.extend(scans(atom));
                Some(after)
            }
        };
        rest = run.unwrap_or_default();
    }
    found
}

fn scans(atom: &Atom) -> Vec<Scan> {
    match atom {
        Atom::Point { p, v, w } => vec![Scan::Points {
            p: *p,
            v: *v,
            w: w.clone(),
        }],
        Atom::Range { p, v, w, long } => ranges(*p, *v, w, *long),
        Atom::Text { p, test } => vec![Scan::Texts {
            p: *p,
            test: test.clone(),
        }],
        Atom::Words { of, part, word } => vec![Scan::Words {
            of: *of,
            part: *part,
            word: word.clone(),
        }],
        Atom::Rid(rid) => vec![Scan::Rid(*rid)],
        Atom::Updated { p, v } => vec![Scan::Ranges {
            p: *p,
            v: *v,
            w: Weight::ANY,
        }],
        Atom::Shape { p, ids } => {
            let one = |id: &i64| Scan::Points {
                p: *p,
                v: Span::one(*id),
                w: Weight::NONE,
            };
            ids.iter().map(one).collect()
        }
    }
}

/// A date whose end must be late and whose start may be early: short ranges start at most a day
/// before their end, long ones are found by their end.
fn ranges(p: i64, v: Span, w: &Weight, long: Option<i64>) -> Vec<Scan> {
    let (Weight::Within(end), Some(long)) = (w, long) else {
        return vec![Scan::Ranges { p, v, w: w.clone() }];
    };
    if v.low > i64::MIN || end.low == i64::MIN {
        let high = v.high.min(end.high);
        return vec![Scan::Ranges {
            p,
            v: Span { low: v.low, high },
            w: w.clone(),
        }];
    }
    let short = Span {
        low: start_from(*end),
        high: v.high,
    };
    vec![
        Scan::ShortRanges {
            p,
            v: short,
            w: w.clone(),
        },
        Scan::Ranges {
            p: long,
            v: *end,
            w: Weight::Within(v),
        },
    ]
}
