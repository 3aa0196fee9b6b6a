//! Where candidates come from: the one condition that drives, as rows named `k` with their integer `k.r`.

use cresset_definitions::ResourceType;

use super::condition::{Atom, Condition, TextTest, Weight};
use super::lookups::Span;
use super::probe;
use super::resolve::start_from;
use super::statement::{Builder, Dialect, Statement};
use crate::layout::Rid;
use crate::layout::encode::LONG_MS;

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
}

/// More scans than this are not merged in order.
const MERGED_MAX: usize = 12;

impl Scan {
    /// Its rows come in order of `k.r`, each resource once.
    fn is_ordered(&self) -> bool {
        match self {
            Self::Type(_) | Self::Rid(_) => true,
            Self::Points { v, w, .. } => v.is_one() && w.is_one(),
            Self::Ranges { .. } | Self::ShortRanges { .. } | Self::Texts { .. } => false,
        }
    }

    /// Writes ` FROM … WHERE …`.
    pub(crate) fn from(&self, sql: &mut Builder<'_>) {
        match self {
            Self::Type(of) => {
                sql.text(" FROM resource k WHERE k.r>")
                    .int(Rid::floor(*of).0);
                sql.text(" AND k.r<=")
                    .int(Rid::ceiling(*of).0)
                    .text(" AND k.method<2");
            }
            Self::Rid(rid) => {
                sql.text(" FROM resource k WHERE k.r=")
                    .int(*rid)
                    .text(" AND k.method<2");
            }
            Self::Points { p, v, w } => {
                sql.text(" FROM idx k WHERE k.p=").int(*p);
                probe::within(sql, "k.v", *v);
                probe::weight(sql, "k.w", w);
            }
            Self::Ranges { p, v, w } | Self::ShortRanges { p, v, w } => {
                sql.text(" FROM rng k WHERE k.p=").int(*p);
                probe::within(sql, "k.v", *v);
                probe::weight(sql, "k.w", w);
                if matches!(self, Self::ShortRanges { .. }) {
                    sql.text(" AND k.w-k.v<=").int(LONG_MS);
                }
            }
            Self::Texts { p, test } => {
                sql.text(" FROM str k WHERE k.p=").int(*p);
                probe::text(sql, "k", test);
            }
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
        let scans: Vec<Scan> = atoms.iter().flat_map(scans).collect();
        (!scans.is_empty()).then_some(Self {
            scans,
            condition: Some(at),
        })
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
            Scan::Points { .. } => 1,
            Scan::Texts {
                test: TextTest::Contains(_),
                ..
            } => 3,
            Scan::Texts { .. } | Scan::Ranges { .. } | Scan::ShortRanges { .. } => 2,
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
        sql.text(" LIMIT ").int(limit).text(")");
        sql.finish()
    }
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
