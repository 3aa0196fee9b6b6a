//! One kept connection.

use std::net::SocketAddr;

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
    body: std::ops::Range<usize>,
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
            body: 0..0,
        })
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
                self.buffer = body;
                self.body = 0..self.buffer.len();
                Ok(Response {
                    status,
                    body_bytes: self.buffer.len(),
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
