//! A browser of few words: cookies, and the fields of the forms of our pages.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::load::Connection;
use crate::product::Known;
use crate::scenario::local::INSTANCE;
use crate::{Result, unexpected};

/// One browser.
pub(super) struct Browser {
    connection: Connection,
    host: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(super) async fn open((address, host): (SocketAddr, &str)) -> Result<Self> {
        Ok(Self {
            connection: Connection::open(address).await?,
            host: host.to_owned(),
            cookies: BTreeMap::new(),
        })
    }

    /// Opens the page for signing in, and gives the form that signs this person in.
    pub(super) async fn form_of(&mut self, person: &Known) -> Result<String> {
        self.get(&sign_in()).await?;
        let token = self.field("form_token")?;
        Ok(format!(
            "form_token={}&login={}&password={}",
            encoded(&token),
            encoded(&person.name),
            encoded(&person.secret)
        ))
    }

    /// Sends that form; the status of the answer.
    pub(super) async fn sign_in(&mut self, form: &str) -> Result<u16> {
        self.post(&sign_in(), form).await
    }

    pub(super) async fn get(&mut self, path: &str) -> Result<u16> {
        self.send("GET", path, "").await
    }

    pub(super) async fn post(&mut self, path: &str, form: &str) -> Result<u16> {
        self.send("POST", path, form).await
    }

    async fn send(&mut self, method: &str, path: &str, form: &str) -> Result<u16> {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAccept: text/html\r\nCookie: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.host,
            cookies.join("; "),
            form.len()
        );
        let status = self.connection.ask(request.as_bytes()).await?.status;
        let set = self.connection.headers("set-cookie");
        let pairs = set.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.cookies.extend(pairs);
        Ok(status)
    }

    /// Where the last answer leads.
    pub(super) fn location(&self) -> Result<String> {
        match self.connection.headers("location").next() {
            Some(location) => Ok(location.to_owned()),
            None => unexpected("a page leads nowhere"),
        }
    }

    /// The values of all fields of this name on the page.
    pub(super) fn fields(&self, name: &str) -> Vec<String> {
        let page = String::from_utf8_lossy(self.connection.body());
        let mark = format!("name=\"{name}\" value=\"");
        let values = page.split(mark.as_str()).skip(1);
        values
            .filter_map(|rest| rest.split('"').next())
            .map(str::to_owned)
            .collect()
    }

    fn field(&self, name: &str) -> Result<String> {
        match self.fields(name).into_iter().next() {
            Some(value) => Ok(value),
            None => unexpected(format!("a page has no field {name}")),
        }
    }

    /// Allows all that the page asks for; `here` is its address.
    pub(super) async fn allow(&mut self, here: &str) -> Result<()> {
        let token = self.field("form_token")?;
        let mut form = format!("decision=allow&form_token={}", encoded(&token));
        // Those with a question mark narrow what is kept.
        for kept in self.fields("keep").iter().filter(|key| !key.contains('?')) {
            form.push_str("&keep=");
            form.push_str(&encoded(kept));
        }
        self.post(here, &form).await.map(drop)
    }
}

fn sign_in() -> String {
    format!("/{INSTANCE}/sign-in")
}

/// Percent-encoded, as a form or a query wants it.
pub(super) fn encoded(text: &str) -> String {
    let each = text.bytes().map(|byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn what_means_something_in_a_form_is_encoded() {
        assert_eq!(encoded("a b&c=ü"), "a%20b%26c%3D%C3%BC");
    }
}
