//! The `Patient` resource.

use super::names::Home;
use super::{Person, Sex};
use crate::concept::{hl7, snomed};
use crate::datatype::{Ref, Telecom};
use crate::json::Json;
use crate::moment::Moment;

const SEX: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-sex";
const BIRTH_SEX: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex";
const GENDER_IDENTITY: &str =
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-genderIdentity";

impl Person {
    /// The members of `Patient` after its `meta`.
    pub(crate) fn patient(
        &self,
        j: &mut Json,
        general_practitioner: Ref,
        organization: Ref,
        as_of: Moment,
    ) {
        self.narrated(j);
        j.array("extension", |j| self.extensions(j, as_of));
        j.single("identifier", |j| {
            j.text("use", "usual");
            j.concept("type", &hl7!("v2-0203", "MR", "Medical record number"));
            j.text("system", "https://saguaro.example/record-number");
            j.text("value", &self.record_number.to_string());
        });
        j.boolean("active", true);
        j.array("name", |j| self.names(j, as_of));
        j.array("telecom", |j| self.telecoms(j));
        j.text("gender", self.by_sex("female", "male"));
        j.date("birthDate", self.birth);
        if let Some(death) = self.death {
            j.moment("deceasedDateTime", death);
        }
        j.array("address", |j| self.addresses(j, as_of));
        if self.age(as_of) > 25.0 {
            let status = if self.is_married() {
                hl7!("v3-MaritalStatus", "M", "Married")
            } else {
                hl7!("v3-MaritalStatus", "S", "Never Married")
            };
            j.concept("maritalStatus", &status);
        }
        j.single("communication", |j| {
            j.concept("language", &self.origin.language);
            j.boolean("preferred", true);
        });
        j.references("generalPractitioner", &[general_practitioner]);
        j.reference("managingOrganization", organization);
    }

    fn narrated(&self, j: &mut Json) {
        j.narrative(&[
            self.given,
            " ",
            self.family,
            ", patient of Saguaro Family Medicine",
        ]);
    }

    fn extensions(&self, j: &mut Json, as_of: Moment) {
        self.origin.extensions(j);
        j.extension_text(BIRTH_SEX, "valueCode", self.by_sex("F", "M"));
        j.extension_text(SEX, "valueCode", self.by_sex("248152002", "248153007"));
        if self.age(as_of) > 18.0 {
            let identity = match self.sex {
                Sex::Female => snomed("446141000124107", "Identifies as female gender"),
                Sex::Male => snomed("446151000124109", "Identifies as male gender"),
            };
            j.item(|j| {
                j.text("url", GENDER_IDENTITY);
                j.concept("valueCodeableConcept", &identity);
            });
        }
    }

    fn names(&self, j: &mut Json, as_of: Moment) {
        j.item(|j| {
            j.text("use", "official");
            j.text("family", self.family);
            j.array("given", |j| {
                j.text_item(self.given);
                j.text_item(self.middle);
            });
            if let Some(suffix) = self.suffix {
                j.array("suffix", |j| j.text_item(suffix));
            }
        });
        if let Some(former) = self.former_family {
            let married = self.birth.plus_days(as_of.days_since(self.birth) * 3 / 4);
            j.item(|j| {
                j.text("use", "old");
                j.text("family", former);
                j.array("given", |j| j.text_item(self.given));
                j.days("period", self.birth, Some(married));
            });
        }
    }

    fn telecoms(&self, j: &mut Json) {
        let phone = format!("480-555-0{}", self.phone);
        j.telecom_item(Telecom {
            system: "phone",
            value: &phone,
            usage: "home",
        });
        let email = format!("patient{}@mail.example", self.record_number);
        j.telecom_item(Telecom {
            system: "email",
            value: &email,
            usage: "home",
        });
    }

    fn addresses(&self, j: &mut Json, as_of: Moment) {
        let moved_in = self.former_home.map(|(_, moved)| moved);
        j.item(|j| self.home.members(j, "home", (moved_in, None)));
        if let Some((former, moved)) = self.former_home {
            let since = self.birth.max(as_of.plus_days(-6_000).min(moved));
            j.item(|j| former.members(j, "old", (Some(since), Some(moved))));
        }
    }
}

impl Home {
    /// The members of an `Address`; lived in from the first to the second of `period`.
    pub(super) fn members(
        &self,
        j: &mut Json,
        usage: &str,
        period: (Option<Moment>, Option<Moment>),
    ) {
        j.text("use", usage);
        j.array("line", |j| {
            j.text_item(&format!("{} {}", self.number, self.street));
        });
        j.text("city", self.city);
        j.text("state", "AZ");
        j.text("postalCode", self.postal_code);
        j.text("country", "US");
        if let (Some(since), until) = period {
            j.days("period", since, until);
        }
    }
}
