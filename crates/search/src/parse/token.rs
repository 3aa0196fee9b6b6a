//! Tokens: `code`, `system|code`, `|code`, `system|` (3.1.1.4.10).

use super::escape::{split_once, unescape};
use crate::value::TokenMatch;

/// The token that `text` asks for; `None` when it names neither system nor code.
pub(super) fn token(text: &str) -> Option<TokenMatch> {
    let Some((system, code)) = split_once(text, '|') else {
        return (!text.is_empty()).then(|| TokenMatch::Code(unescape(text)));
    };
    match (system.is_empty(), code.is_empty()) {
        (true, true) => None,
        (true, false) => Some(TokenMatch::NoSystem(unescape(code))),
        (false, true) => Some(TokenMatch::System(unescape(system))),
        (false, false) => Some(TokenMatch::SystemAndCode(unescape(system), unescape(code))),
    }
}
