//! The way out for mail, as the settings have it.

use std::fs;

use cresset_base::Secret;
use cresset_mail::{Carrier, Smtp};

use crate::failure::{Failure, Kind};
use crate::settings::Settings;

/// A mail server, or a folder of the data directory where none is set.
pub(crate) fn carrier(settings: &Settings) -> Result<Carrier, Failure> {
    let mail = &settings.mail;
    let unusable = |what: &dyn std::fmt::Display| {
        Failure::new(Kind::Settings, what).hint("`cresset settings` lists what begins with `mail.`")
    };
    let Some(url) = &mail.smtp else {
        let carrier = Carrier::folder(settings.data.join("outbox"), &mail.from);
        return carrier.map_err(|error| unusable(&error));
    };
    let credentials = match (&mail.username, &mail.password_file) {
        (None, None) => None,
        (Some(name), Some(file)) => {
            let password = fs::read_to_string(file).map_err(|error| {
                unusable(&format_args!(
                    "mail.password_file {}: {error}",
                    file.display()
                ))
            })?;
            let password = password.trim_end_matches(['\r', '\n']).to_owned();
            Some((name.clone(), Secret::new(password)))
        }
        _ => {
            return Err(unusable(
                &"mail.username and mail.password_file go together",
            ));
        }
    };
    let smtp = Smtp {
        url: url.clone(),
        credentials,
    };
    Carrier::smtp(smtp, &mail.from).map_err(|error| unusable(&error))
}
