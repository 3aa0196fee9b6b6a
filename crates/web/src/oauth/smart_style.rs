//! `GET /[instance]/auth/smart-style.json`

use axum::response::Response;

use super::discovery::public;
use crate::extract::Instance;

/// The colours and sizes of our style sheet in light colours.
const SMART_STYLE: &str = include_str!("../../assets/smart-style.json");

/// How our pages look, for apps that want to look alike (SMART App Launch 2.2, "Styling").
pub(crate) async fn smart_style(_: Instance) -> Response {
    public(SMART_STYLE)
}

#[cfg(test)]
mod tests {
    use super::SMART_STYLE;

    #[test]
    fn colours_and_fonts_are_those_of_the_style_sheet() {
        let sheet = include_str!("../../assets/cresset.css");
        let style: serde_json::Value = serde_json::from_str(SMART_STYLE).unwrap();
        for name in [
            "color_error",
            "color_highlight",
            "color_text",
            "font_family_body",
        ] {
            let value = style[name].as_str().unwrap();
            assert!(sheet.contains(value), "{name}: {value}");
        }
    }
}
