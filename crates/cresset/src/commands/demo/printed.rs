//! What the demo prints: addresses, the app, and lines to paste.

use std::fmt::{self, Display, Formatter};

use cresset_base::Secret;

use super::people::SignIn;
use crate::output;

/// Everything a newcomer needs.
pub(super) struct Printed {
    pub(super) url: String,
    pub(super) resources: u64,
    pub(super) client_id: String,
    /// Only when it was made just now.
    pub(super) secret: Option<Secret<String>>,
    /// Who can sign in.
    pub(super) people: Vec<SignIn>,
}

impl Display for Printed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { url, client_id, .. } = self;
        writeln!(
            f,
            "Cresset serves the practice `demo` with {} resources.\n",
            output::count(self.resources)
        )?;
        writeln!(f, "  page                  {url}/demo/")?;
        writeln!(f, "  FHIR base             {url}/demo/fhir")?;
        writeln!(f, "  authorization server  {url}/demo/auth\n")?;
        writeln!(f, "  client_id      {client_id}")?;
        let secret = self.secret.as_ref().map(Secret::expose);
        if let Some(secret) = secret {
            writeln!(f, "  client_secret  {secret}")?;
            writeln!(
                f,
                "\nThe secret is not shown again; `--new-secret` makes another.\n"
            )?;
        } else {
            let shown = "Its secret was shown once, on the first start";
            writeln!(f, "\n{shown}; `--new-secret` makes another.\n")?;
        }
        self.people(f)?;
        let secret = secret.map_or("CLIENT_SECRET", String::as_str);
        writeln!(f, "Get a token:\n")?;
        writeln!(
            f,
            "  TOKEN=$(curl -sS -u '{client_id}:{secret}' -d grant_type=client_credentials \\\n    \
             {url}/demo/auth/token/ | sed 's/.*\"access_token\": *\"\\([^\"]*\\)\".*/\\1/')\n"
        )?;
        writeln!(f, "Search with it:\n")?;
        writeln!(
            f,
            "  curl -sS -H \"Authorization: Bearer $TOKEN\" \\\n    \
             '{url}/demo/fhir/Observation?category=vital-signs&_sort=-date&_count=2&_pretty=true'\n"
        )?;
        f.write_str("Ctrl-C stops it.")
    }
}

impl Printed {
    fn people(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "Sign in at {}/demo/sign-in as\n", self.url)?;
        writeln!(f, "  {:<14} {:<26} who", "user name", "password")?;
        for person in &self.people {
            let SignIn {
                role, login, name, ..
            } = person;
            let password = person.password.as_ref().map(Secret::expose);
            let password = password.map_or("(shown on the first start)", String::as_str);
            writeln!(f, "  {login:<14} {password:<26} {name} ({role})")?;
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    use super::{Printed, SignIn};
    use cresset_base::Secret;

    #[test]
    fn the_secret_is_shown_when_there_is_one() {
        let mut printed = Printed {
            url: "http://localhost:8080".to_owned(),
            resources: 20_000,
            client_id: "app".to_owned(),
            secret: Some(Secret::new("s3cret".to_owned())),
            people: vec![SignIn {
                role: "patient",
                login: "patient",
                name: "Ann Lee".to_owned(),
                password: Some(Secret::new("pa55word".to_owned())),
            }],
        };
        let text = printed.to_string();
        assert!(
            text.contains("client_id      app\n") && text.contains("client_secret  s3cret\n"),
            "{text}"
        );
        assert!(
            text.contains("'app:s3cret'") && text.contains("20,000"),
            "{text}"
        );
        assert!(
            text.contains("patient        pa55word") && text.contains("Ann Lee"),
            "{text}"
        );
        printed.people[0].password = None;
        printed.secret = None;
        let text = printed.to_string();
        assert!(
            text.contains("--new-secret") && !text.contains("s3cret") && !text.contains("pa55word"),
            "{text}"
        );
    }
}
