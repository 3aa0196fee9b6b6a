//! Strings that betray where they came from.

const MARK: &str = "CANARY-";

/// A value to put into test data that belongs to `owner`: `CANARY-<owner>-<n>`.
///
/// `owner` is a patient or an instance, written in letters and digits only, so that the owner can
/// be told from the rest of the value. Different `n` make different values of one owner.
pub fn canary(owner: &str, n: u32) -> String {
    let owner: String = owner.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{MARK}{owner}-{n}")
}

/// Every canary in `answer` that does not belong to `owner`, in order of appearance.
///
/// Case is ignored, because search folds it.
pub fn foreign_canaries(owner: &str, answer: &str) -> Vec<String> {
    let folded = answer.to_ascii_uppercase();
    folded
        .split(MARK)
        .skip(1)
        .map(|rest| rest.split_once('-').unwrap_or((rest, "")))
        .filter(|(found, _)| !found.eq_ignore_ascii_case(owner))
        .map(|(found, rest)| {
            let n: String = rest.chars().take_while(char::is_ascii_digit).collect();
            format!("{MARK}{found}-{n}")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{canary, foreign_canaries};

    #[test]
    fn only_foreign_canaries_are_reported() {
        let answer = format!(
            "{{\"a\":\"{}\",\"b\":\"{}\"}}",
            canary("A", 1),
            canary("B", 2)
        );
        assert_eq!(foreign_canaries("A", &answer), [canary("B", 2)]);
        assert_eq!(
            foreign_canaries("B", &answer.to_lowercase()),
            [canary("A", 1)]
        );
        assert!(foreign_canaries("A", "nothing here").is_empty());
    }
}
