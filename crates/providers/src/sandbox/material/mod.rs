//! The files that an order is made from, read and decoded.
//!
//! Files of ours come from the shelf and really are decoded. For somebody else's address a stand-in is drawn that
//! follows from the address, as test jobs do not touch the network.

mod boxes;
mod clip;
mod mark;
mod picture;
mod sound;
mod spoken;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use image::RgbaImage;
use sha2::{Digest, Sha256};
use spool_domain::catalogue::{Given, Media, Origin};
use spool_domain::reference::parse_file_id;
use spool_domain::resident::{Shelf, Unread};

pub(super) use boxes::{inside, only, word};
pub(super) use clip::Clip;
pub(super) use spoken::write as write_spoken;

use super::render::{Format, stand_in};

/// The largest file that is read, bytes: as large as an upload may be.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// The most files that are read for one order. The others are not looked at.
const FILES_MAX: usize = 16;

/// Where files come from, and the key by which the sandbox knows its own clips.
pub(super) struct Store {
    pub(super) shelf: Arc<dyn Shelf>,
    pub(super) mark_key: [u8; 32],
}

/// One decoded file.
pub(super) struct Material {
    pub(super) mask: bool,
    pub(super) content: Content,
    /// Follows from the file or its address alone.
    pub(super) fingerprint: u64,
}

/// What a file holds.
pub(super) enum Content {
    Picture(RgbaImage),
    Sound(Heard),
    Clip(Clip),
}

/// A sound in the rate of everything that the sandbox plays, one channel.
pub(super) struct Heard {
    pub(super) samples: Vec<i16>,
    /// The words that the sandbox made it from.
    pub(super) words: Option<String>,
}

/// Why the files cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Bad {
    /// It is no file of its kind, or a broken one: whoever ordered it is told so.
    Content(String),
    /// It is not there any more.
    Gone(String),
    /// It could not be read; maybe later.
    Shelf(String),
}

impl Store {
    /// Adds the mark of the sandbox to a clip.
    pub(super) fn mark(&self, clip: &mut Vec<u8>) {
        mark::add(&self.mark_key, clip);
    }
}

/// Decodes what an order names, in its order.
pub(super) fn open(store: Option<&Store>, origin: &Origin) -> Result<Vec<Material>, Bad> {
    origin.files.iter().take(FILES_MAX).map(|given| one(store, given)).collect()
}

/// Whether all files of ours that an order names can be decoded.
pub(super) fn check(store: Option<&Store>, origin: &Origin) -> Result<(), Bad> {
    let mut ours = origin.files.iter().take(FILES_MAX).filter(|given| parse_file_id(&given.text).is_some());
    ours.try_for_each(|given| one(store, given).map(|_| ()))
}

fn one(store: Option<&Store>, given: &Given) -> Result<Material, Bad> {
    let field = &given.field;
    let material = |content, fingerprint| Material { mask: given.mask, content, fingerprint };
    let Some(id) = parse_file_id(&given.text) else {
        let fingerprint = fingerprint(given.text.as_bytes());
        return Ok(material(drawn(given.of, fingerprint), fingerprint));
    };
    let store = store.ok_or_else(|| Bad::Shelf(format!("{field} names a file, and there is no shelf.")))?;
    let bytes = store.shelf.read(id, FILE_BYTES_MAX).map_err(|unread| match unread {
        Unread::Missing => Bad::Gone(format!("{field} names a file that is not there any more.")),
        Unread::TooLarge => {
            Bad::Content(format!("{field} is larger than the {FILE_BYTES_MAX} bytes that the sandbox reads."))
        }
        Unread::Broken(_) => Bad::Shelf(format!("{field} could not be read.")),
    })?;
    let fingerprint = fingerprint(&bytes);
    let broken = |what: String| Bad::Content(format!("{field} cannot be decoded: {what}."));
    // The decoders are of Rust and do no harm when they stumble over a file; they must not end the process either.
    let decoded = catch_unwind(AssertUnwindSafe(|| match given.of {
        Media::Image => picture::decode(&bytes).map(|found| found.map(Content::Picture)),
        Media::Audio => sound::decode(&bytes).map(|found| found.map(Content::Sound)),
        Media::Video => {
            Clip::open(bytes.clone(), &store.mark_key, fingerprint).map(|found| found.map(Content::Clip))
        }
    }));
    let decoded = decoded.unwrap_or_else(|_| Err("it is broken".to_owned())).map_err(broken)?;
    Ok(material(decoded.unwrap_or_else(|| drawn(given.of, fingerprint)), fingerprint))
}

/// What stands in for a file that is not fetched or not decoded here.
fn drawn(of: Media, seed: u64) -> Content {
    match of {
        Media::Image => Content::Picture(stand_in::picture(seed)),
        Media::Audio => Content::Sound(Heard { samples: stand_in::sound(seed), words: None }),
        Media::Video => Content::Clip(Clip::drawn(seed)),
    }
}

fn fingerprint(bytes: &[u8]) -> u64 {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    digest[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The words in a finished sound, where its format has a place for them.
pub(super) fn with_words(format: Format, file: Vec<u8>, words: &str) -> Vec<u8> {
    write_spoken(format, file, words)
}
