//! What a person may do here, and so may let an app do: scopes by role.
//!
//! What an app gets is what it asks, is registered for, and the person both may and wants to give.

use cresset_access::{Access, InvalidScopeSet, NamedScope, Scope, ScopeSet};
use cresset_base::{Limits, ResourceId};
use cresset_store::Error as StoreError;
use cresset_store::user::{Role, User};

use crate::server::AuthServer;

/// A patient's own record, or those of the patients a proxy acts for.
const OWN: &str = "patient/*.cruds";

/// Everything that is done with patients.
const CLINICAL: &str = "patient/*.cruds user/*.cruds user/Claim.add-activity-log-item \
    user/DiagnosticReport.create-lab-report user/Note.read user/Note.write";

/// What only administrators have: the audit trail, and sending people links as the practice's pages do.
const OF_ADMINISTRATORS: &str = "user/AuditEvent.rs user/Practitioner.send-reset-password-email";

/// Who comes when, where and at whose expense; nothing of what ails them.
const ADMINISTRATIVE: [&str; 18] = [
    "Account",
    "Appointment",
    "AppointmentResponse",
    "Coverage",
    "CoverageEligibilityRequest",
    "CoverageEligibilityResponse",
    "Endpoint",
    "HealthcareService",
    "InsurancePlan",
    "Location",
    "Organization",
    "OrganizationAffiliation",
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "RelatedPerson",
    "Schedule",
    "Slot",
];

fn administrative() -> String {
    let scopes = ADMINISTRATIVE.map(|of| format!("patient/{of}.cruds user/{of}.cruds"));
    scopes.join(" ")
}

/// Scopes of a role, space-separated.
fn scopes(role: Role) -> String {
    match role {
        Role::Patient | Role::Proxy => OWN.to_owned(),
        Role::Clinician => CLINICAL.to_owned(),
        Role::FrontDesk => administrative(),
        // Who runs the practice answers for who used which record.
        Role::Administrator => format!("{} {OF_ADMINISTRATORS}", administrative()),
        Role::Operator => String::new(),
    }
}

/// The scopes of `asked` that a person of this role may give.
pub(crate) fn within(
    asked: &ScopeSet,
    role: Role,
    limits: &Limits,
) -> Result<ScopeSet, StoreError> {
    let named = NamedScope::ALL.into_iter().map(Scope::Named).collect();
    let rights = parsed(role, limits)?.union(&named);
    Ok(asked.narrow(&rights))
}

/// What staff of this role may see and do on the practice's own pages.
pub(crate) fn access(role: Role, limits: &Limits) -> Result<Access, StoreError> {
    Ok(Access::from_scopes(&parsed(role, limits)?, None))
}

impl AuthServer {
    /// What a person may see and do on the practice's own pages with the record of this patient:
    /// staff by their role, everybody else only where they act for the patient.
    ///
    /// # Errors
    /// When the limits leave no room for the scopes of a role.
    pub fn access_of(&self, user: &User, patient: &ResourceId) -> Result<Access, StoreError> {
        let scopes = parsed(user.role, &self.settings.limits)?;
        let own = user.patients.iter().any(|id| id == patient.as_str());
        // Without a patient, a patient's scopes give nothing.
        Ok(Access::from_scopes(&scopes, own.then(|| patient.clone())))
    }

    /// What a person of this role would see and do with the record of a patient for whom they act.
    pub(crate) fn access_to(&self, role: Role, patient: &ResourceId) -> Result<Access, StoreError> {
        let scopes = parsed(role, &self.settings.limits)?;
        Ok(Access::from_scopes(&scopes, Some(patient.clone())))
    }
}

fn parsed(role: Role, limits: &Limits) -> Result<ScopeSet, StoreError> {
    let broken =
        |error: InvalidScopeSet| StoreError::Failed(format!("the rights of a role: {error}"));
    ScopeSet::parse(&scopes(role), limits).map_err(broken)
}

#[cfg(test)]
mod tests {
    use super::{access, within};
    use cresset_access::{ScopeSet, Verb};
    use cresset_base::Limits;
    use cresset_definitions::ResourceType;
    use cresset_store::user::Role;

    #[test]
    fn an_app_gets_no_more_than_the_person_has() {
        let asked = "openid launch/patient patient/Patient.rs user/Patient.rs patient/Condition.r \
                     user/*.rs";
        let asked = ScopeSet::parse(asked, &Limits::default()).unwrap();
        for (role, expect) in [
            (
                Role::Patient,
                "openid launch/patient patient/Patient.rs patient/Condition.r",
            ),
            (Role::Clinician, &*asked.to_string()),
            (Role::Operator, "openid launch/patient"),
        ] {
            let left = within(&asked, role, &Limits::default()).unwrap();
            assert_eq!(left.to_string(), expect, "{role:?}");
        }
        let desk = within(&asked, Role::FrontDesk, &Limits::default()).unwrap();
        let desk = desk.to_string();
        assert!(desk.contains("user/Patient.rs user/Account.rs") && !desk.contains("Condition"));
    }

    #[test]
    fn the_audit_trail_is_for_who_answers_for_it() {
        let trail = ResourceType::parse("AuditEvent").unwrap();
        for (role, expect) in [
            (Role::Clinician, true),
            (Role::Administrator, true),
            (Role::FrontDesk, false),
            (Role::Patient, false),
            (Role::Operator, false),
        ] {
            let access = access(role, &Limits::default()).unwrap();
            assert_eq!(access.permits(Verb::Search, trail), expect, "{role:?}");
        }
    }

    #[test]
    fn who_runs_the_practice_sends_links_for_a_new_password() {
        let scope = "user/Practitioner.send-reset-password-email";
        let asked = ScopeSet::parse(scope, &Limits::default()).unwrap();
        for (role, expect) in [
            (Role::Administrator, scope),
            (Role::Clinician, ""),
            (Role::FrontDesk, ""),
            (Role::Patient, ""),
        ] {
            let left = within(&asked, role, &Limits::default()).unwrap();
            assert_eq!(left.to_string(), expect, "{role:?}");
        }
    }

    #[test]
    fn pages_show_staff_what_their_role_may_see() {
        let condition = ResourceType::parse("Condition").unwrap();
        for (role, expect) in [
            (Role::Clinician, true),
            (Role::FrontDesk, false),
            (Role::Patient, false),
            (Role::Operator, false),
        ] {
            let access = access(role, &Limits::default()).unwrap();
            assert_eq!(access.permits(Verb::Search, condition), expect, "{role:?}");
        }
    }
}
