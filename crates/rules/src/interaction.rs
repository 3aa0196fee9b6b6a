//! The interactions a type may have.

/// An interaction with resources of one type, as R4 3.1.0 names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interaction {
    /// `GET [type]/[id]`
    Read,
    /// `GET [type]/[id]/_history/[vid]`
    Vread,
    /// `PUT [type]/[id]`
    Update,
    /// `PATCH [type]/[id]`
    Patch,
    /// `DELETE [type]/[id]`
    Delete,
    /// `GET [type]/[id]/_history`
    HistoryInstance,
    /// `GET [type]/_history`
    HistoryType,
    /// `POST [type]`
    Create,
    /// `GET [type]`
    Search,
}

/// The kind of address an interaction is asked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// `[type]`
    Type,
    /// `[type]/[id]`
    Instance,
    /// `_history` below a type or a resource.
    History,
}

impl Interaction {
    /// Every interaction, in the order capability statements list them.
    pub const ALL: [Self; 9] = [
        Self::Read,
        Self::Vread,
        Self::Update,
        Self::Patch,
        Self::Delete,
        Self::HistoryInstance,
        Self::HistoryType,
        Self::Create,
        Self::Search,
    ];

    /// The code of R4 `restful-interaction`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Vread => "vread",
            Self::Update => "update",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::HistoryInstance => "history-instance",
            Self::HistoryType => "history-type",
            Self::Create => "create",
            Self::Search => "search-type",
        }
    }

    /// The interaction of this `restful-interaction` code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|i| i.code() == code)
    }

    /// Where it is asked.
    pub const fn level(self) -> Level {
        match self {
            Self::Read | Self::Update | Self::Patch | Self::Delete => Level::Instance,
            Self::Create | Self::Search => Level::Type,
            Self::Vread | Self::HistoryInstance | Self::HistoryType => Level::History,
        }
    }

    /// The HTTP methods by which it is asked at its address.
    pub fn methods(self) -> &'static [&'static str] {
        match self {
            Self::Update => &["PUT"],
            Self::Patch => &["PATCH"],
            Self::Delete => &["DELETE"],
            Self::Create => &["POST"],
            _ => &["GET", "HEAD"],
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of interactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interactions(u16);

impl Interactions {
    /// All of them.
    pub const ALL: Self = Self::of(&Interaction::ALL);

    /// Those named.
    pub const fn of(mut list: &[Interaction]) -> Self {
        let mut bits = 0;
        while let [first, rest @ ..] = list {
            bits |= first.bit();
            list = rest;
        }
        Self(bits)
    }

    /// Whether it is among them.
    pub const fn contains(self, interaction: Interaction) -> bool {
        self.0 & interaction.bit() != 0
    }

    /// Those of the set, in the order of [`Interaction::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Interaction> {
        Interaction::ALL
            .into_iter()
            .filter(move |&i| self.contains(i))
    }

    /// The HTTP methods that do something at the same kind of address as `beside`.
    pub fn methods_beside(self, beside: Interaction) -> Vec<&'static str> {
        let here = self.iter().filter(|i| i.level() == beside.level());
        here.flat_map(Interaction::methods).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Interaction, Interactions};

    #[test]
    fn a_set_holds_what_it_was_made_of() {
        let set = Interactions::of(&[Interaction::Search, Interaction::Read, Interaction::Update]);
        let codes: Vec<_> = set.iter().map(Interaction::code).collect();
        assert_eq!(codes, ["read", "update", "search-type"]);
        assert_eq!(
            set.methods_beside(Interaction::Delete),
            ["GET", "HEAD", "PUT"]
        );
        assert_eq!(set.methods_beside(Interaction::Create), ["GET", "HEAD"]);
        assert_eq!(Interactions::ALL.iter().count(), 9);
    }
}
