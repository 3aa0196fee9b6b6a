//! Fronts, and what stands behind them.

use clap::Args;
use cresset_base::{InstanceName, Rng};
use cresset_store::InstanceSettings;

use crate::data::Data;
use crate::failure::{Context, Failure, Kind};
use crate::surroundings::SystemRng;

/// Whether an instance is a front, or stands behind one.
#[derive(Args)]
pub(super) struct Place {
    /// Let its addresses serve the practices that stand behind it
    #[arg(long, conflicts_with = "behind")]
    front: bool,
    /// Serve it also at the addresses of this front
    #[arg(long, value_name = "FRONT")]
    behind: Option<InstanceName>,
}

impl Place {
    pub(super) fn apply(self, settings: &mut InstanceSettings) {
        settings.front = self.front;
        settings.behind = self.behind.map(|name| name.to_string());
    }
}

/// Judges whether an instance may stand where its settings say, and gives it its mark.
pub(super) async fn settle(data: &Data, settings: &mut InstanceSettings) -> Result<(), Failure> {
    judge(data, settings).await?;
    if settings.behind.is_some() {
        settings.mark.get_or_insert_with(new_mark);
    }
    Ok(())
}

/// Judges whether an instance may stand where its settings say.
pub(in crate::commands) async fn judge(
    data: &Data,
    settings: &InstanceSettings,
) -> Result<(), Failure> {
    let Some(front) = &settings.behind else {
        return Ok(());
    };
    let refused = |text: String| Err(Failure::new(Kind::Settings, text));
    if settings.front {
        return refused("a front stands behind no other".to_owned());
    }
    let name = front.parse::<InstanceName>().context("the front")?;
    let of_front = data.settings(&name).await?;
    if !of_front.front {
        return refused(format!("instance {name} is no front"));
    }
    if let Some(setting) = settings.unlike(&of_front) {
        return refused(format!(
            "{setting} differs from that of the front {name}, whose documents speak for all behind it"
        ));
    }
    Ok(())
}

/// Random enough that no two practices have the same one, and that nobody finds one by trying.
fn new_mark() -> String {
    let mut random = [0; 12];
    SystemRng.fill(&mut random);
    let hex = random.iter().map(|byte| format!("{byte:02x}"));
    hex.collect()
}
