//! Fronts, and what stands behind them.

use clap::Args;
use cresset_auth::front::new_mark;
use cresset_base::InstanceName;
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
        settings.mark.get_or_insert_with(|| new_mark(&SystemRng));
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

/// Judges whether an instance can be set like this, or be taken away where nothing is set, as far as the
/// practices that stand behind it are concerned: a front they differ from serves them no more.
pub(super) async fn keep(
    data: &Data,
    name: &InstanceName,
    settings: Option<&InstanceSettings>,
) -> Result<(), Failure> {
    if !data.settings(name).await?.front {
        return Ok(());
    }
    for practice in data.names().await? {
        let of_practice = data.settings(&practice).await?;
        if of_practice.behind.as_deref() != Some(name.as_str()) {
            continue;
        }
        let unlike = match settings.filter(|settings| settings.front) {
            None => "then it is no front".to_owned(),
            Some(settings) => match of_practice.unlike(settings) {
                None => continue,
                Some(setting) => format!("{setting} would differ"),
            },
        };
        let text = format!("instance {practice} stands behind {name}: {unlike}");
        return Err(Failure::new(Kind::Settings, text).hint(format!(
            "`cresset instance set {practice} behind=null` takes it from there; its apps of that base go on once it is back"
        )));
    }
    Ok(())
}
