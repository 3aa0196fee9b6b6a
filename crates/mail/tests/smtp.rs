//! Mail on its way to a mail server: a small real one that speaks SMTP over TCP.

#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use std::sync::{Arc, Mutex};

use cresset_base::{InstanceName, Limits, Timestamp};
use cresset_mail::{Carrier, Smtp, deliver};
use cresset_store::consent::Ticket;
use cresset_store::grant::Hashed;
use cresset_store::mail::Mail;
use cresset_store::{InstanceSettings, Instances, Store};
use cresset_store_sqlite::{DataDirectory, Options};
use cresset_testkit::ManualClock;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What a server heard, and what it answers to a recipient.
struct Server {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
    answer: Arc<Mutex<&'static str>>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (heard, answer) = (Arc::default(), Arc::new(Mutex::new("250 OK")));
        let server = Self {
            port,
            heard,
            answer,
        };
        let (heard, answer) = (server.heard.clone(), server.answer.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, heard.clone(), answer.clone()));
            }
        });
        server
    }

    fn carrier(&self) -> Carrier {
        let smtp = Smtp {
            url: format!("smtp://127.0.0.1:{}", self.port),
            credentials: None,
        };
        Carrier::smtp(smtp, "Cresset <no-reply@ehr.example>").unwrap()
    }

    fn heard(&self) -> String {
        self.heard.lock().unwrap().join("\n")
    }
}

/// RFC 5321, as far as one message goes.
async fn converse(
    stream: TcpStream,
    heard: Arc<Mutex<Vec<String>>>,
    answer: Arc<Mutex<&'static str>>,
) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut in_data = false;
    let mut reply = "220 mail.example".to_owned();
    loop {
        if !reply.is_empty() {
            write
                .write_all(format!("{reply}\r\n").as_bytes())
                .await
                .unwrap();
        }
        let Ok(Some(line)) = lines.next_line().await else {
            return;
        };
        heard.lock().unwrap().push(line.clone());
        reply = match line.split([' ', ':']).next() {
            _ if in_data && line == "." => {
                in_data = false;
                "250 OK".to_owned()
            }
            _ if in_data => String::new(),
            Some("EHLO") => "250 mail.example".to_owned(),
            Some("RCPT") => (*answer.lock().unwrap()).to_owned(),
            Some("DATA") => {
                in_data = true;
                "354 go on".to_owned()
            }
            _ => "250 OK".to_owned(),
        };
    }
}

struct Practice {
    store: Arc<dyn Store>,
    name: InstanceName,
    _folder: TempDir,
}

/// A practice in which one message waits since noon.
async fn practice() -> Practice {
    let folder = TempDir::new().unwrap();
    let options = Options {
        clock: Arc::new(ManualClock::default()),
        limits: Arc::new(Limits::default()),
        bases: Arc::new(|_: &InstanceName| Vec::new()),
    };
    let directory = DataDirectory::open(folder.path(), options).unwrap();
    let name: InstanceName = "demo".parse().unwrap();
    directory
        .create(&name, &InstanceSettings::new(at(0)))
        .unwrap();
    let store = Instances::open(&directory, &name).await.unwrap().unwrap();
    let mail = Mail {
        id: "msg_1".to_owned(),
        to: "zoe@example.org".to_owned(),
        subject: "A new password — Zoë".to_owned(),
        text: "Hello Zoë,\n\n.a line that begins with a dot\n".to_owned(),
        posted: at(0),
    };
    let ticket = Ticket {
        hash: Hashed([1; 32]),
        content: String::new(),
        expires: at(59),
    };
    store.add_ticket(ticket, Some(mail), at(0)).await.unwrap();
    Practice {
        store,
        name,
        _folder: folder,
    }
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_767_355_200 + 60 * minute).unwrap()
}

fn clock_at(minute: i64) -> ManualClock {
    ManualClock::at(at(minute))
}

#[tokio::test]
async fn a_mail_server_is_handed_the_message_once() {
    let (server, practice) = (Server::start().await, practice().await);
    let carrier = server.carrier();
    for (minute, expect) in [(0, 1), (30, 0)] {
        let sent = deliver(
            &*practice.store,
            &carrier,
            &practice.name,
            &clock_at(minute),
        )
        .await;
        assert_eq!(sent.unwrap(), expect);
    }
    let heard = server.heard();
    for part in [
        "EHLO ehr.example",
        "MAIL FROM:<no-reply@ehr.example>",
        "RCPT TO:<zoe@example.org>",
        "Message-ID: <msg_1@ehr.example>",
        "Date: Fri, 02 Jan 2026 12:00:00 +0000",
        "From: Cresset <no-reply@ehr.example>",
        "Content-Transfer-Encoding:",
        "..a line that begins with a dot",
    ] {
        assert!(heard.contains(part), "{part} in {heard}");
    }
    assert_eq!(practice.store.count_mail().await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_refused_for_now_is_tried_again_and_ever_more_rarely() {
    let (server, practice) = (Server::start().await, practice().await);
    let carrier = server.carrier();
    *server.answer.lock().unwrap() = "451 come back later";
    let deliver_at = async |minute| {
        let sent = deliver(
            &*practice.store,
            &carrier,
            &practice.name,
            &clock_at(minute),
        )
        .await;
        let tries = server.heard().matches("RCPT").count();
        (sent.unwrap(), tries)
    };
    assert_eq!(deliver_at(0).await, (0, 1));
    assert_eq!(deliver_at(0).await, (0, 1), "it waits a minute");
    assert_eq!(deliver_at(1).await, (0, 2));
    assert_eq!(deliver_at(2).await, (0, 2), "and then two");
    *server.answer.lock().unwrap() = "250 OK";
    assert_eq!(deliver_at(3).await, (1, 3));
}

#[tokio::test]
async fn what_is_refused_for_ever_is_given_up() {
    let (server, practice) = (Server::start().await, practice().await);
    *server.answer.lock().unwrap() = "550 nobody here";
    let sent = deliver(
        &*practice.store,
        &server.carrier(),
        &practice.name,
        &clock_at(0),
    )
    .await;
    assert_eq!(sent.unwrap(), 0);
    assert_eq!(practice.store.count_mail().await.unwrap(), 0);
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_for_hours_and_no_longer() {
    let practice = practice().await;
    let smtp = Smtp {
        url: "smtp://127.0.0.1:1".to_owned(),
        credentials: None,
    };
    let carrier = Carrier::smtp(smtp, "no-reply@ehr.example").unwrap();
    for minute in 0..300 {
        deliver(
            &*practice.store,
            &carrier,
            &practice.name,
            &clock_at(minute),
        )
        .await
        .unwrap();
        let waits = practice.store.count_mail().await.unwrap();
        assert_eq!(waits, u64::from(minute < 255), "at minute {minute}");
    }
}

#[test]
fn senders_and_servers_that_cannot_be_are_refused() {
    let smtp = |url: &str| Smtp {
        url: url.to_owned(),
        credentials: None,
    };
    assert!(Carrier::smtp(smtp("http://x"), "a@b.example").is_err());
    assert!(Carrier::smtp(smtp("smtp://x"), "nobody").is_err());
}
