//! What a finished file is: its type, its size in pixels and its duration, all read from its own bytes.
//!
//! Names and headers that came with a file are claims of whoever sent it, so nothing here looks at them. Every
//! reader is total: any sequence of bytes gives an answer, in time bounded by the file's length and in memory
//! bounded by the constants below, whatever lengths the file states about itself.

mod boxes;
mod ebml;
mod format;
mod frames;
mod ogg;
mod raster;
mod sniff;
mod source;
mod text;
mod wave;

use std::io::{self, Cursor, Read, Seek};

use format::Format;
use source::Source;

/// What the bytes of a file say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// The media type to serve it with, such as `image/png`; `application/octet-stream` when not recognised.
    pub content_type: &'static str,
    /// The usual file extension without the dot; `bin` when not recognised.
    pub extension: &'static str,
    /// The format in one word, such as `png` or `mp4`; `unknown` when not recognised.
    pub format: &'static str,
    /// The kind of media.
    pub class: Class,
    /// Width in pixels as shown, after any rotation the file asks for.
    pub width: Option<u32>,
    /// Height in pixels as shown, after any rotation the file asks for.
    pub height: Option<u32>,
    /// Duration in milliseconds.
    pub duration_ms: Option<u64>,
    /// Whether a browser may show it in place. Only listed raster, audio and video formats; the rest is offered
    /// as a download.
    pub inline: bool,
}

/// The kind of media a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A still or animated picture, raster or vector.
    Image,
    /// Moving pictures, with or without sound.
    Video,
    /// Sound alone.
    Audio,
    /// Text, also when it is marked up or structured.
    Text,
    /// Everything else.
    Other,
}

/// Examines a file that is in memory.
pub fn examine(bytes: &[u8]) -> Examined {
    // A slice does not fail to be read; if it ever did, the file would be one we know nothing about.
    examine_file(Cursor::new(bytes)).unwrap_or_else(|_| Measured::default().named(Format::Unknown))
}

/// Examines a file behind a reader, without loading it: it reads the head, and seeks to what it needs.
///
/// This blocks; the error is one of the reader, never of the file's content.
pub fn examine_file<R: Read + Seek>(reader: R) -> io::Result<Examined> {
    let mut source = Source::new(reader)?;
    let (format, measured) = look(&mut source);
    source.finish()?;
    Ok(measured.named(format))
}

/// What a reader of one format could measure. Nothing is guessed: what the file does not say stays empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Measured {
    width: Option<u32>,
    height: Option<u32>,
    duration_ms: Option<u64>,
}

impl Measured {
    fn lasting(duration_ms: Option<u64>) -> Self {
        Self { duration_ms, ..Self::default() }
    }

    fn named(self, format: Format) -> Examined {
        let facts = format.facts();
        Examined {
            content_type: facts.content_type,
            extension: facts.extension,
            format: facts.name,
            class: facts.class,
            width: self.width,
            height: self.height,
            duration_ms: self.duration_ms,
            inline: facts.inline,
        }
    }
}

fn look<R: Read + Seek>(source: &mut Source<R>) -> (Format, Measured) {
    use sniff::Signature;
    match sniff::signature(source) {
        Signature::Raster(format) => (format, raster::measure(source, format)),
        Signature::Typed(format) => (format, Measured::default()),
        Signature::Boxes => boxes::read(source),
        Signature::Ebml => ebml::read(source),
        Signature::Ogg => ogg::read(source),
        Signature::Wave => (Format::Wav, wave::wav(source)),
        Signature::Flac { at } => (Format::Flac, wave::flac(source, at)),
        Signature::Frames(codec, at) => (codec.format(), frames::measure(source, codec, at)),
        Signature::Nothing => (text::kind(source), Measured::default()),
    }
}

/// `units` at `per_second`, in milliseconds; `None` for less than one of them and for an absurd length.
fn millis(units: u64, per_second: u64) -> Option<u64> {
    // More than a hundred years is a damaged header, and no duration.
    const LONGEST_MS: u128 = 100 * 366 * 86_400_000;
    let ms = (u128::from(units) * 1000).checked_div(u128::from(per_second))?;
    u64::try_from(ms).ok().filter(|_| (1..=LONGEST_MS).contains(&ms))
}

#[cfg(test)]
mod tests;
