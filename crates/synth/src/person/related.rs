//! The `RelatedPerson` resource: a parent, a partner or a grown child.

use super::Person;
use crate::concept::{Concept, hl7};
use crate::datatype::{Ref, Telecom};
use crate::json::Json;
use crate::moment::Moment;

const MOTHER: Concept = hl7!("v3-RoleCode", "MTH", "mother");
const SPOUSE: Concept = hl7!("v3-RoleCode", "SPS", "spouse");
const SIBLING: Concept = hl7!("v3-RoleCode", "SIB", "sibling");
const DAUGHTER: Concept = hl7!("v3-RoleCode", "DAU", "natural daughter");

impl Person {
    /// The members of the `RelatedPerson` this patient relies on; `given` is their first name.
    pub(crate) fn relative(&self, j: &mut Json, patient: Ref, given: &str, as_of: Moment) {
        let age = self.age(as_of);
        let relation = if age < 18.0 {
            MOTHER
        } else if age > 25.0 && self.is_married() {
            SPOUSE
        } else if age > 60.0 {
            DAUGHTER
        } else {
            SIBLING
        };
        j.boolean("active", true);
        j.reference("patient", patient);
        j.concepts("relationship", &[relation]);
        j.single("name", |j| {
            j.text("use", "official");
            j.text("family", self.family);
            j.array("given", |j| j.text_item(given));
        });
        let phone = format!("480-555-0{}", self.phone);
        j.array("telecom", |j| {
            j.telecom_item(Telecom {
                system: "phone",
                value: &phone,
                usage: "home",
            });
        });
        j.single("address", |j| self.home.members(j, "home", (None, None)));
        j.single("communication", |j| {
            j.concept("language", &self.origin.language);
        });
    }
}
