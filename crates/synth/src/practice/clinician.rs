//! The people who care for the patients.

use super::Practice;
use crate::chart::{Chart, Ids};
use crate::concept::{Concept, Profile, concept, snomed};
use crate::datatype::{Ref, Telecom};

/// What a clinician does for the patients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Duty {
    FamilyMedicine,
    Pediatrics,
    Obstetrics,
    Cardiology,
    Radiology,
    Pathology,
    Orthopedics,
    Emergency,
    BehavioralHealth,
    Pharmacy,
}

/// One clinician as the rest of the record refers to them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clinician {
    pub(crate) duty: Duty,
    /// The `Practitioner`.
    pub(crate) person: Ref,
    /// The `PractitionerRole`.
    pub(crate) role: Ref,
    /// What they are to a patient, as a care team says it.
    pub(crate) function: Concept,
}

/// The facts of one clinician.
struct Facts {
    duty: Duty,
    family: &'static str,
    given: &'static str,
    gender: &'static str,
    npi: &'static str,
    phone: &'static str,
    email: &'static str,
}

const GENERAL: Concept = snomed("446050000", "Primary care provider");

/// How many clinicians there are.
pub(super) const COUNT: usize = 13;

const ROSTER: [Facts; COUNT] = [
    facts(
        Duty::FamilyMedicine,
        ["Okafor", "Adaeze", "female"],
        "1790001014",
        ["480-555-0171", "a.okafor@saguaro.example"],
    ),
    facts(
        Duty::FamilyMedicine,
        ["Lindqvist", "Henrik", "male"],
        "1790001022",
        ["480-555-0172", "h.lindqvist@saguaro.example"],
    ),
    facts(
        Duty::FamilyMedicine,
        ["Castellanos", "Marisol", "female"],
        "1790001030",
        ["480-555-0173", "m.castellanos@saguaro.example"],
    ),
    facts(
        Duty::Pediatrics,
        ["Nakagawa", "Emi", "female"],
        "1790001048",
        ["480-555-0174", "e.nakagawa@saguaro.example"],
    ),
    facts(
        Duty::Pediatrics,
        ["Bautista", "Ramon", "male"],
        "1790001055",
        ["480-555-0175", "r.bautista@saguaro.example"],
    ),
    facts(
        Duty::Obstetrics,
        ["Haddad", "Layla", "female"],
        "1790001063",
        ["480-555-0176", "l.haddad@saguaro.example"],
    ),
    facts(
        Duty::Cardiology,
        ["Venkataraman", "Suresh", "male"],
        "1790001071",
        ["480-555-0177", "s.venkataraman@ocotillo-regional.example"],
    ),
    facts(
        Duty::Radiology,
        ["Whitehorse", "Dana", "female"],
        "1790001089",
        ["480-555-0178", "d.whitehorse@ocotillo-regional.example"],
    ),
    facts(
        Duty::Pathology,
        ["Moreau", "Julien", "male"],
        "1790001097",
        ["480-555-0179", "j.moreau@palo-verde-diagnostics.example"],
    ),
    facts(
        Duty::Emergency,
        ["Tran", "Kim", "female"],
        "1790001105",
        ["480-555-0180", "k.tran@ocotillo-regional.example"],
    ),
    facts(
        Duty::BehavioralHealth,
        ["Abramson", "Noah", "male"],
        "1790001113",
        ["480-555-0181", "n.abramson@saguaro.example"],
    ),
    facts(
        Duty::Pharmacy,
        ["Teklu", "Selam", "female"],
        "1790001121",
        ["480-555-0182", "s.teklu@mesquite-pharmacy.example"],
    ),
    facts(
        Duty::Orthopedics,
        ["Kovač", "Ana", "female"],
        "1790001139",
        ["480-555-0183", "a.kovac@ocotillo-regional.example"],
    ),
];

