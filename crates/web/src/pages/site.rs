//! Where an instance is found, as pages and commands show it.

use crate::app::App;
use crate::failure::Failure;
use crate::instance::addresses;

/// The addresses of one instance.
pub(super) struct Site {
    pub(super) name: String,
    pub(super) fhir: String,
    pub(super) auth: String,
}

impl Site {
    pub(super) fn new(app: &App, name: &str) -> Self {
        let (fhir, auth) = addresses(&app.platform().public_url, name);
        Self {
            name: name.to_owned(),
            fhir,
            auth,
        }
    }

    /// Every instance, sorted by name.
    pub(super) async fn all(app: &App) -> Result<Vec<Self>, Failure> {
        let names = app.platform().instances.list().await?;
        Ok(names
            .iter()
            .map(|name| Self::new(app, name.as_str()))
            .collect())
    }

    /// The instance whose addresses the docs show: the first, or a stand-in while there is none.
    pub(super) async fn shown(app: &App) -> Result<Self, Failure> {
        let first = Self::all(app).await?.into_iter().next();
        Ok(first.unwrap_or_else(|| Self::new(app, "my-practice")))
    }
}
