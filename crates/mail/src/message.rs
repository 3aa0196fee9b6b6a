//! A message as it goes over the wire (RFC 5322).

use cresset_store::mail::Mail;
use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;

use crate::carrier::Undelivered;

/// The message, from this sender. Its id stays the same however often it is tried, so that a copy
/// can be told.
pub(crate) fn message(mail: &Mail, from: &Mailbox) -> Result<Message, Undelivered> {
    let never = |error: &dyn std::fmt::Display| Undelivered::Never(error.to_string());
    let to: Mailbox = mail
        .to
        .parse()
        .map_err(|_| Undelivered::Never("the address cannot be written to".to_owned()))?;
    let date = std::time::SystemTime::from(mail.posted);
    Message::builder()
        .message_id(Some(format!("<{}@{}>", mail.id, from.email.domain())))
        .date(date)
        .from(from.clone())
        .to(to)
        .subject(mail.subject.clone())
        .header(ContentType::TEXT_PLAIN)
        .body(mail.text.clone())
        .map_err(|error| never(&error))
}