const fn facts(
    duty: Duty,
    who: [&'static str; 3],
    npi: &'static str,
    reach: [&'static str; 2],
) -> Facts {
    let [family, given, gender] = who;
    let [phone, email] = reach;
    Facts {
        duty,
        family,
        given,
        gender,
        npi,
        phone,
        email,
    }
}

/// Every clinician, with new references.
pub(super) fn roster(ids: &mut Ids) -> [Clinician; COUNT] {
    ROSTER.map(|facts| Clinician {
        duty: facts.duty,
        person: ids.next("Practitioner"),
        role: ids.next("PractitionerRole"),
        function: function(facts.duty),
    })
}

fn function(duty: Duty) -> Concept {
    match duty {
        Duty::FamilyMedicine => GENERAL,
        Duty::Pediatrics => snomed("82296001", "Pediatrician"),
        Duty::Obstetrics => snomed("11935004", "Obstetrician"),
        Duty::Cardiology => snomed("17561000", "Cardiologist"),
        Duty::Radiology => snomed("66862007", "Radiologist"),
        Duty::Pathology => snomed("61207006", "Medical pathologist"),
        Duty::Orthopedics => snomed("22731001", "Orthopedic surgeon"),
        Duty::Emergency => snomed("309294001", "Emergency department physician"),
        Duty::BehavioralHealth => snomed("80584001", "Psychiatrist"),
        Duty::Pharmacy => snomed("46255001", "Pharmacist"),
    }
}

fn specialty(duty: Duty) -> Concept {
    const fn nucc(code: &'static str, display: &'static str) -> Concept {
        concept("http://nucc.org/provider-taxonomy", code, display)
    }
    match duty {
        Duty::FamilyMedicine => nucc("207Q00000X", "Family Medicine Physician"),
        Duty::Pediatrics => nucc("208000000X", "Pediatrics Physician"),
        Duty::Obstetrics => nucc("207V00000X", "Obstetrics & Gynecology Physician"),
        Duty::Cardiology => nucc("207RC0000X", "Cardiovascular Disease Physician"),
        Duty::Radiology => nucc("2085R0202X", "Diagnostic Radiology Physician"),
        Duty::Pathology => nucc(
            "207ZP0102X",
            "Anatomic Pathology & Clinical Pathology Physician",
        ),
        Duty::Orthopedics => nucc("207X00000X", "Orthopaedic Surgery Physician"),
        Duty::Emergency => nucc("207P00000X", "Emergency Medicine Physician"),
        Duty::BehavioralHealth => nucc("2084P0800X", "Psychiatry Physician"),
        Duty::Pharmacy => nucc("183500000X", "Pharmacist"),
    }
}

/// Adds every clinician and their role.
pub(super) fn write(practice: &Practice, chart: &mut Chart) {
    for (facts, clinician) in ROSTER.iter().zip(&practice.clinicians) {
        add_person(chart, facts, clinician.person);
        add_role(practice, chart, facts, clinician);
    }
}

fn add_person(chart: &mut Chart, facts: &Facts, this: Ref) {
    chart.add(this, Profile::us_core("us-core-practitioner"), |j| {
        j.array("identifier", |j| {
            j.identifier_item("http://hl7.org/fhir/sid/us-npi", facts.npi);
        });
        j.boolean("active", true);
        j.single("name", |j| {
            j.text("use", "official");
            j.text("family", facts.family);
            j.array("given", |j| j.text_item(facts.given));
        });
        telecom(j, facts);
        j.single("address", |j| {
            j.text("use", "work");
            j.array("line", |j| j.text_item("410 W Ironwood Way"));
            j.text("city", "Mesa");
            j.text("state", "AZ");
            j.text("postalCode", "85201");
            j.text("country", "US");
        });
        j.text("gender", facts.gender);
    });
}

fn add_role(practice: &Practice, chart: &mut Chart, facts: &Facts, clinician: &Clinician) {
    chart.add(
        clinician.role,
        Profile::us_core("us-core-practitionerrole"),
        |j| {
            j.boolean("active", true);
            j.reference("practitioner", clinician.person);
            j.reference("organization", practice.clinic);
            j.concepts("code", &[clinician.function]);
            j.concepts("specialty", &[specialty(facts.duty)]);
            j.references("location", &[practice.clinic_rooms]);
            telecom(j, facts);
            j.references("endpoint", &[practice.endpoint]);
        },
    );
}

fn telecom(j: &mut crate::json::Json, facts: &Facts) {
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
}
