//! Implanted devices.

use super::Life;
use super::schedule::{Operation, Purpose};
use super::visit::Visit;
use crate::concept::{Concept, Profile, snomed};

/// A made-up model of a device.
struct Model {
    /// The GS1 device identifier; its check digit is right (GS1 General Specifications §7.9).
    identifier: &'static str,
    kind: Concept,
    name: &'static str,
    manufacturer: &'static str,
    /// How the maker's lot numbers begin.
    lot: &'static str,
}

const PACEMAKER: Model = Model {
    identifier: "00850000019102",
    kind: snomed("706004007", "Implantable cardiac pacemaker"),
    name: "Cholla Pace DR",
    manufacturer: "Cholla Cardiac Devices",
    lot: "PM",
};

const KNEE: Model = Model {
    identifier: "00850000027459",
    kind: snomed("304120007", "Total knee replacement prosthesis"),
    name: "Ironwood Total Knee",
    manufacturer: "Ironwood Orthopedics",
    lot: "TK",
};

/// Records the device that an operation put in, if it did.
pub(super) fn implant(life: &mut Life<'_>, visit: &Visit) {
    match visit.purpose {
        Purpose::Operation(Operation::Pacemaker) => record(life, visit, &PACEMAKER),
        Purpose::Operation(Operation::KneeReplacement) => record(life, visit, &KNEE),
        _ => (),
    }
}

fn record(life: &mut Life<'_>, visit: &Visit, model: &Model) {
    let made = visit.start.plus_days(-life.random.between(60, 240));
    let expires = made.plus_days(1_460);
    let lot = format!("{}{:05}", model.lot, life.random.between(0, 99_999));
    let serial = format!("{:08}", life.random.between(0, 99_999_999));
    let donation = format!("W{:07}", life.random.between(0, 9_999_999));
    let carrier = format!(
        "(01){}(11){}(17){}(10){lot}(21){serial}",
        model.identifier,
        six_digits(made.calendar()),
        six_digits(expires.calendar()),
    );
    life.write(
        "Device",
        Profile::us_core("us-core-implantable-device"),
        |j| {
            j.single("udiCarrier", |j| {
                j.text("deviceIdentifier", model.identifier);
                j.text("issuer", "http://hl7.org/fhir/NamingSystem/gs1-di");
                j.text("jurisdiction", "http://hl7.org/fhir/NamingSystem/fda-udi");
                j.text("carrierHRF", &carrier);
                j.text("entryType", "barcode");
            });
            j.text("status", "active");
            j.text("distinctIdentifier", &donation);
            j.text("manufacturer", model.manufacturer);
            j.date("manufactureDate", made);
            j.date("expirationDate", expires);
            j.text("lotNumber", &lot);
            j.text("serialNumber", &serial);
            j.single("deviceName", |j| {
                j.text("name", model.name);
                j.text("type", "user-friendly-name");
            });
            j.concept("type", &model.kind);
            j.reference("patient", visit.patient);
        },
    );
}

/// A date as GS1 element strings write it: YYMMDD.
fn six_digits((year, month, day): (u64, u64, u64)) -> String {
    format!("{:02}{month:02}{day:02}", year % 100)
}
