//! The door against a real server on this machine.
#![expect(clippy::unwrap_used, reason = "a surprise in a test is a failed test")]

use cresset_base::Limits;
use cresset_outbound::{Outbound, OutboundError, Reach};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Serves one answer to each connection and gives the URL under which it does.
async fn server(answer: impl Into<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = answer.into();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = [0; 4_096];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(&answer).await;
        }
    });
    format!("http://localhost:{port}/jwks")
}

fn limits() -> Limits {
    Limits {
        outbound_bytes_max: 1_000,
        outbound_ms_max: 500,
        ..Limits::default()
    }
}

async fn get(url: &str) -> Result<String, OutboundError> {
    let fetched = Outbound::new(Reach::Anywhere, &limits()).get(url).await?;
    let body = String::from_utf8(fetched.body.to_vec()).unwrap();
    Ok(format!("{body} for {} s", fetched.fresh_s))
}

#[tokio::test]
async fn a_document_comes_with_the_time_it_may_be_kept() {
    let url =
        server("HTTP/1.1 200 OK\r\ncache-control: max-age=5\r\ncontent-length: 2\r\n\r\n{}").await;
    assert_eq!(get(&url).await.unwrap(), "{} for 5 s");
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_asked() {
    let url = server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
    let url = url.replace("http:", "https:");
    let error = Outbound::new(Reach::Public, &limits()).get(&url).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("an address that is not public"), "{error}");
}

#[tokio::test]
async fn redirects_other_statuses_and_long_answers_are_refused() {
    let moved =
        server("HTTP/1.1 302 Found\r\nlocation: http://localhost/\r\ncontent-length: 0\r\n\r\n")
            .await;
    assert!(matches!(get(&moved).await, Err(OutboundError::Status(s)) if s == 302));
    let missing = server("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await;
    assert!(matches!(get(&missing).await, Err(OutboundError::Status(s)) if s == 404));
    let mut long = b"HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n".to_vec();
    long.extend([b' '; 1_001]);
    assert!(matches!(
        get(&server(long).await).await,
        Err(OutboundError::TooLong(1_000))
    ));
}

#[tokio::test]
async fn a_server_that_says_nothing_is_not_waited_for() {
    let url = server("").await;
    assert!(matches!(
        get(&url).await,
        Err(OutboundError::Unreachable(_))
    ));
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    assert!(matches!(
        get(&url).await,
        Err(OutboundError::Unreachable(_))
    ));
}
