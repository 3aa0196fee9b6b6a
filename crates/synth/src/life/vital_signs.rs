//! Vital signs: measured at nearly every visit, more of them at a general one.

use super::Life;
use super::cast::Trait;
use super::disease::Disease;
use super::growth::{self, Body};
use super::observation::{
    self, Observed, VITAL_SIGNS, Value, component, component_unknown, quantity,
};
use super::schedule::Purpose;
use super::visit::Visit;
use crate::concept::{Concept, Unit, loinc, unit, unit_shown};
use crate::number::{percentile, whole};

const PERCENT: Unit = unit("%");
const PER_MINUTE: Unit = unit_shown("/min", "beats/minute");
const BREATHS: Unit = unit_shown("/min", "breaths/minute");
const MMHG: Unit = unit_shown("mm[Hg]", "mmHg");
const SYSTOLIC: Concept = loinc("8480-6", "Systolic blood pressure");
const DIASTOLIC: Concept = loinc("8462-4", "Diastolic blood pressure");

/// Measures what this visit calls for.
pub(super) fn measure(life: &mut Life<'_>, visit: &Visit) {
    let general = visit.purpose.is_general();
    let obese = life.has(Disease::Obesity, visit.start);
    let mut body = growth::body(&life.person, visit.age, obese);
    body.weight *= 1.0 + 0.012 * life.random.bell();
    if general || visit.age < 18.0 || life.random.chance(8.0) {
        size(life, visit, &body);
    }
    if visit.age < 20.0 && general {
        growth_percentiles(life, visit, &body);
    }
    if visit.age > 3.0 {
        pressure(life, visit);
    }
    rates(life, visit);
    let ill = matches!(
        visit.purpose,
        Purpose::Illness(_) | Purpose::Hospitalization(_) | Purpose::Emergency(_)
    );
    if ill || (general && life.random.chance(40.0)) {
        temperature(life, visit, ill);
    }
    if ill || life.part.is_some() || (general && life.random.chance(25.0)) {
        saturation(life, visit);
    }
}

/// Adds one vital sign.
fn sign(
    life: &mut Life<'_>,
    visit: &Visit,
    profile: &'static str,
    code: Concept,
    value: Value<'_>,
) {
    let observed = Observed::at(
        visit.minute(4),
        profile,
        &[VITAL_SIGNS],
        std::slice::from_ref(&code),
    );
    observation::write(life, visit, &observed.with(value), |_| ());
}

fn size(life: &mut Life<'_>, visit: &Visit, body: &Body) {
    let (height, weight) = (whole(body.height * 10.0), whole(body.weight * 10.0));
    let code = loinc("8302-2", "Body height");
    sign(
        life,
        visit,
        "us-core-body-height",
        code,
        quantity(height, 1, unit("cm")),
    );
    sign(
        life,
        visit,
        "us-core-body-weight",
        loinc("29463-7", "Body weight"),
        quantity(weight, 1, unit("kg")),
    );
    if visit.age >= 2.0 {
        let meters = body.height / 100.0;
        let index = whole(body.weight / (meters * meters) * 10.0);
        let code = loinc("39156-5", "Body mass index (BMI) [Ratio]");
        sign(
            life,
            visit,
            "us-core-bmi",
            code,
            quantity(index, 1, unit("kg/m2")),
        );
    }
}

fn growth_percentiles(life: &mut Life<'_>, visit: &Visit, body: &Body) {
    let build = whole(percentile(life.person.build) * 10.0);
    if visit.age < 3.0 {
        let head = quantity(whole(body.head * 10.0), 1, unit("cm"));
        sign(
            life,
            visit,
            "us-core-head-circumference",
            loinc("9843-4", "Head Occipital-frontal circumference"),
            head,
        );
        let share = quantity(
            whole(percentile(life.person.stature * 0.9) * 10.0),
            1,
            PERCENT,
        );
        let code = loinc("8289-1", "Head Occipital-frontal circumference Percentile");
        sign(
            life,
            visit,
            "head-occipital-frontal-circumference-percentile",
            code,
            share,
        );
        let code = loinc("77606-2", "Weight-for-length Per age and sex");
        sign(
            life,
            visit,
            "pediatric-weight-for-height",
            code,
            quantity(build, 1, PERCENT),
        );
    } else {
        let code = loinc(
            "59576-9",
            "Body mass index (BMI) [Percentile] Per age and sex",
        );
        sign(
            life,
            visit,
            "pediatric-bmi-for-age",
            code,
            quantity(build, 1, PERCENT),
        );
    }
}

