//! `cresset demo`

mod filling;
mod people;
mod printed;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use cresset_auth::sandbox::CLIENT_ID as SANDBOX;
use cresset_base::InstanceName;
use cresset_store::InstanceSettings;

use super::{Where, app, rules};
use crate::data::Data;
use crate::failure::{Failure, Kind};
use crate::settings::{Flags, Settings};
use crate::shutdown::Signals;
use crate::{log, output, platform, surroundings};
use filling::Filling;
use printed::Printed;

/// The instance of the demo.
const INSTANCE: &str = "demo";
/// What the demo's app may do.
const SCOPES: &str = "system/*.cruds";

/// Run a practice with a synthetic population, made on the first start.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset demo
  cresset demo --patients 1000 --seed 7 --data ./large
  cresset demo --rules r4 --data ./plain
  cresset demo --port 9000 --new-secret
  cresset demo --data ./cluster --store postgres://cresset@localhost/cresset

The first start makes the data directory, the instance `demo`, its population and one app, and
shows the app's secret and the passwords of two people once. Later starts reuse them. Ctrl-C stops it.")]
pub(crate) struct Demo {
    /// Data directory
    #[arg(long, value_name = "DIR", default_value = "./cresset-data")]
    data: PathBuf,
    /// Number of patients, on the first start
    #[arg(long, default_value_t = 100)]
    patients: u32,
    /// Seed of the population, on the first start
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Port to listen on
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Address to listen on; 0.0.0.0 for every interface
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// Rule set of the practice, on the first start: r4, us-core or canvas
    #[arg(long, value_name = "SET", default_value = "canvas")]
    rules: String,
    #[command(flatten)]
    store: Where,
    /// Replace the app's secret and the passwords, and show the new ones
    #[arg(long)]
    new_secret: bool,
}

impl Demo {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let rules = rules::named(&self.rules)?.name;
        let flags = Flags {
            data: Some(self.data.clone()),
            listen: Some(self.listen),
            port: Some(self.port),
            public_url: None,
        };
        let mut settings = Settings::load(None, &flags)?;
        // Requests are not news in a demo; what goes wrong is.
        "warn".clone_into(&mut settings.log.filter);
        log::start(settings.log.format, &settings.log.filter)?;
        let listener = platform::bind(settings.listen, settings.port).await?;
        let data = Data::open(&settings)?;
        let name: InstanceName = INSTANCE
            .parse()
            .map_err(|error| Failure::new(Kind::Other, error))?;
        if !data.names().await?.contains(&name) {
            let mut instance = InstanceSettings::new(surroundings::clock().now());
            instance.sandbox = true;
            instance.full_text = true;
            instance.explains = true;
            rules.clone_into(&mut instance.rules);
            let url = self.store.url();
            data.create(&name, &instance, url.as_ref()).await?;
        }
        let filling = Filling {
            patients: self.patients,
            seed: self.seed,
        };
        let resources = filling.fill(&data, &settings, &name).await?;
        let auth = platform::auth(&data, &settings, &name).await?;
        let known = auth
            .list_apps()
            .await
            .map_err(|error| Failure::new(Kind::Other, error))?;
        let (client_id, secret) = match known.into_iter().find(|app| app.client_id != SANDBOX) {
            None => app::register(&auth, app::backend("Demo app", SCOPES)).await?,
            Some(app) if self.new_secret => {
                let secret = app::rotate(&auth, &app.client_id).await?;
                (app.client_id, Some(secret))
            }
            Some(app) => (app.client_id, None),
        };
        let population = filling.population(&data, &name)?;
        let people = people::ensure(&auth, &population, self.new_secret).await?;
        drop(auth);
        let printed = Printed {
            url: settings.public_url(),
            resources,
            client_id,
            secret,
            people,
        };
        output::line(printed);
        let platform = platform::platform(&data, &settings)?;
        let drain = Duration::ZERO;
        platform::serve(&data, platform, listener, Signals::listen()?, drain).await?;
        output::line("Stopped.");
        Ok(ExitCode::SUCCESS)
    }
}
