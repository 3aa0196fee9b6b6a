//! Groups of patients, as a payer's or a population health tool's panel.

use crate::chart::Chart;
use crate::concept::Profile;
use crate::datatype::Ref;

/// Adds a `Group` of actual people.
pub(super) fn write(chart: &mut Chart, this: Ref, managing: Ref, members: &[Ref]) {
    chart.add(this, Profile::NONE, |j| {
        j.boolean("active", true);
        j.text("type", "person");
        j.boolean("actual", true);
        j.text("name", "Patients of Saguaro Family Medicine");
        j.integer("quantity", i64::try_from(members.len()).unwrap_or_default());
        j.reference("managingEntity", managing);
        if !members.is_empty() {
            j.array("member", |j| {
                for member in members {
                    j.item(|j| j.reference("entity", *member));
                }
            });
        }
    });
}
