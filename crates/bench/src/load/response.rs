//! Reading an HTTP/1.1 answer (RFC 9112), as much of it as a load generator needs.

use crate::{Result, unexpected};

/// What an answer came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// The length of its body.
    pub body_bytes: usize,
}

/// The head of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    /// Bytes of the head.
    pub(super) len: usize,
    /// Bytes of the body; `None` when it comes in chunks.
    pub(super) body_len: Option<usize>,
}

/// The head, once it is complete.
pub(super) fn head(bytes: &[u8]) -> Result<Option<Head>> {
    let Some(end) = find(bytes, b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default());
    let mut lines = text.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|status| status.parse().ok());
    let Some(status) = status else {
        return unexpected("the answer is no HTTP/1.1");
    };
    let mut body_len = (status == 204 || status == 304).then_some(0);
    let mut chunked = false;
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            body_len = value.trim().parse().ok();
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            chunked = value.trim().eq_ignore_ascii_case("chunked");
        }
    }
    if body_len.is_none() && !chunked {
        return unexpected("the answer does not say how long it is");
    }
    Ok(Some(Head {
        status,
        len: end + 4,
        body_len: if chunked { None } else { body_len },
    }))
}

/// The length of a complete chunked body as it lies there; `None` while it is not complete.
pub(super) fn chunked_len(bytes: &[u8]) -> Result<Option<usize>> {
    let mut at = 0;
    loop {
        let Some((size, data)) = chunk(bytes, at)? else {
            return Ok(None);
        };
        let end = data + size + 2;
        if bytes.len() < end {
            return Ok(None);
        }
        if size == 0 {
            return Ok(Some(end));
        }
        at = end;
    }
}

/// The body of a complete chunked body.
pub(super) fn dechunk(bytes: &[u8]) -> Result<Vec<u8>> {
    let (mut at, mut body) = (0, Vec::with_capacity(bytes.len()));
    while let Some((size, data)) = chunk(bytes, at)? {
        if size == 0 {
            break;
        }
        body.extend_from_slice(bytes.get(data..data + size).unwrap_or_default());
        at = data + size + 2;
    }
    Ok(body)
}

/// The size of the chunk at `at`, and where its data begins.
fn chunk(bytes: &[u8], at: usize) -> Result<Option<(usize, usize)>> {
    let rest = bytes.get(at..).unwrap_or_default();
    let Some(line) = find(rest, b"\r\n") else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(rest.get(..line).unwrap_or_default());
    let digits = text.split(';').next().unwrap_or_default().trim();
    match usize::from_str_radix(digits, 16) {
        Ok(size) => Ok(Some((size, at + line + 2))),
        Err(_) => unexpected("a chunk does not say how long it is"),
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|part| part == what)
}

#[cfg(test)]
mod tests {
    use super::{Head, chunked_len, dechunk, head};

    #[test]
    fn heads() {
        let check = |text: &str, expect: Option<Head>| {
            assert_eq!(head(text.as_bytes()).unwrap(), expect, "{text}");
        };
        check("HTTP/1.1 200 OK\r\nContent-Le", None);
        check(
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
            Some(Head {
                status: 200,
                len: 38,
                body_len: Some(5),
            }),
        );
        check(
            "HTTP/1.1 204 No Content\r\n\r\n",
            Some(Head {
                status: 204,
                len: 27,
                body_len: Some(0),
            }),
        );
        assert!(head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }

    #[test]
    fn chunks() {
        let body = b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n";
        assert_eq!(chunked_len(body).unwrap(), Some(body.len()));
        assert_eq!(chunked_len(&body[..20]).unwrap(), None);
        assert_eq!(dechunk(body).unwrap(), b"hello world");
    }
}
