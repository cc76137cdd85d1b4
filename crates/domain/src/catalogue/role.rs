//! The common vocabulary: what a parameter means, whatever its model calls it.

use std::fmt;

/// The meaning of a parameter. The `generations` dialect speaks roles and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The words to make something of; for speech, the words to speak.
    Prompt,
    /// What to avoid.
    NegativePrompt,
    /// The reference picture with this number: `image.0` is the main or first one.
    Image(u8),
    /// A list of reference pictures.
    Images,
    /// `W:H`.
    AspectRatio,
    /// `WxH` pixels.
    Size,
    /// Seconds.
    Duration,
    /// `720p`, `2k`.
    Resolution,
    /// A number that makes results repeatable.
    Seed,
    /// How many outputs.
    Count,
    /// The file format of the output.
    Format,
    /// The clip to start from.
    Video,
    /// The sound to start from.
    Audio,
    /// Which part of the main picture is meant.
    Mask,
    /// How many times larger.
    Factor,
    /// Who speaks or sings.
    Voice,
    /// The language that is spoken or written.
    Language,
    /// The words of a song.
    Lyrics,
}

impl Role {
    /// The vocabulary, for messages.
    pub const WORDS: &str = "prompt, negative_prompt, image.0 … image.7, images, aspect_ratio, size, duration, resolution, seed, count, format, video, audio, mask, factor, voice, language, lyrics";

    /// Reads the word of a role.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "prompt" => Self::Prompt,
            "negative_prompt" => Self::NegativePrompt,
            "images" => Self::Images,
            "aspect_ratio" => Self::AspectRatio,
            "size" => Self::Size,
            "duration" => Self::Duration,
            "resolution" => Self::Resolution,
            "seed" => Self::Seed,
            "count" => Self::Count,
            "format" => Self::Format,
            "video" => Self::Video,
            "audio" => Self::Audio,
            "mask" => Self::Mask,
            "factor" => Self::Factor,
            "voice" => Self::Voice,
            "language" => Self::Language,
            "lyrics" => Self::Lyrics,
            _ => match word.strip_prefix("image.")?.as_bytes() {
                [digit @ b'0'..=b'7'] => Self::Image(digit - b'0'),
                _ => return None,
            },
        })
    }

    /// The word a caller uses who speaks roles: pictures are always `images`.
    pub fn callers_word(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::NegativePrompt => "negative_prompt",
            Self::Image(_) | Self::Images => "images",
            Self::AspectRatio => "aspect_ratio",
            Self::Size => "size",
            Self::Duration => "duration",
            Self::Resolution => "resolution",
            Self::Seed => "seed",
            Self::Count => "count",
            Self::Format => "format",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Mask => "mask",
            Self::Factor => "factor",
            Self::Voice => "voice",
            Self::Language => "language",
            Self::Lyrics => "lyrics",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Image(number) => write!(f, "image.{number}"),
            other => f.write_str(other.callers_word()),
        }
    }
}
