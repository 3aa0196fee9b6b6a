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

/// A canary that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Whose it is, in capitals.
    pub owner: String,
    /// All of it, in capitals.
    pub whole: String,
}

/// Every canary in `text`, in order of appearance. Case is ignored, because search folds it.
pub fn canaries_in(text: &str) -> Vec<Found> {
    let folded = text.to_ascii_uppercase();
    folded
        .split(MARK)
        .skip(1)
        .map(|rest| rest.split_once('-').unwrap_or((rest, "")))
        .map(|(owner, rest)| {
            let n: String = rest.chars().take_while(char::is_ascii_digit).collect();
            Found {
                owner: owner.to_owned(),
                whole: format!("{MARK}{owner}-{n}"),
            }
        })
        .collect()
}

/// Every canary in `answer` that does not belong to `owner`, in order of appearance.
pub fn foreign_canaries(owner: &str, answer: &str) -> Vec<String> {
    let found = canaries_in(answer).into_iter();
    let foreign = found.filter(|found| !found.owner.eq_ignore_ascii_case(owner));
    foreign.map(|found| found.whole).collect()
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
