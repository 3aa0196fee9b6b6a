//! Pictures of apps.

use async_trait::async_trait;

use crate::grant::App;
use crate::store::Error;

/// A picture that people see where an app asks them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// Its form.
    pub form: LogoForm,
    /// The picture itself.
    pub content: Vec<u8>,
}

/// The forms in which a picture is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoForm {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
}

impl LogoForm {
    /// Its media type, as it is written in the store.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// The form of this media type.
    pub fn parse(media_type: &str) -> Option<Self> {
        let mut all = [Self::Png, Self::Jpeg].into_iter();
        all.find(|form| form.media_type() == media_type)
    }
}

/// Pictures of the apps of one instance. Which one is an app's stands in its details
/// ([`crate::grant::AppDetails::logo`]); one of an app that is gone goes with it.
#[async_trait]
pub trait Logos: Send + Sync + 'static {
    /// Replaces an app's row together with its picture, or takes the picture away where there is none:
    /// both, or neither; fails when no app has this `client_id`.
    async fn update_app_and_logo(&self, app: App, logo: Option<Logo>) -> Result<(), Error>;
    /// The picture of an app.
    async fn lookup_logo(&self, client_id: &str) -> Result<Option<Logo>, Error>;
}
