//! Pictures: the EHR takes one that does not say of what kind it is, where R4 (`att-1`) wants that said.

use cresset_model::Value;

use crate::edit;

/// Says of what kind a picture is that does not say so itself, where its first bytes tell.
pub(super) fn tell_kind(attachment: &mut Value) {
    let kind = edit::text(attachment, &["data"]).and_then(kind);
    if let Some(kind) = kind {
        edit::default(attachment, "contentType", || edit::string(kind));
    }
}

/// The media type that the first bytes of a file in base64 are those of.
fn kind(base64: &str) -> Option<&'static str> {
    const JPEG: &str = "/9j/";
    const PNG: &str = "iVBORw0KGgo";
    const GIF: &str = "R0lGOD";
    /// `ypheic`, after the size of the first box and the beginning of its type.
    const HEIC: (usize, &str) = (8, "eXBoZWlj");
    let begins = |with: &str| base64.starts_with(with);
    match () {
        () if begins(JPEG) => Some("image/jpeg"),
        () if begins(PNG) => Some("image/png"),
        () if begins(GIF) => Some("image/gif"),
        () if base64
            .get(HEIC.0..)
            .is_some_and(|rest| rest.starts_with(HEIC.1)) =>
        {
            Some("image/heic")
        }
        () => None,
    }
}
