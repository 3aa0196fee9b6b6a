//! Laboratory panels: a specimen, a result for each analyte, a report.

mod analyte;

use super::Life;
use super::cast::Trait;
use super::disease::Disease;
use super::observation::{self, LABORATORY, Observed, Value};
use super::schedule::{Operation, Purpose};
use super::visit::Visit;
use crate::concept::{Concept, Profile, hl7, loinc, snomed};
use crate::datatype::{Quantity, Ref};
use crate::json::Json;
use crate::practice::clinician::Duty;
use analyte::{Analyte, Scale};

/// A group of analytes that is ordered as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Panel {
    Metabolic,
    Lipids,
    BloodCount,
    GlycatedHemoglobin,
    Albuminuria,
    Thyroid,
    Coagulation,
    Urinalysis,
    StrepTest,
    PregnancyTest,
    LeadScreening,
}

const LAB: Concept = hl7!("v2-0074", "LAB", "Laboratory");
const BLOOD: Concept = snomed("119297000", "Blood specimen");
const URINE: Concept = snomed("122575003", "Urine specimen");
const THROAT: Concept = snomed("258529004", "Throat swab");
const HIGH: Concept = hl7!("v3-ObservationInterpretation", "H", "High");
const LOW: Concept = hl7!("v3-ObservationInterpretation", "L", "Low");

impl Panel {
    fn code(self) -> Concept {
        match self {
            Self::Metabolic => loinc("24321-2", "Basic metabolic 2000 panel - Serum or Plasma"),
            Self::Lipids => loinc("57698-3", "Lipid panel with direct LDL - Serum or Plasma"),
            Self::BloodCount => loinc("58410-2", "CBC panel - Blood by Automated count"),
            Self::GlycatedHemoglobin => loinc("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"),
            Self::Albuminuria => loinc("14959-1", "Microalbumin/Creatinine [Mass Ratio] in Urine"),
            Self::Thyroid => loinc("3016-3", "Thyrotropin [Units/volume] in Serum or Plasma"),
            Self::Coagulation => loinc("34714-6", "INR in Blood by Coagulation assay"),
            Self::Urinalysis => loinc("24356-8", "Urinalysis complete panel - Urine"),
            Self::StrepTest => loinc(
                "78012-2",
                "Streptococcus pyogenes Ag [Presence] in Throat by Rapid immunoassay",
            ),
            Self::PregnancyTest => loinc(
                "2106-3",
                "Choriogonadotropin (pregnancy test) [Presence] in Urine",
            ),
            Self::LeadScreening => loinc("77307-7", "Lead [Mass/volume] in Venous blood"),
        }
    }

    fn specimen(self) -> Concept {
        match self {
            Self::Urinalysis | Self::Albuminuria | Self::PregnancyTest => URINE,
            Self::StrepTest => THROAT,
            _ => BLOOD,
        }
    }
}

/// Orders and reports what this visit calls for.
pub(super) fn order_for(life: &mut Life<'_>, visit: &Visit) {
    let mut panels: Vec<Panel> = Vec::new();
    let general = visit.age >= 18.0 && visit.purpose.is_general();
    match visit.purpose {
        Purpose::FollowUp(disease) => follow_up(life, disease, &mut panels),
        Purpose::Hospitalization(_) => panels.extend([Panel::Metabolic, Panel::BloodCount]),
        Purpose::Antenatal(week) if week < 14 => {
            panels.extend([Panel::PregnancyTest, Panel::BloodCount, Panel::Urinalysis]);
        }
        Purpose::Antenatal(_) => panels.push(Panel::Urinalysis),
        Purpose::Illness(ailment) => match ailment.snomed.code {
            "43878008" => panels.push(Panel::StrepTest),
            "68566005" => panels.push(Panel::Urinalysis),
            _ => (),
        },
        Purpose::Operation(Operation::Pacemaker) => {
            panels.extend([Panel::Coagulation, Panel::BloodCount]);
        }
        Purpose::WellChild if (0.9..1.1).contains(&visit.age) => {
            panels.extend([Panel::LeadScreening, Panel::BloodCount]);
        }
        _ => (),
    }
    if general && visit.age >= 35.0 && life.random.chance(14.0) {
        panels.extend([Panel::Metabolic, Panel::Lipids]);
    }
    if general && life.random.chance(8.0) {
        panels.push(Panel::BloodCount);
    }
    let general_urine = general && (life.is_cast_for(Trait::Geriatric) || life.random.chance(4.0));
    if general_urine {
        panels.push(Panel::Urinalysis);
    }
    panels.dedup();
    run(life, visit, &panels);
}

