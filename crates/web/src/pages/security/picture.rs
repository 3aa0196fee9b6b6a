//! A text as a picture that a camera reads (QR code, ISO/IEC 18004).

use std::fmt::Write;

use cresset_fhir::Fault;
use qrcodegen::{QrCode, QrCodeEcc};

use crate::failure::Failure;

/// Light around the picture, in its own dots: readers look for it.
const MARGIN: i32 = 4;

/// A picture to be drawn.
pub(super) struct Picture {
    /// Dots in a row, light around it included.
    pub(super) size: i32,
    /// The dark dots as a path of SVG.
    pub(super) path: String,
}

impl Picture {
    pub(super) fn of(text: &str) -> Result<Self, Failure> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium)
            .map_err(|error| Fault::internal(format!("a QR code: {error}")))?;
        let mut path = String::new();
        for y in 0..code.size() {
            for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{} {}h1v1h-1z", x + MARGIN, y + MARGIN);
            }
        }
        Ok(Self {
            size: code.size() + 2 * MARGIN,
            path,
        })
    }
}
