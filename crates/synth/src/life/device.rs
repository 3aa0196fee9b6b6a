//! Implanted devices.

use super::Life;
use super::visit::Visit;
use crate::concept::{Profile, snomed};

/// The GS1 device identifier of a made-up model; its check digit is right (GS1 General
/// Specifications §7.9).
const DEVICE_IDENTIFIER: &str = "00850000019103";

/// Records the pacemaker that was put in.
pub(super) fn implant(life: &mut Life<'_>, visit: &Visit) {
    let made = visit.start.plus_days(-life.random.between(60, 240));
    let expires = made.plus_days(1_460);
    let lot = format!("PM{:05}", life.random.between(0, 99_999));
    let serial = format!("{:08}", life.random.between(0, 99_999_999));
    let donation = format!("W{:07}", life.random.between(0, 9_999_999));
    let carrier = format!(
        "(01){DEVICE_IDENTIFIER}(11){}(17){}(10){lot}(21){serial}",
        six_digits(made.calendar()),
        six_digits(expires.calendar()),
    );
    life.write(
        "Device",
        Profile::us_core("us-core-implantable-device"),
        |j| {
            j.single("udiCarrier", |j| {
                j.text("deviceIdentifier", DEVICE_IDENTIFIER);
                j.text("issuer", "http://hl7.org/fhir/NamingSystem/gs1-di");
                j.text("jurisdiction", "http://hl7.org/fhir/NamingSystem/fda-udi");
                j.text("carrierHRF", &carrier);
                j.text("entryType", "barcode");
            });
            j.text("status", "active");
            j.text("distinctIdentifier", &donation);
            j.text("manufacturer", "Cholla Cardiac Devices");
            j.date("manufactureDate", made);
            j.date("expirationDate", expires);
            j.text("lotNumber", &lot);
            j.text("serialNumber", &serial);
            j.single("deviceName", |j| {
                j.text("name", "Cholla Pace DR");
                j.text("type", "user-friendly-name");
            });
            j.concept(
                "type",
                &snomed(
                    "706004007",
                    "Implantable cardiac pacemaker (physical object)",
                ),
            );
            j.reference("patient", visit.patient);
        },
    );
}

/// A date as GS1 element strings write it: YYMMDD.
fn six_digits((year, month, day): (u64, u64, u64)) -> String {
    format!("{:02}{month:02}{day:02}", year % 100)
}
