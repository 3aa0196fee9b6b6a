//! The practice and the organizations around it.

use super::Practice;
use crate::chart::Chart;
use crate::concept::{Concept, Profile, hl7};
use crate::datatype::{Ref, Telecom};

/// The facts of one organization.
struct Facts {
    name: &'static str,
    /// Ten digits, the last one the Luhn check digit over `80840` and the rest (45 CFR 162.406).
    npi: &'static str,
    kind: Concept,
    line: &'static str,
    city: &'static str,
    postal_code: &'static str,
    phone: &'static str,
    email: &'static str,
}

const PROVIDER: Concept = hl7!("organization-type", "prov", "Healthcare Provider");
const PAYER: Concept = hl7!("organization-type", "pay", "Payer");

const CLINIC: Facts = Facts {
    name: "Saguaro Family Medicine",
    npi: "1790000016",
    kind: PROVIDER,
    line: "410 W Ironwood Way",
    city: "Mesa",
    postal_code: "85201",
    phone: "480-555-0100",
    email: "frontdesk@saguaro.example",
};

const HOSPITAL: Facts = Facts {
    name: "Ocotillo Regional Hospital",
    npi: "1790000024",
    kind: PROVIDER,
    line: "2200 E Hohokam Blvd",
    city: "Mesa",
    postal_code: "85203",
    phone: "480-555-0110",
    email: "records@ocotillo-regional.example",
};

const LABORATORY: Facts = Facts {
    name: "Palo Verde Diagnostics Laboratory",
    npi: "1790000032",
    kind: PROVIDER,
    line: "77 N Basalt St",
    city: "Tempe",
    postal_code: "85281",
    phone: "480-555-0120",
    email: "results@palo-verde-diagnostics.example",
};

const PHARMACY: Facts = Facts {
    name: "Mesquite Community Pharmacy",
    npi: "1790000040",
    kind: PROVIDER,
    line: "415 W Ironwood Way",
    city: "Mesa",
    postal_code: "85201",
    phone: "480-555-0130",
    email: "counter@mesquite-pharmacy.example",
};

const COMMERCIAL: Facts = Facts {
    name: "Copper State Mutual Health",
    npi: "1790000057",
    kind: PAYER,
    line: "1 Malachite Plaza",
    city: "Phoenix",
    postal_code: "85004",
    phone: "602-555-0140",
    email: "members@copper-state-mutual.example",
};

const SENIOR: Facts = Facts {
    name: "Federal Senior Health Insurance",
    npi: "1790000065",
    kind: PAYER,
    line: "500 Juniper Ave",
    city: "Phoenix",
    postal_code: "85007",
    phone: "602-555-0150",
    email: "members@senior-health.example",
};

const PUBLIC: Facts = Facts {
    name: "Sonoran Public Assistance Health Plan",
    npi: "1790000073",
    kind: PAYER,
    line: "12 Palo Fierro Rd",
    city: "Phoenix",
    postal_code: "85009",
    phone: "602-555-0160",
    email: "members@sonoran-assistance.example",
};

/// Adds every organization.
pub(super) fn write(practice: &Practice, chart: &mut Chart) {
    add(chart, practice.clinic, &CLINIC);
    add(chart, practice.hospital, &HOSPITAL);
    add(chart, practice.laboratory, &LABORATORY);
    add(chart, practice.pharmacy, &PHARMACY);
    add(chart, practice.commercial_payer, &COMMERCIAL);
    add(chart, practice.senior_payer, &SENIOR);
    add(chart, practice.public_payer, &PUBLIC);
}

fn add(chart: &mut Chart, this: Ref, facts: &Facts) {
    chart.add(this, Profile::us_core("us-core-organization"), |j| {
        j.array("identifier", |j| {
            j.identifier_item("http://hl7.org/fhir/sid/us-npi", facts.npi);
        });
        j.boolean("active", true);
        j.concepts("type", &[facts.kind]);
        j.text("name", facts.name);
        j.array("telecom", |j| {
            j.telecom_item(Telecom {
                system: "phone",
                value: facts.phone,
                usage: "work",
            });
            j.telecom_item(Telecom {
                system: "email",
                value: facts.email,
                usage: "work",
            });
        });
        j.single("address", |j| {
            j.array("line", |j| j.text_item(facts.line));
            j.text("city", facts.city);
            j.text("state", "AZ");
            j.text("postalCode", facts.postal_code);
            j.text("country", "US");
        });
    });
}
