//! Units of measure as UCUM defines them.

use crate::value::NumberRange;

/// The system of the codes of UCUM.
pub const UCUM: &str = "http://unitsofmeasure.org";

impl NumberRange {
    /// The range in another unit of UCUM, where a value of one unit is a value of the other, greater
    /// values being greater in both: `5.4 mg` is `5400 ug`, a pH is no concentration.
    #[must_use]
    pub fn converted(self, from: &str, to: &str) -> Option<Self> {
        let value = |value| convert(value, from, to);
        let (low, value, high) = (value(self.low)?, value(self.value)?, value(self.high)?);
        (low < high && low <= value && value <= high).then_some(Self { low, high, value })
    }
}

/// A value in another unit of UCUM; `None` when it has none there, or one of the codes is no unit.
///
/// It has thirteen digits: those after them come of the arithmetic, and would put 5350 µg outside of
/// what begins at 5.35 mg.
pub fn convert(value: f64, from: &str, to: &str) -> Option<f64> {
    let converted = octofhir_ucum::convert(value, from, to).ok()?;
    format!("{converted:.12e}").parse().ok()
}

#[cfg(test)]
mod tests {
    use crate::value::NumberRange;

    #[test]
    fn a_range_is_the_same_in_another_unit() {
        let check = |text: &str, from: &str, to: &str, expect: Option<[f64; 3]>| {
            let found = NumberRange::parse(text).unwrap().converted(from, to);
            let found = found.map(|r| [r.low, r.value, r.high]);
            assert_eq!(found, expect, "{text} {from} in {to}");
        };
        check("5.4", "mg", "ug", Some([5350.0, 5400.0, 5450.0]));
        check("5400", "ug", "mg", Some([5.3995, 5.4, 5.4005]));
        check("100", "[degF]", "[degF]", Some([99.5, 100.0, 100.5]));
        check("37", "Cel", "[degF]", Some([97.7, 98.6, 99.5]));
        check("5", "mg{total}", "mg", Some([4.5, 5.0, 5.5]));
        for (from, to) in [
            ("mg", "mL"),
            ("mg", "tablet"),
            ("", "mg"),
            ("[pH]", "mol/L"),
            ("[iU]", "mg"),
            ("((((", "mg"),
        ] {
            check("7", from, to, None);
        }
    }
}
