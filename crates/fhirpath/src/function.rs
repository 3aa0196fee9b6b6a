//! The table of functions.

/// A function of the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Where,
    Select,
    Repeat,
    All,
    Exists,
    Aggregate,
    Sort,
    Iif,
    Trace,
    Empty,
    Not,
    AllTrue,
    AnyTrue,
    AllFalse,
    AnyFalse,
    SubsetOf,
    SupersetOf,
    Count,
    Distinct,
    IsDistinct,
    Single,
    First,
    Last,
    Tail,
    Skip,
    Take,
    Intersect,
    Exclude,
    Union,
    Combine,
    To(Target),
    ConvertsTo(Target),
    IndexOf,
    LastIndexOf,
    Substring,
    StartsWith,
    EndsWith,
    Contains,
    Upper,
    Lower,
    Replace,
    Matches,
    MatchesFull,
    ReplaceMatches,
    Length,
    ToChars,
    Split,
    Join,
    Trim,
    Encode,
    Decode,
    Escape,
    Unescape,
    Abs,
    Ceiling,
    Exp,
    Floor,
    Ln,
    Log,
    Power,
    Round,
    Sqrt,
    Truncate,
    LowBoundary,
    HighBoundary,
    Precision,
    Comparable,
    Children,
    Descendants,
    Now,
    Today,
    TimeOfDay,
    Type,
    Extension,
    HasExtension,
    HasValue,
    GetValue,
    Resolve,
    MemberOf,
    ConformsTo,
    HtmlChecks,
}

/// A type to convert to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Boolean,
    Integer,
    Decimal,
    String,
    Date,
    DateTime,
    Time,
    Quantity,
}

/// Name, function, and fewest and most arguments. `is`, `as` and `ofType` take a type and are
/// operators to the compiler.
const TABLE: [(&str, Function, usize, usize); 91] = [
    ("where", Function::Where, 1, 1),
    ("select", Function::Select, 1, 1),
    ("repeat", Function::Repeat, 1, 1),
    ("all", Function::All, 1, 1),
    ("exists", Function::Exists, 0, 1),
    ("aggregate", Function::Aggregate, 1, 2),
    ("sort", Function::Sort, 0, 8),
    ("iif", Function::Iif, 2, 3),
    ("trace", Function::Trace, 1, 2),
    ("empty", Function::Empty, 0, 0),
    ("not", Function::Not, 0, 0),
    ("allTrue", Function::AllTrue, 0, 0),
    ("anyTrue", Function::AnyTrue, 0, 0),
    ("allFalse", Function::AllFalse, 0, 0),
    ("anyFalse", Function::AnyFalse, 0, 0),
    ("subsetOf", Function::SubsetOf, 1, 1),
    ("supersetOf", Function::SupersetOf, 1, 1),
    ("count", Function::Count, 0, 0),
    ("distinct", Function::Distinct, 0, 0),
    ("isDistinct", Function::IsDistinct, 0, 0),
    ("single", Function::Single, 0, 0),
    ("first", Function::First, 0, 0),
    ("last", Function::Last, 0, 0),
    ("tail", Function::Tail, 0, 0),
    ("skip", Function::Skip, 1, 1),
    ("take", Function::Take, 1, 1),
    ("intersect", Function::Intersect, 1, 1),
    ("exclude", Function::Exclude, 1, 1),
    ("union", Function::Union, 1, 1),
    ("combine", Function::Combine, 1, 2),
    ("toBoolean", Function::To(Target::Boolean), 0, 0),
    ("toInteger", Function::To(Target::Integer), 0, 0),
    ("toDecimal", Function::To(Target::Decimal), 0, 0),
    ("toString", Function::To(Target::String), 0, 0),
    ("toDate", Function::To(Target::Date), 0, 0),
    ("toDateTime", Function::To(Target::DateTime), 0, 0),
    ("toTime", Function::To(Target::Time), 0, 0),
    ("toQuantity", Function::To(Target::Quantity), 0, 1),
    (
        "convertsToBoolean",
        Function::ConvertsTo(Target::Boolean),
        0,
        0,
    ),
    (
        "convertsToInteger",
        Function::ConvertsTo(Target::Integer),
        0,
        0,
    ),
    (
        "convertsToDecimal",
        Function::ConvertsTo(Target::Decimal),
        0,
        0,
    ),
    (
        "convertsToString",
        Function::ConvertsTo(Target::String),
        0,
        0,
    ),
    ("convertsToDate", Function::ConvertsTo(Target::Date), 0, 0),
    (
        "convertsToDateTime",
        Function::ConvertsTo(Target::DateTime),
        0,
        0,
    ),
    ("convertsToTime", Function::ConvertsTo(Target::Time), 0, 0),
    (
        "convertsToQuantity",
        Function::ConvertsTo(Target::Quantity),
        0,
        1,
    ),
    ("indexOf", Function::IndexOf, 1, 1),
    ("lastIndexOf", Function::LastIndexOf, 1, 1),
    ("substring", Function::Substring, 1, 2),
    ("startsWith", Function::StartsWith, 1, 1),
    ("endsWith", Function::EndsWith, 1, 1),
    ("contains", Function::Contains, 1, 1),
    ("upper", Function::Upper, 0, 0),
    ("lower", Function::Lower, 0, 0),
    ("replace", Function::Replace, 2, 2),
    ("matches", Function::Matches, 1, 1),
    ("matchesFull", Function::MatchesFull, 1, 1),
    ("replaceMatches", Function::ReplaceMatches, 2, 2),
    ("length", Function::Length, 0, 0),
    ("toChars", Function::ToChars, 0, 0),
    ("split", Function::Split, 1, 1),
    ("join", Function::Join, 0, 1),
    ("trim", Function::Trim, 0, 0),
    ("encode", Function::Encode, 1, 1),
    ("decode", Function::Decode, 1, 1),
    ("escape", Function::Escape, 1, 1),
    ("unescape", Function::Unescape, 1, 1),
    ("abs", Function::Abs, 0, 0),
    ("ceiling", Function::Ceiling, 0, 0),
    ("exp", Function::Exp, 0, 0),
    ("floor", Function::Floor, 0, 0),
    ("ln", Function::Ln, 0, 0),
    ("log", Function::Log, 1, 1),
    ("power", Function::Power, 1, 1),
    ("round", Function::Round, 0, 1),
    ("sqrt", Function::Sqrt, 0, 0),
    ("truncate", Function::Truncate, 0, 0),
    ("lowBoundary", Function::LowBoundary, 0, 1),
    ("highBoundary", Function::HighBoundary, 0, 1),
    ("precision", Function::Precision, 0, 0),
    ("comparable", Function::Comparable, 1, 1),
    ("children", Function::Children, 0, 0),
    ("descendants", Function::Descendants, 0, 0),
    ("now", Function::Now, 0, 0),
    ("today", Function::Today, 0, 0),
    ("timeOfDay", Function::TimeOfDay, 0, 0),
    ("type", Function::Type, 0, 0),
    ("extension", Function::Extension, 1, 1),
    // Not of the specification; the parameter QuestionnaireResponse.item-subject of R4 uses it.
    ("hasExtension", Function::HasExtension, 1, 1),
    ("hasValue", Function::HasValue, 0, 0),
    ("getValue", Function::GetValue, 0, 0),
];

