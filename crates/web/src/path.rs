//! A path in its parts.

/// What stands between the slashes, the empty text before the first included. Each request is looked at
/// several times before it is routed, so this is a plain loop over bytes.
pub(crate) fn parts(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(path);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let Some(end) = text.bytes().position(|byte| byte == b'/') else {
            return Some(text);
        };
        rest = text.get(end + 1..);
        text.get(..end)
    })
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn parts_are_what_stands_between_slashes() {
        for path in ["", "/", "a", "/a", "/demo/fhir/Patient/1", "/ä//b/", "//"] {
            let found: Vec<&str> = parts(path).collect();
            let expect: Vec<&str> = path.split('/').collect();
            assert_eq!(found, expect, "{path}");
        }
    }
}
