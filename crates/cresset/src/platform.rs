//! The parts put together: data, clock and randomness into a server.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use cresset_auth::AuthServer;
use cresset_auth::password::PasswordPool;
use cresset_auth::server::AuthSettings;
use cresset_base::InstanceName;
use cresset_outbound::{Outbound, Reach};
use cresset_web::Platform;
use tokio::net::TcpListener;

use crate::data::Data;
use crate::failure::{Context, Failure, Kind};
use crate::indexing;
use crate::mail;
use crate::packages::Validators;
use crate::settings::Settings;
use crate::shutdown::Signals;
use crate::surroundings;

/// Takes the port, before anything else is done: nobody waits for a population to learn it is taken.
pub(crate) async fn bind(address: IpAddr, port: u16) -> Result<TcpListener, Failure> {
    let address = SocketAddr::new(address, port);
    TcpListener::bind(address).await.map_err(|error| {
        let failure = Failure::new(
            Kind::Address,
            format!("cannot listen on {address}: {error}"),
        );
        match error.kind() {
            io::ErrorKind::AddrInUse => {
                failure.hint("another process uses this port; choose one with --port")
            }
            io::ErrorKind::PermissionDenied => {
                failure.hint("ports below 1024 need a privilege; choose one with --port")
            }
            io::ErrorKind::AddrNotAvailable => {
                failure.hint("this machine has no such address; see --listen")
            }
            _ => failure,
        }
    })
}

/// What the web room needs.
pub(crate) fn platform(data: &Data, settings: &Settings) -> Result<Platform, Failure> {
    Ok(Platform {
        instances: data.instances(),
        clock: surroundings::clock(),
        rng: surroundings::rng(),
        passwords: passwords(settings),
        limits: Arc::new(settings.limits.clone()),
        outbound: outbound(settings),
        public_url: settings.public_url(),
        validators: validators(data),
        mail: Arc::new(mail::carrier(settings)?),
    })
}

fn validators(data: &Data) -> cresset_web::Validators {
    let validators = Validators::new(data.clone());
    Arc::new(move |name, rules| validators.of(name, rules))
}

/// Passwords that are hashed at once. One, which gives way: whoever reads must not wait for a crowd that
/// signs in.
const PASSWORD_THREADS: usize = 1;

fn passwords(settings: &Settings) -> PasswordPool {
    let waiting_max = settings.limits.password_queue_max;
    PasswordPool::beginning_with(surroundings::give_way, PASSWORD_THREADS, waiting_max)
}

/// The one door to other servers.
fn outbound(settings: &Settings) -> Arc<Outbound> {
    let reach = if settings.outbound.private_addresses {
        Reach::Anywhere
    } else {
        Reach::Public
    };
    Arc::new(Outbound::new(reach, &settings.limits))
}

/// Serves `data`, whose index is brought up to date meanwhile, until told to stop, and for `drain` after
/// that, or until told so again.
pub(crate) async fn serve(
    data: &Data,
    platform: Platform,
    listener: TcpListener,
    signals: Signals,
    drain: Duration,
) -> Result<(), Failure> {
    let indexing = tokio::spawn(indexing::all(data.clone()));
    let stop = signals.clone().stop();
    let served = cresset_web::serve(platform, listener, stop, signals.drained(drain)).await;
    // What is left is gone on with at the next start.
    indexing.abort();
    served.context("serving")
}

/// The FHIR base of an instance under a server's URL.
pub(crate) fn fhir_base(public_url: &str, instance: &InstanceName) -> String {
    format!("{public_url}/{instance}/fhir")
}

/// An instance's authorization server at the base of the front it stands behind, for the operator's
/// own use.
pub(crate) async fn auth_at_front(
    data: &Data,
    settings: &Settings,
    instance: &InstanceName,
) -> Result<AuthServer, Failure> {
    let own = data.settings(instance).await?;
    let (Some(front), Some(mark)) = (&own.behind, &own.mark) else {
        let text = format!("instance {instance} stands behind no front");
        return Err(Failure::new(Kind::Settings, text)
            .hint("`cresset instance set NAME behind=FRONT` places it behind one"));
    };
    let front = front.parse::<InstanceName>().context("the front")?;
    let front = auth(data, settings, &front).await?;
    Ok(auth(data, settings, instance).await?.behind(&front, mark))
}

/// An instance's authorization server, for the operator's own use.
pub(crate) async fn auth(
    data: &Data,
    settings: &Settings,
    instance: &InstanceName,
) -> Result<AuthServer, Failure> {
    let store = data.store(instance).await?;
    let settings = AuthSettings::new(
        &format!("{}/{instance}", settings.public_url()),
        &data.settings(instance).await?,
        passwords(settings),
        outbound(settings),
        settings.limits.clone(),
    );
    Ok(AuthServer::new(
        store,
        surroundings::clock(),
        surroundings::rng(),
        settings,
    ))
}