/// Those that need more than the resource.
const OUTWARD: [(&str, Function, usize, usize); 4] = [
    ("resolve", Function::Resolve, 0, 0),
    ("memberOf", Function::MemberOf, 1, 1),
    ("conformsTo", Function::ConformsTo, 1, 1),
    ("htmlChecks", Function::HtmlChecks, 0, 0),
];

impl Function {
    /// The function of this name that takes so many arguments.
    pub(crate) fn find(name: &str, arguments: usize) -> Option<Self> {
        let fits = |&&(n, _, least, most): &&(&str, Self, usize, usize)| {
            n == name && (least..=most).contains(&arguments)
        };
        let mut all = TABLE.iter().chain(&OUTWARD);
        all.find(fits).map(|&(_, function, ..)| function)
    }

    /// Whether it can tell an element without a value but with extensions from none at all.
    pub(crate) fn sees_companions(self) -> bool {
        !matches!(self, Self::Where | Self::Select | Self::Resolve)
    }

    /// Whether it takes a regular expression.
    pub(crate) fn matches_patterns(self) -> bool {
        matches!(
            self,
            Self::Matches | Self::MatchesFull | Self::ReplaceMatches
        )
    }

    /// Whether it gives some of the items of its focus, or all.
    pub(crate) fn keeps_items(self) -> bool {
        matches!(
            self,
            Self::Where
                | Self::Sort
                | Self::Trace
                | Self::Distinct
                | Self::Single
                | Self::First
                | Self::Last
                | Self::Tail
                | Self::Skip
                | Self::Take
                | Self::Intersect
                | Self::Exclude
        )
    }

    /// Whether it gives true or false.
    pub(crate) fn is_question(self) -> bool {
        matches!(
            self,
            Self::All
                | Self::Exists
                | Self::Empty
                | Self::Not
                | Self::AllTrue
                | Self::AnyTrue
                | Self::AllFalse
                | Self::AnyFalse
                | Self::SubsetOf
                | Self::SupersetOf
                | Self::IsDistinct
                | Self::ConvertsTo(_)
                | Self::StartsWith
                | Self::EndsWith
                | Self::Contains
                | Self::Matches
                | Self::MatchesFull
                | Self::Comparable
                | Self::HasExtension
                | Self::HasValue
        )
    }

    /// Whether its arguments run once per item of the focus, with that item as `$this`.
    pub(crate) fn iterates(self) -> bool {
        matches!(
            self,
            Self::Where
                | Self::Select
                | Self::Repeat
                | Self::All
                | Self::Exists
                | Self::Aggregate
                | Self::Sort
                | Self::Iif
                | Self::Trace
        )
    }
}
