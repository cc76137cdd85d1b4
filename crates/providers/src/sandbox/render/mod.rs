//! Draws, films and plays what a sandbox order asked for.
//!
//! Pure work from a [`Brief`] to the bytes of a finished file: no sockets, no files, no clock. The same brief
//! always gives the same bytes, so a test may compare them; another seed or another prompt gives another scene.

mod caption;
mod clip;
mod dice;
mod font;
mod palette;
mod picture;
mod relief;
mod remake;
mod scene;
mod sound;
mod tune;
mod words;

use std::ops::RangeInclusive;

pub(super) use remake::{Order, remake, stand_in};
pub(super) use tune::RATE_HZ;

/// Width and height a picture may have, in pixels.
pub const PICTURE_SIDE_PX: RangeInclusive<u32> = 1..=4096;

/// Shortest side of a clip, in pixels: one H.264 macroblock.
pub const CLIP_SIDE_MIN_PX: u32 = 16;

/// Longest side of a clip, in pixels; the encoder refuses more.
pub const CLIP_LONG_SIDE_MAX_PX: u32 = 3840;

/// Bound of the shorter side of a clip, in pixels; the encoder refuses more.
pub const CLIP_SHORT_SIDE_MAX_PX: u32 = 2160;

/// Length a clip may have, in milliseconds.
pub const CLIP_DURATION_MS: RangeInclusive<u32> = 100..=60_000;

/// Length a sound may have, in milliseconds.
pub const SOUND_DURATION_MS: RangeInclusive<u32> = 100..=300_000;

/// What kind of file to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// A PNG picture, 8 bit RGB.
    Png,
    /// A JPEG picture.
    Jpeg,
    /// A lossless WebP picture.
    Webp,
    /// An H.264 clip (yuv420p) in an MP4 file, without sound.
    Mp4,
    /// A 44.1 kHz mono 16 bit WAV file.
    Wav,
    /// A 44.1 kHz mono MP3 file whose header tells players the exact length.
    Mp3,
    /// UTF-8 text: a few verses around the words of the prompt.
    Text,
}

/// An order for one file.
#[derive(Debug, Clone, Copy)]
pub struct Brief<'a> {
    /// The kind of file.
    pub format: Format,
    /// Width in pixels. Pictures have exactly this width; a clip rounds an odd one down to even, because
    /// yuv420p stores colour for blocks of two by two pixels. Sounds and text ignore it.
    pub width: u32,
    /// Height in pixels, treated like the width.
    pub height: u32,
    /// Length in milliseconds of clips and sounds; pictures and text ignore it.
    pub duration_ms: u32,
    /// Chooses, together with the prompt, the scene, the tune or the verses.
    pub seed: u64,
    /// The caller's words. Pictures and clips show the first of them.
    pub prompt: &'a str,
}

/// Why a brief gave no file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A field of the brief lies outside of what this format can be made with.
    #[error("{field} is {value}, but must be from {min} to {max}")]
    OutOfBounds {
        /// Name of the field in [`Brief`].
        field: &'static str,
        /// What the brief asked for, in the unit of the field.
        value: u32,
        /// Smallest accepted value.
        min: u32,
        /// Largest accepted value, given the other fields.
        max: u32,
    },
    /// An encoder refused its input; a defect of this program, not of the brief.
    #[error("the {encoder} codec failed: {reason}")]
    Encoder {
        /// Which encoder.
        encoder: &'static str,
        /// The encoder's own words; never holds the prompt.
        reason: String,
    },
}

impl RenderError {
    /// A given file stopped being readable half way: it was checked when the order was taken.
    pub(super) fn material(reason: impl std::fmt::Display) -> Self {
        Self::Encoder { encoder: "given file's", reason: reason.to_string() }
    }

    fn encoder(encoder: &'static str) -> impl Fn(&dyn std::fmt::Display) -> Self {
        move |reason| Self::Encoder { encoder, reason: reason.to_string() }
    }
}

/// Makes the file a brief asks for and returns its bytes.
pub fn render(brief: &Brief<'_>) -> Result<Vec<u8>, RenderError> {
    check(brief)?;
    match brief.format {
        Format::Png | Format::Jpeg | Format::Webp => picture::render(brief),
        Format::Mp4 => clip::render(brief),
        Format::Wav | Format::Mp3 => sound::render(brief),
        Format::Text => Ok(words::render(brief).into_bytes()),
    }
}

/// Checks the fields that the format of the brief uses against its bounds.
fn check(brief: &Brief<'_>) -> Result<(), RenderError> {
    match brief.format {
        Format::Png | Format::Jpeg | Format::Webp => {
            within("width", brief.width, PICTURE_SIDE_PX)?;
            within("height", brief.height, PICTURE_SIDE_PX)
        }
        Format::Mp4 => {
            within("width", brief.width, CLIP_SIDE_MIN_PX..=CLIP_LONG_SIDE_MAX_PX)?;
            // Which side is the long one depends on the width, so a tall clip is as fine as a wide one.
            let height_max = if brief.width > CLIP_SHORT_SIDE_MAX_PX {
                CLIP_SHORT_SIDE_MAX_PX
            } else {
                CLIP_LONG_SIDE_MAX_PX
            };
            within("height", brief.height, CLIP_SIDE_MIN_PX..=height_max)?;
            within("duration_ms", brief.duration_ms, CLIP_DURATION_MS)
        }
        Format::Wav | Format::Mp3 => within("duration_ms", brief.duration_ms, SOUND_DURATION_MS),
        Format::Text => Ok(()),
    }
}

fn within(field: &'static str, value: u32, bounds: RangeInclusive<u32>) -> Result<(), RenderError> {
    if bounds.contains(&value) {
        return Ok(());
    }
    Err(RenderError::OutOfBounds { field, value, min: *bounds.start(), max: *bounds.end() })
}

#[cfg(test)]
mod tests;
