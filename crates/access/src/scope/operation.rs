//! Scopes that allow one operation.

use std::fmt;

use super::Context;

/// An operation that has a scope of its own. No wildcard implies one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `Allergen.read`: reading and searching a type that is not one of R4; it is kept as
    /// Substances, and this gives those of the category `allergen` alone.
    ReadAllergens,
    /// `Claim.add-activity-log-item`
    AddActivityLogItem,
    /// `DiagnosticReport.create-lab-report`
    CreateLabReport,
    /// `Practitioner.send-reset-password-email`
    SendResetPasswordEmail,
    /// `Note.read`
    ReadNotes,
    /// `Note.write`
    WriteNotes,
}

impl Operation {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::ReadAllergens,
        Self::AddActivityLogItem,
        Self::CreateLabReport,
        Self::SendResetPasswordEmail,
        Self::ReadNotes,
        Self::WriteNotes,
    ];

    /// Type and name, as they stand before and after the dot.
    fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::ReadAllergens => ("Allergen", "read"),
            Self::AddActivityLogItem => ("Claim", "add-activity-log-item"),
            Self::CreateLabReport => ("DiagnosticReport", "create-lab-report"),
            Self::SendResetPasswordEmail => ("Practitioner", "send-reset-password-email"),
            Self::ReadNotes => ("Note", "read"),
            Self::WriteNotes => ("Note", "write"),
        }
    }

    /// Whether the scope exists in this context: none for patients, notes for users alone.
    fn exists_in(self, context: Context) -> bool {
        match context {
            Context::Patient => false,
            Context::User => true,
            Context::System => !matches!(self, Self::ReadNotes | Self::WriteNotes),
        }
    }

    pub(super) fn parse(context: Context, resource: &str, name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|o| o.parts() == (resource, name) && o.exists_in(context))
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (resource, name) = self.parts();
        write!(f, "{resource}.{name}")
    }
}
