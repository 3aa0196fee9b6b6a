//! Mail laid in a folder, for those who have no mail server.

#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use cresset_mail::Carrier;
use cresset_store::mail::Mail;

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_letter_is_for_the_servers_own_account_alone() {
    let root = tempfile::tempdir().unwrap();
    let outbox = root.path().join("outbox");
    let carrier = Carrier::folder(outbox.clone(), "no-reply@ehr.example").unwrap();
    let mail = Mail {
        id: "m1".to_owned(),
        to: "ann@example.org".to_owned(),
        subject: "Welcome".to_owned(),
        text: "Choose a password.".to_owned(),
        posted: "2026-03-01T12:00:00Z".parse().unwrap(),
    };
    carrier
        .carry(&"sunrise".parse().unwrap(), &mail)
        .await
        .unwrap();
    let folder = outbox.join("sunrise");
    assert_eq!((mode(&outbox), mode(&folder)), (0o700, 0o700));
    let letters: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
    assert_eq!(letters.len(), 1);
    let letter = folder.join("m1.eml");
    assert_eq!(mode(&letter), 0o600);
    let text = std::fs::read_to_string(letter).unwrap();
    assert!(text.contains("Choose a password."), "{text}");
}
