//! The first bytes of a file, and which reader they call for.

use std::io::{Read, Seek};

use super::format::Format;
use super::frames::{self, Codec};
use super::source::Source;

/// What the beginning of a file is the beginning of.
pub(super) enum Signature {
    /// A raster image whose header can be measured.
    Raster(Format),
    /// A format of which only the type is of interest.
    Typed(Format),
    /// A chain of length-prefixed boxes: MP4, QuickTime, AVIF.
    Boxes,
    /// WebM or Matroska.
    Ebml,
    /// An Ogg stream of some codec.
    Ogg,
    /// RIFF with sound.
    Wave,
    /// FLAC, possibly behind a tag.
    Flac { at: u64 },
    /// Bare audio frames, the first of them at this place.
    Frames(Codec, u64),
    /// No binary format we know; it may still be text.
    Nothing,
}

/// Finds the signature. The order matters only for the last two steps: frames have the weakest mark.
pub(super) fn signature<R: Read + Seek>(source: &mut Source<R>) -> Signature {
    let head = source.window(0, 16);
    match head.as_slice() {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Signature::Raster(Format::Png),
        [0xff, 0xd8, 0xff, ..] => Signature::Raster(Format::Jpeg),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Signature::Raster(Format::Gif),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Signature::Raster(Format::WebP),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..]
        | [b'R', b'F', b'6', b'4', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Signature::Wave,
        [b'%', b'P', b'D', b'F', b'-', ..] => Signature::Typed(Format::Pdf),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Signature::Ebml,
        [b'O', b'g', b'g', b'S', 0, ..] => Signature::Ogg,
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Signature::Boxes,
        // QuickTime of the time before `ftyp`.
        [_, _, _, _, b'm', b'o', b'o', b'v', ..]
        | [_, _, _, _, b'm', b'd', b'a', b't', ..]
        | [_, _, _, _, b'w', b'i', b'd', b'e', ..] => Signature::Boxes,
        _ => audio(source),
    }
}

/// FLAC, MP3 and AAC may all stand behind ID3 tags, so the tag alone says nothing.
fn audio<R: Read + Seek>(source: &mut Source<R>) -> Signature {
    let at = frames::behind_tags(source, 0);
    if source.array::<4>(at) == Some(*b"fLaC") {
        return Signature::Flac { at };
    }
    // Without a tag in front, the first frame must be the first byte: two bytes of sync appear in any data.
    let junk_max = if at == 0 { 0 } else { frames::JUNK_MAX_BYTES };
    match frames::find(source, at, junk_max) {
        Some((codec, first)) => Signature::Frames(codec, first),
        None => Signature::Nothing,
    }
}
