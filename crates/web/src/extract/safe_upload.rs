//! Forms of our own pages that carry a file.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use bytes::Bytes;
use cresset_fhir::Kind;

use super::safe_form::{Sender, TOKEN_FIELD};
use super::{Form, body, media};
use crate::app::App;
use crate::failure::Failure;

/// What parts of a form may take besides the file, in bytes.
const AROUND_MAX: usize = 16 * 1024;

/// As [`super::SafeForm`], of a page on which a file is chosen.
pub struct SafeUpload {
    /// What was chosen; nothing where nothing was.
    pub file: Option<Bytes>,
}

impl FromRequest<App> for SafeUpload {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let sender = Sender::of(&request, app)?;
        if !media::essence(request.headers()).eq_ignore_ascii_case("multipart/form-data") {
            let Form(fields) = Form::from_request(request, app).await?;
            let token = fields.iter().find(|(name, _)| name == TOKEN_FIELD);
            sender.sent(token.map_or("", |(_, value)| value))?;
            return Ok(Self { file: None });
        }
        let (parts, content) = request.into_parts();
        let max = app.limits().logo_bytes_max.saturating_add(AROUND_MAX);
        let content = body::read(content, max).await?;
        let mut request = Request::from_parts(parts, Body::from(content));
        // It is within our own bound, which may be above the one of the framework.
        DefaultBodyLimit::disable().apply(&mut request);
        let (token, file) = parts_of(request).await.map_err(|detail| {
            let text = format!("The form cannot be read: {detail}");
            Failure::new(Kind::Invalid, text)
        })?;
        sender.sent(&token)?;
        Ok(Self { file })
    }
}

/// The token of the form and the file that was chosen.
async fn parts_of(request: Request) -> Result<(String, Option<Bytes>), String> {
    let parts = Multipart::from_request(request, &()).await;
    let mut parts = parts.map_err(|error| error.body_text())?;
    let (mut token, mut file) = (String::new(), None);
    while let Some(part) = parts.next_field().await.map_err(|e| e.body_text())? {
        let is_file = part.file_name().is_some();
        let is_token = part.name() == Some(TOKEN_FIELD);
        let content = part.bytes().await.map_err(|e| e.body_text())?;
        if is_file {
            file = Some(content).filter(|content| !content.is_empty());
        } else if is_token {
            token = String::from_utf8_lossy(&content).into_owned();
        }
    }
    Ok((token, file))
}