/// Everything at the first visit for a disease, later its leading panel now and then.
fn follow_up(life: &mut Life<'_>, disease: Disease, panels: &mut Vec<Panel>) {
    let all = disease.facts().panels;
    if !life.tested.contains(&disease) {
        life.tested.push(disease);
        panels.extend_from_slice(all);
    } else if life.random.chance(45.0) {
        panels.extend(all.first());
    }
}

/// Runs panels on as few specimens as they need.
fn run(life: &mut Life<'_>, visit: &Visit, panels: &[Panel]) {
    let mut specimens: Vec<(Concept, Ref)> = Vec::new();
    for panel in panels {
        let kind = panel.specimen();
        let known = specimens
            .iter()
            .find(|(known, _)| *known == kind)
            .map(|(_, this)| *this);
        let specimen = known.unwrap_or_else(|| {
            let this = take(life, visit, &kind);
            specimens.push((kind, this));
            this
        });
        let results: Vec<Ref> = analyte::of(*panel)
            .iter()
            .map(|a| result(life, visit, a, specimen))
            .collect();
        report(life, visit, panel.code(), &results, specimen);
    }
}

fn take(life: &mut Life<'_>, visit: &Visit, kind: &Concept) -> Ref {
    life.write("Specimen", Profile::us_core("us-core-specimen"), |j| {
        j.text("status", "available");
        j.concept("type", kind);
        j.reference("subject", visit.patient);
        j.moment("receivedTime", visit.minute(70));
        j.object("collection", |j| {
            j.reference("collector", visit.clinician.person);
            j.moment("collectedDateTime", visit.minute(12));
        });
    })
}

fn result(life: &mut Life<'_>, visit: &Visit, analyte: &Analyte, specimen: Ref) -> Ref {
    let value = analyte.draw(life, visit);
    let observed = Observed::at(
        visit.minute(12),
        "us-core-observation-lab",
        &[LABORATORY],
        std::slice::from_ref(&analyte.code),
    );
    observation::write(life, visit, &observed.with(value), |j| {
        j.moment("issued", visit.minute(180));
        if let (Scale::Measured(range), Value::Quantity(quantity)) = (&analyte.scale, value) {
            if quantity.value > range.high {
                j.concepts("interpretation", &[HIGH]);
            } else if quantity.value < range.low {
                j.concepts("interpretation", &[LOW]);
            }
        }
        j.reference("specimen", specimen);
        if let Scale::Measured(range) = &analyte.scale {
            j.single("referenceRange", |j| {
                bound(
                    j,
                    "low",
                    Quantity {
                        value: range.low,
                        scale: range.places,
                        unit: range.unit,
                    },
                );
                bound(
                    j,
                    "high",
                    Quantity {
                        value: range.high,
                        scale: range.places,
                        unit: range.unit,
                    },
                );
            });
        }
    })
}

fn bound(j: &mut Json, key: &str, quantity: Quantity) {
    j.object(key, |j| {
        j.decimal("value", quantity.value, quantity.scale);
        j.text("unit", quantity.unit.shown);
    });
}

fn report(life: &mut Life<'_>, visit: &Visit, code: Concept, results: &[Ref], specimen: Ref) {
    let pathologist = life.practice.clinician(Duty::Pathology, life.number).person;
    let laboratory = life.practice.laboratory;
    life.write(
        "DiagnosticReport",
        Profile::us_core("us-core-diagnosticreport-lab"),
        |j| {
            j.text("status", "final");
            j.concepts("category", &[LAB]);
            j.concept("code", &code);
            j.reference("subject", visit.patient);
            j.reference("encounter", visit.encounter);
            j.moment("effectiveDateTime", visit.minute(12));
            j.moment("issued", visit.minute(180));
            j.references("performer", &[pathologist, laboratory]);
            j.references("specimen", &[specimen]);
            j.references("result", results);
        },
    );
}
