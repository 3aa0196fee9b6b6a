//! One kept connection.

use std::net::SocketAddr;
use std::ops::Range;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::response::{Head, Response, chunked_len, dechunk, head};
use crate::{Result, unexpected};

/// Largest head of an answer.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// One kept connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Bytes of the head of the last answer; its body follows.
    head_bytes: usize,
    body: Range<usize>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(64 * 1024),
            head_bytes: 0,
            body: 0..0,
        })
    }

    /// The values of a header of the last answer.
    pub fn headers<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c str> {
        let head = self.buffer.get(..self.head_bytes).unwrap_or_default();
        let lines = head.split(|byte| *byte == b'\n');
        lines
            .filter_map(|line| std::str::from_utf8(line).ok()?.split_once(':'))
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// The body of the last answer.
    pub fn body(&self) -> &[u8] {
        self.buffer.get(self.body.clone()).unwrap_or_default()
    }

    /// Sends a rendered request and reads the answer.
    ///
    /// # Errors
    /// When the connection ends, or what comes is no HTTP/1.1 answer with a known length.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Response> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(head) = head(&self.buffer)? {
                break head;
            }
            if self.buffer.len() > HEAD_BYTES_MAX {
                return unexpected("the head of an answer has no end");
            }
            self.more().await?;
        };
        self.head_bytes = head.len;
        match head {
            Head {
                status,
                len,
                body_len: Some(body_len),
            } => {
                while self.buffer.len() < len + body_len {
                    self.more().await?;
                }
                self.body = len..len + body_len;
                Ok(Response {
                    status,
                    body_bytes: body_len,
                })
            }
            Head {
                status,
                len,
                body_len: None,
            } => {
                while chunked_len(self.buffer.get(len..).unwrap_or_default())?.is_none() {
                    self.more().await?;
                }
                let body = dechunk(self.buffer.get(len..).unwrap_or_default())?;
                self.buffer.truncate(len);
                self.buffer.extend_from_slice(&body);
                self.body = len..self.buffer.len();
                Ok(Response {
                    status,
                    body_bytes: body.len(),
                })
            }
        }
    }

    async fn more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return unexpected("the server closed the connection");
        }
        Ok(())
    }
}
