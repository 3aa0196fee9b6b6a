//! Where care happens, and the endpoint where its record is served.

use super::Practice;
use crate::chart::Chart;
use crate::concept::{Concept, Profile, hl7};
use crate::datatype::{Ref, Telecom};

/// The facts of one location.
struct Facts {
    name: &'static str,
    kind: Concept,
    line: &'static str,
    postal_code: &'static str,
    phone: &'static str,
}

const CLINIC_ROOMS: Facts = Facts {
    name: "Saguaro Family Medicine, Examination Rooms",
    kind: hl7!("v3-RoleCode", "OF", "Outpatient facility"),
    line: "410 W Ironwood Way",
    postal_code: "85201",
    phone: "480-555-0101",
};

const HOSPITAL_WARD: Facts = Facts {
    name: "Ocotillo Regional Hospital, Medical Ward 4",
    kind: hl7!("v3-RoleCode", "HU", "Hospital unit"),
    line: "2200 E Hohokam Blvd",
    postal_code: "85203",
    phone: "480-555-0111",
};

const EMERGENCY_ROOM: Facts = Facts {
    name: "Ocotillo Regional Hospital, Emergency Department",
    kind: hl7!("v3-RoleCode", "ER", "Emergency room"),
    line: "2200 E Hohokam Blvd",
    postal_code: "85203",
    phone: "480-555-0112",
};

/// Adds the locations and the endpoint.
pub(super) fn write(practice: &Practice, chart: &mut Chart) {
    add(chart, practice.clinic_rooms, practice.clinic, &CLINIC_ROOMS);
    add(
        chart,
        practice.hospital_ward,
        practice.hospital,
        &HOSPITAL_WARD,
    );
    add(
        chart,
        practice.emergency_room,
        practice.hospital,
        &EMERGENCY_ROOM,
    );
    chart.add(practice.endpoint, Profile::NONE, |j| {
        j.text("status", "active");
        j.coding(
            "connectionType",
            &hl7!("endpoint-connection-type", "hl7-fhir-rest", "HL7 FHIR"),
        );
        j.text("name", "Saguaro Family Medicine record service");
        j.reference("managingOrganization", practice.clinic);
        j.concepts(
            "payloadType",
            &[hl7!("endpoint-payload-type", "any", "Any")],
        );
        j.text("address", "https://fhir.saguaro.example/");
    });
}

fn add(chart: &mut Chart, this: Ref, managing: Ref, facts: &Facts) {
    chart.add(this, Profile::us_core("us-core-location"), |j| {
        j.text("status", "active");
        j.text("name", facts.name);
        j.text("mode", "instance");
        j.concepts("type", &[facts.kind]);
        j.array("telecom", |j| {
            j.telecom_item(Telecom {
                system: "phone",
                value: facts.phone,
                usage: "work",
            });
        });
        j.object("address", |j| {
            j.array("line", |j| j.text_item(facts.line));
            j.text("city", "Mesa");
            j.text("state", "AZ");
            j.text("postalCode", facts.postal_code);
            j.text("country", "US");
        });
        j.reference("managingOrganization", managing);
    });
}
