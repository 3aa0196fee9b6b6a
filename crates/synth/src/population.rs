//! The population as a whole.

use jiff::civil::Date;

use crate::chart::{Chart, Ids};
use crate::life;
use crate::moment::Moment;
use crate::practice::Practice;

/// Most members of one group, so that a group is a resource of ordinary size.
const GROUP_MEMBERS_MAX: u32 = 500;

/// The chart number of the practice; the patients' charts follow from 1.
const PRACTICE_CHART: u64 = 0;

/// The chart number of the first group, beyond every patient's.
const FIRST_GROUP_CHART: u64 = 1 << 32;

/// A practice and its patients, fixed by seed, number and date.
///
/// ```
/// use cresset_synth::Population;
///
/// let population = Population::new(7, 3, jiff::civil::date(2026, 1, 1));
/// let resources: usize = population.charts().map(|chart| chart.len()).sum();
/// assert!(resources > 300);
/// let first = population.patient(0);
/// assert!(first.resources().any(|resource| resource.resource_type == "Encounter"));
/// ```
#[derive(Debug, Clone)]
pub struct Population {
    seed: u64,
    patients: u32,
    as_of: Moment,
    practice: Practice,
}

impl Population {
    /// The population of `patients` patients that `seed` gives, seen on the day `as_of`: nothing
    /// in it is dated later.
    pub fn new(seed: u64, patients: u32, as_of: Date) -> Self {
        let practice = Practice::of(&mut Ids::of(seed, PRACTICE_CHART));
        Self {
            seed,
            patients,
            as_of: Moment::of(as_of),
            practice,
        }
    }

    /// How many patients there are.
    pub fn patients(&self) -> u32 {
        self.patients
    }

    /// Every chart: the practice, then each patient, then the groups.
    pub fn charts(&self) -> impl Iterator<Item = Chart> + '_ {
        std::iter::once_with(|| self.practice())
            .chain((0..self.patients).map(|number| self.patient(number)))
            .chain(std::iter::once_with(|| self.groups()))
    }

    /// What the patients share: organizations, clinicians, places, medications, questionnaires.
    pub fn practice(&self) -> Chart {
        self.practice.chart(self.as_of)
    }

    /// The life of patient `number`, counted from 0. It does not depend on how many there are.
    pub fn patient(&self, number: u32) -> Chart {
        life::chart(&self.practice, self.seed, number, self.as_of)
    }

    /// The groups of patients: each of at most 500, together everyone.
    pub fn groups(&self) -> Chart {
        let mut chart = Chart::default();
        for first in (0..self.patients).step_by(GROUP_MEMBERS_MAX as usize) {
            let last = first.saturating_add(GROUP_MEMBERS_MAX).min(self.patients);
            let chart_number = FIRST_GROUP_CHART + u64::from(first);
            let this = Ids::of(self.seed, chart_number).next("Group");
            let members: Vec<_> = (first..last)
                .map(|n| life::patient_of(self.seed, n))
                .collect();
            self.practice.group(&mut chart, this, &members);
        }
        chart
    }
}
