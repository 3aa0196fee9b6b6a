//! Vaccines by the schedule for age.

use super::Life;
use super::cast::Trait;
use super::visit::Visit;
use crate::concept::{Concept, Profile, cvx, hl7, unit};
use crate::datatype::Quantity;

/// One vaccine and the ages in months at which its doses fall due.
struct Series {
    vaccine: Concept,
    months: &'static [f64],
    /// Not begun by anyone older, in months.
    begin_max: f64,
}

const SERIES: &[Series] = &[
    series(
        cvx("08", "Hep B, adolescent or pediatric"),
        &[0.0, 1.0, 6.0],
        24.0,
    ),
    series(cvx("119", "rotavirus, monovalent"), &[2.0, 4.0], 8.0),
    series(cvx("20", "DTaP"), &[2.0, 4.0, 6.0, 15.0, 48.0], 60.0),
    series(cvx("49", "Hib (PRP-OMP)"), &[2.0, 4.0, 12.0], 48.0),
    series(
        cvx("133", "Pneumococcal conjugate PCV 13"),
        &[2.0, 4.0, 6.0, 12.0],
        48.0,
    ),
    series(cvx("10", "IPV"), &[2.0, 4.0, 6.0, 48.0], 60.0),
    series(cvx("03", "MMR"), &[12.0, 48.0], 72.0),
    series(cvx("21", "varicella"), &[12.0, 48.0], 72.0),
    series(cvx("83", "Hep A, ped/adol, 2 dose"), &[12.0, 18.0], 48.0),
    series(cvx("115", "Tdap"), &[132.0], 240.0),
    series(cvx("165", "HPV9"), &[132.0, 138.0], 240.0),
    series(cvx("114", "meningococcal MCV4P"), &[132.0, 192.0], 240.0),
    series(
        cvx(
            "113",
            "Td (adult), 5 Lf tetanus toxoid, preservative free, adsorbed",
        ),
        &[420.0, 540.0, 660.0, 780.0],
        1_000.0,
    ),
    series(cvx("187", "zoster recombinant"), &[606.0, 612.0], 1_000.0),
    series(
        cvx(
            "216",
            "Pneumococcal conjugate PCV20, polysaccharide CRM197 conjugate, adjuvant, PF",
        ),
        &[786.0],
        1_200.0,
    ),
];

const INFLUENZA: Concept = cvx("140", "Influenza, split virus, trivalent, PF");
const OBJECTION: Concept = hl7!("v3-ActReason", "PATOBJ", "patient objection");

const fn series(vaccine: Concept, months: &'static [f64], begin_max: f64) -> Series {
    Series {
        vaccine,
        months,
        begin_max,
    }
}

/// Gives what is due at a general visit.
pub(super) fn vaccinate(life: &mut Life<'_>, visit: &Visit) {
    if !visit.purpose.is_general() {
        return;
    }
    if visit.is_first && (life.is_cast_for(Trait::UndatedHistory)) {
        historical(life, visit);
    }
    let months = visit.age * 12.0;
    life.doses.resize(SERIES.len(), 0);
    for (at, series) in SERIES.iter().enumerate() {
        let Some(given) = life.doses.get(at).copied() else {
            continue;
        };
        // Doses missed long before the record began are not caught up.
        let missed = series
            .months
            .iter()
            .filter(|due| **due + 30.0 < months && given == 0)
            .count();
        let begun_in_time = given > 0 || months < series.begin_max;
        let next = given.max(missed);
        let due = begun_in_time
            && series
                .months
                .get(next)
                .is_some_and(|due| *due <= months + 0.3);
        if due {
            dose(
                life,
                visit,
                &series.vaccine,
                i64::try_from(next).unwrap_or_default() + 1,
            );
            if let Some(doses) = life.doses.get_mut(at) {
                *doses = next + 1;
            }
        }
    }
    influenza(life, visit, months);
}

fn influenza(life: &mut Life<'_>, visit: &Visit, months: f64) {
    let (_, month, _) = visit.start.calendar();
    let in_season = matches!(month, 9..=12);
    if months < 6.0 {
        return;
    }
    if months < 30.0 && life.is_cast_for(Trait::VaccineRefused) || life.random.chance(1.0) {
        refused(life, visit);
    } else if in_season && life.random.chance(75.0) {
        dose(life, visit, &INFLUENZA, 1);
    }
}

fn dose(life: &mut Life<'_>, visit: &Visit, vaccine: &Concept, number: i64) {
    let lot = format!(
        "{}{:05}",
        life.random.pick(&["AZ", "KP", "MV", "TX"]),
        life.random.between(1, 99_999)
    );
    life.write(
        "Immunization",
        Profile::us_core("us-core-immunization"),
        |j| {
            j.text("status", "completed");
            j.concept("vaccineCode", vaccine);
            j.reference("patient", visit.patient);
            j.reference("encounter", visit.encounter);
            j.moment("occurrenceDateTime", visit.minute(15));
            j.boolean("primarySource", true);
            j.reference("location", visit.place);
            j.text("lotNumber", &lot);
            j.date("expirationDate", visit.start.plus_days(400));
            j.concept("site", &hl7!("v3-ActSite", "LA", "left arm"));
            j.concept(
                "route",
                &hl7!("v3-RouteOfAdministration", "IM", "Injection, intramuscular"),
            );
            j.quantity(
                "doseQuantity",
                Quantity {
                    value: 5,
                    scale: 1,
                    unit: unit("mL"),
                },
            );
            j.single("performer", |j| {
                j.reference("actor", visit.clinician.person);
            });
            j.single("protocolApplied", |j| {
                j.integer("doseNumberPositiveInt", number);
            });
        },
    );
}

fn refused(life: &mut Life<'_>, visit: &Visit) {
    life.write(
        "Immunization",
        Profile::us_core("us-core-immunization"),
        |j| {
            j.text("status", "not-done");
            j.concept("statusReason", &OBJECTION);
            j.concept("vaccineCode", &INFLUENZA);
            j.reference("patient", visit.patient);
            j.reference("encounter", visit.encounter);
            j.moment("occurrenceDateTime", visit.minute(15));
            j.boolean("primarySource", true);
        },
    );
}

/// A dose of which the practice knows by hearsay only, not when it was given.
fn historical(life: &mut Life<'_>, visit: &Visit) {
    life.write(
        "Immunization",
        Profile::us_core("us-core-immunization"),
        |j| {
            j.text("status", "completed");
            j.concept("vaccineCode", &cvx("08", "Hep B, adolescent or pediatric"));
            j.reference("patient", visit.patient);
            j.unknown("_occurrenceDateTime");
            j.boolean("primarySource", false);
            j.concept(
                "reportOrigin",
                &hl7!(
                    "immunization-origin",
                    "recall",
                    "Parent/Guardian/Patient Recall"
                ),
            );
        },
    );
}
