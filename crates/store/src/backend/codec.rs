//! Bodies as stored: zstd frames, with a dictionary of the type's own once it has one.
//!
//! A frame names its dictionary, so bodies written before a dictionary existed, or with an earlier
//! one, stay readable for ever.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::store::Error;
use bytes::Bytes;
use cresset_definitions::ResourceType;
use parking_lot::RwLock;
use zstd::zstd_safe::{
    CCtx, CDict, DCtx, DDict, compress_bound, get_dict_id_from_frame, get_frame_content_size,
};

const LEVEL: i32 = 3;
/// Records are alike, and each read pays for its own.
const LEVEL_OF_TRAIL: i32 = 1;

/// One dictionary, digested on first use in each direction.
struct Dictionary {
    bytes: Vec<u8>,
    compressing: OnceLock<CDict<'static>>,
    expanding: OnceLock<DDict<'static>>,
}

#[derive(Default)]
struct Table {
    by_number: HashMap<u32, Arc<Dictionary>>,
    newest: HashMap<u8, Arc<Dictionary>>,
}

/// All dictionaries of one instance.
#[derive(Default)]
pub struct Codec {
    table: RwLock<Table>,
}

thread_local! {
    static COMPRESSING: RefCell<CCtx<'static>> = RefCell::new(CCtx::create());
    static EXPANDING: RefCell<DCtx<'static>> = RefCell::new(DCtx::create());
}

impl Codec {
    /// Adds a dictionary; what is written from now on uses it.
    pub fn add(&self, number: u32, resource_type: u8, bytes: Vec<u8>) {
        let dictionary = Arc::new(Dictionary {
            bytes,
            compressing: OnceLock::new(),
            expanding: OnceLock::new(),
        });
        let mut table = self.table.write();
        table.by_number.insert(number, dictionary.clone());
        table.newest.insert(resource_type, dictionary);
    }

    /// Whether the dictionary of a stored form is here.
    pub fn knows(&self, stored: &[u8]) -> bool {
        get_dict_id_from_frame(stored)
            .is_none_or(|number| self.table.read().by_number.contains_key(&number.get()))
    }

    /// Whether a dictionary of this number is here.
    pub fn holds(&self, number: u32) -> bool {
        self.table.read().by_number.contains_key(&number)
    }

    /// Whether a type has a dictionary.
    pub fn has(&self, resource_type: ResourceType) -> bool {
        self.table.read().newest.contains_key(&resource_type.code())
    }

    /// The stored form of a body.
    ///
    /// # Errors
    /// [`Error::Failed`] when it cannot be compressed.
    pub fn compress(&self, resource_type: ResourceType, body: &[u8]) -> Result<Vec<u8>, Error> {
        let dictionary = self.table.read().newest.get(&resource_type.code()).cloned();
        compressed(body, dictionary.as_deref(), LEVEL)
    }

    /// The body of a stored form.
    ///
    /// # Errors
    /// [`Error::Failed`] when it is no frame, or one of an unknown dictionary.
    pub fn expand(&self, stored: &[u8]) -> Result<Bytes, Error> {
        let length = get_frame_content_size(stored).ok().flatten();
        let length = length
            .and_then(|n| usize::try_from(n).ok())
            .ok_or_else(|| Error::failed("a body has no length"))?;
        let dictionary = match get_dict_id_from_frame(stored) {
            Some(number) => {
                let found = self.table.read().by_number.get(&number.get()).cloned();
                Some(found.ok_or_else(|| Error::failed("a body names an unknown dictionary"))?)
            }
            None => None,
        };
        let mut out = Vec::with_capacity(length);
        let result = EXPANDING.with_borrow_mut(|context| match &dictionary {
            Some(dictionary) => {
                let digested = dictionary
                    .expanding
                    .get_or_init(|| DDict::create(&dictionary.bytes));
                context.decompress_using_ddict(&mut out, stored, digested)
            }
            None => context.decompress(&mut out, stored),
        });
        result.map_err(|code| Error::failed(zstd::zstd_safe::get_error_name(code)))?;
        Ok(Bytes::from(out))
    }
}

/// The stored form of records of the trail, which every read adds to; [`Codec::expand`] reads it.
///
/// # Errors
/// [`Error::Failed`] when it cannot be compressed.
pub fn compress_trail(text: &[u8]) -> Result<Vec<u8>, Error> {
    compressed(text, None, LEVEL_OF_TRAIL)
}

fn compressed(text: &[u8], dictionary: Option<&Dictionary>, level: i32) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(compress_bound(text.len()));
    let result = COMPRESSING.with_borrow_mut(|context| match dictionary {
        Some(dictionary) => {
            let digested = dictionary
                .compressing
                .get_or_init(|| CDict::create(&dictionary.bytes, LEVEL));
            context.compress_using_cdict(&mut out, text, digested)
        }
        None => context.compress(&mut out, text, level),
    });
    result.map_err(|code| Error::failed(zstd::zstd_safe::get_error_name(code)))?;
    out.shrink_to_fit();
    Ok(out)
}

/// Size of a trained dictionary in bytes.
const DICTIONARY_BYTES: usize = 16 * 1024;

/// Trains a dictionary from bodies and gives it a small number, which each frame repeats.
pub fn train(samples: &[Bytes], number: u32) -> Option<Vec<u8>> {
    let mut bytes = zstd::dict::from_samples(samples, DICTIONARY_BYTES).ok()?;
    // A dictionary is: 4 bytes of magic, 4 bytes of its number, the tables, the content.
    bytes.get_mut(4..8)?.copy_from_slice(&number.to_le_bytes());
    Some(bytes)
}