fn pressure(life: &mut Life<'_>, visit: &Visit) {
    let (mut systolic, mut diastolic) = growth::blood_pressure(visit.age);
    if life.has(Disease::Hypertension, visit.start) {
        let treated = life.problem(Disease::Hypertension).is_some();
        systolic += if treated { 10.0 } else { 28.0 };
        diastolic += if treated { 5.0 } else { 14.0 };
    }
    let systolic = life.random.around(systolic, 7.0);
    let diastolic = life.random.around(diastolic, 5.0).min(systolic - 20);
    let refused =
        life.is_cast_for(Trait::PressureRefused) && matches!(visit.purpose, Purpose::Operation(_));
    let code = [loinc(
        "85354-9",
        "Blood pressure panel with all children optional",
    )];
    let observed = Observed::at(
        visit.minute(6),
        "us-core-blood-pressure",
        &[VITAL_SIGNS],
        &code,
    );
    observation::write(life, visit, &observed, |j| {
        j.array("component", |j| {
            if refused {
                component_unknown(j, &SYSTOLIC);
                component_unknown(j, &DIASTOLIC);
            } else {
                component(j, &SYSTOLIC, quantity(systolic, 0, MMHG));
                component(j, &DIASTOLIC, quantity(diastolic, 0, MMHG));
            }
        });
    });
}

fn rates(life: &mut Life<'_>, visit: &Visit) {
    let heart = life.random.around(growth::heart_rate(visit.age), 6.0);
    sign(
        life,
        visit,
        "us-core-heart-rate",
        loinc("8867-4", "Heart rate"),
        quantity(heart, 0, PER_MINUTE),
    );
    if life.random.chance(if visit.purpose.is_general() {
        60.0
    } else {
        15.0
    }) {
        let breaths = life.random.around(growth::respiratory_rate(visit.age), 1.5);
        let code = loinc("9279-1", "Respiratory rate");
        sign(
            life,
            visit,
            "us-core-respiratory-rate",
            code,
            quantity(breaths, 0, BREATHS),
        );
    }
}

fn temperature(life: &mut Life<'_>, visit: &Visit, ill: bool) {
    let feverish = ill && life.random.chance(50.0);
    let tenths = life
        .random
        .around(if feverish { 383.0 } else { 368.0 }, 2.5);
    sign(
        life,
        visit,
        "us-core-body-temperature",
        loinc("8310-5", "Body temperature"),
        quantity(tenths, 1, unit("Cel")),
    );
}

fn saturation(life: &mut Life<'_>, visit: &Visit) {
    let on_oxygen = life.has(Disease::Copd, visit.start) && life.befalls(Trait::Oxygen, 20.0);
    let share = life
        .random
        .around(if on_oxygen { 92.0 } else { 97.8 }, 0.8)
        .min(100);
    let code = [
        loinc(
            "59408-5",
            "Oxygen saturation in Arterial blood by Pulse oximetry",
        ),
        loinc("2708-6", "Oxygen saturation in Arterial blood"),
    ];
    let observed = Observed::at(
        visit.minute(7),
        "us-core-pulse-oximetry",
        &[VITAL_SIGNS],
        &code,
    );
    observation::write(
        life,
        visit,
        &observed.with(quantity(share, 0, PERCENT)),
        |j| {
            if on_oxygen {
                j.array("component", |j| {
                    component(
                        j,
                        &loinc("3151-8", "Inhaled oxygen flow rate"),
                        quantity(2, 0, unit("L/min")),
                    );
                    component(
                        j,
                        &loinc("3150-0", "Inhaled oxygen concentration"),
                        quantity(28, 0, PERCENT),
                    );
                });
            }
        },
    );
}
