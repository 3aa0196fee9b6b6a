//! The XHTML of a narrative: well-formed, plain formatting, nothing active (R4 §2.4, `txt-1`, `txt-2`).
//!
//! Elements and attributes are allowed by name; whatever is not on the list is refused, which is
//! what keeps out scripts, event handlers, frames, forms and style sheets.

mod allowed;
mod scanner;

use crate::issue::IssueType;
use allowed::{ATTRIBUTES, ELEMENTS};
use scanner::{Scanner, Tag, Token};

/// Deepest nesting of elements.
const DEPTH_MAX: usize = 128;

/// What is wrong with a narrative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What kind of fault it is.
    pub code: IssueType,
    /// The end of a sentence that begins with the place.
    pub text: &'static str,
}

const NOT_WELL_FORMED: Fault = Fault {
    code: IssueType::Structure,
    text: "must be well-formed XHTML in a single <div>",
};
const EMPTY: Fault = Fault {
    code: IssueType::Invariant,
    text: "must hold some text or an image",
};
const ACTIVE: Fault = Fault {
    code: IssueType::Security,
    text: "must hold only formatting elements and attributes: no scripts, events, forms, frames or style sheets",
};
const UNSAFE_URL: Fault = Fault {
    code: IssueType::Security,
    text: "must have only links to http, https, ftp, mailto, tel, # and relative addresses, and images without active content",
};
const UNSAFE_STYLE: Fault = Fault {
    code: IssueType::Security,
    text: "must not load from elsewhere or run anything in a style attribute",
};

/// Checks the text of `Narrative.div`.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check(xhtml: &str) -> Result<(), Fault> {
    let mut open: Vec<&str> = Vec::new();
    let (mut roots, mut content) = (0, false);
    for token in Scanner::new(xhtml.trim()) {
        match token.ok_or(NOT_WELL_FORMED)? {
            Token::Text(text) if open.is_empty() && !text.is_empty() => {
                return Err(NOT_WELL_FORMED);
            }
            Token::Text(text) => content |= text.chars().any(|c| !c.is_whitespace()),
            Token::Open(tag) => {
                roots += usize::from(open.is_empty());
                content |= tag.name == "img";
                let root_is_div = !open.is_empty() || tag.name == "div";
                if roots > 1 || !root_is_div || open.len() >= DEPTH_MAX {
                    return Err(NOT_WELL_FORMED);
                }
                check_tag(&tag)?;
                if !tag.closed {
                    open.push(tag.name);
                }
            }
            Token::Close(name) => {
                if open.pop() != Some(name) {
                    return Err(NOT_WELL_FORMED);
                }
            }
        }
    }
    match (open.is_empty() && roots == 1, content) {
        (false, _) => Err(NOT_WELL_FORMED),
        (true, false) => Err(EMPTY),
        (true, true) => Ok(()),
    }
}

fn check_tag(tag: &Tag<'_>) -> Result<(), Fault> {
    if !ELEMENTS.contains(&tag.name) {
        return Err(ACTIVE);
    }
    for attribute in tag.attributes() {
        let (name, value) = attribute.ok_or(NOT_WELL_FORMED)?;
        let namespace = name.starts_with("xmlns:");
        if !ATTRIBUTES.contains(&name) && !namespace {
            return Err(ACTIVE);
        }
        match name {
            "href" | "longdesc" if !is_safe_link(value) => return Err(UNSAFE_URL),
            "src" if !is_safe_image(value) => return Err(UNSAFE_URL),
            "style" if !is_safe_style(value) => return Err(UNSAFE_STYLE),
            _ => {}
        }
    }
    Ok(())
}

/// The scheme of an address in lower case; `None` for a relative one.
fn scheme(address: &str) -> Option<String> {
    let (before, _) = address.split_once(':')?;
    if before.contains(['/', '?', '#']) {
        return None;
    }
    // White space and entities inside a scheme are how a browser is fooled: they stay in and fail.
    Some(before.trim().to_ascii_lowercase())
}

/// Whether a relative address stays one: an entity could hide the colon of a scheme.
fn is_plain(address: &str) -> bool {
    address
        .split('&')
        .skip(1)
        .all(|rest| rest.starts_with("amp;"))
}

fn is_safe_link(address: &str) -> bool {
    match scheme(address) {
        None => is_plain(address),
        Some(s) => matches!(
            s.as_str(),
            "http" | "https" | "ftp" | "mailto" | "tel" | "urn"
        ),
    }
}

fn is_safe_image(address: &str) -> bool {
    match scheme(address) {
        None => is_plain(address),
        Some(s) => matches!(s.as_str(), "http" | "https" | "cid") || is_image_data(address),
    }
}

/// Whether this is a bitmap inside the text; SVG can run scripts.
fn is_image_data(address: &str) -> bool {
    let data = address
        .trim_start()
        .strip_prefix("data:")
        .map(str::trim_start);
    data.is_some_and(|data| {
        ["image/png", "image/jpeg", "image/gif", "image/webp"]
            .iter()
            .any(|k| data.starts_with(k))
    })
}

/// Nothing that runs, and backgrounds only from the resource's own server or inside the text.
fn is_safe_style(style: &str) -> bool {
    const ACTIVE: [&str; 8] = [
        "expression",
        "@import",
        "javascript",
        "behavior",
        "-moz-binding",
        "image-set",
        "\\",
        "/*",
    ];
    let style = style.to_ascii_lowercase();
    let local = |address: &str| {
        let address = address.trim_start_matches(['\'', '"', ' ']);
        let relative = scheme(address).is_none() && !address.starts_with("//");
        (relative && is_plain(address)) || is_image_data(address)
    };
    !ACTIVE.iter().any(|a| style.contains(a)) && style.split("url(").skip(1).all(local)
}
