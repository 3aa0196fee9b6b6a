//! The table of functions.

/// A function of the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Where,
    Select,
    Exists,
    Empty,
    All,
    Not,
    Count,
    First,
    Last,
    Tail,
    Extension,
    HasExtension,
    Resolve,
}

/// Name, function, and fewest and most arguments. `is`, `as` and `ofType` take a type and are
/// operators to the compiler.
const TABLE: [(&str, Function, usize, usize); 13] = [
    ("where", Function::Where, 1, 1),
    ("select", Function::Select, 1, 1),
    ("exists", Function::Exists, 0, 1),
    ("empty", Function::Empty, 0, 0),
    ("all", Function::All, 1, 1),
    ("not", Function::Not, 0, 0),
    ("count", Function::Count, 0, 0),
    ("first", Function::First, 0, 0),
    ("last", Function::Last, 0, 0),
    ("tail", Function::Tail, 0, 0),
    ("extension", Function::Extension, 1, 1),
    // Not of the specification; the parameter QuestionnaireResponse.item-subject of R4 uses it.
    ("hasExtension", Function::HasExtension, 1, 1),
    ("resolve", Function::Resolve, 0, 0),
];

impl Function {
    /// The function of this name that takes so many arguments.
    pub(crate) fn find(name: &str, arguments: usize) -> Option<Self> {
        let fits = |&&(n, _, least, most): &&(&str, Self, usize, usize)| {
            n == name && (least..=most).contains(&arguments)
        };
        TABLE.iter().find(fits).map(|&(_, function, ..)| function)
    }

    /// Whether it can tell an element without a value but with extensions from none at all.
    pub(crate) fn sees_companions(self) -> bool {
        !matches!(self, Self::Where | Self::Select | Self::Resolve)
    }
}
