//! Where records come from.

use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A stream of bytes as it lies in a file.
pub type Stream = Box<dyn Read + Send>;

/// One file, or anything else that can be read from its beginning more than once.
pub struct Source {
    /// The name used in reports.
    pub name: String,
    /// Changes when the content does (for a file, its size and time); a journal's note about
    /// another stamp is void.
    pub stamp: String,
    /// Its size as it lies there, where known; for progress alone.
    pub bytes: Option<u64>,
    /// Whether each line is one record, whatever it looks like (`.ndjson`).
    pub one_per_line: bool,
    open: Box<dyn Fn() -> io::Result<Stream> + Send + Sync>,
}

impl Source {
    /// A source called `name` that `open` opens at its beginning.
    pub fn new(
        name: impl Into<String>,
        open: impl Fn() -> io::Result<Stream> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            stamp: String::new(),
            bytes: None,
            one_per_line: false,
            open: Box::new(open),
        }
    }

    /// The decompressed stream; `counter` is told the bytes read as they lie there.
    pub(crate) fn open(&self, counter: &Arc<AtomicU64>) -> io::Result<Stream> {
        let mut raw = (self.open)()?;
        let mut magic = [0; 4];
        let mut got = 0;
        while let Some(room) = magic.get_mut(got..).filter(|room| !room.is_empty()) {
            match raw.read(room)? {
                0 => break,
                n => got += n,
            }
        }
        let seen = magic.get(..got).unwrap_or_default().to_vec();
        let whole = Counted {
            input: Cursor::new(seen).chain(raw),
            counter: Arc::clone(counter),
        };
        Ok(match magic {
            [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(whole)),
            [0x28, 0xb5, 0x2f, 0xfd] => Box::new(zstd::stream::read::Decoder::new(whole)?),
            _ => Box::new(whole),
        })
    }
}

struct Counted<R> {
    input: R,
    counter: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let got = self.input.read(out)?;
        self.counter.fetch_add(got as u64, Ordering::Relaxed);
        Ok(got)
    }
}
