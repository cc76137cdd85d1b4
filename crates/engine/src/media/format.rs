//! The formats we tell apart, and what follows from each.

use super::Class;

/// One recognised format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Png,
    Jpeg,
    WebP,
    Gif,
    Avif,
    Heic,
    Svg,
    Html,
    Pdf,
    Mp4,
    M4a,
    Mov,
    WebM,
    WebMAudio,
    Matroska,
    Wav,
    Mp3,
    Flac,
    Vorbis,
    Opus,
    OggFlac,
    Ogg,
    Aac,
    Json,
    Text,
    Unknown,
}

/// What follows from a format.
pub(super) struct Facts {
    pub(super) content_type: &'static str,
    pub(super) extension: &'static str,
    pub(super) name: &'static str,
    pub(super) class: Class,
    pub(super) inline: bool,
}

impl Format {
    /// The one table. Inline means: no browser runs anything that is inside, whatever the file was made to be.
    pub(super) fn facts(self) -> Facts {
        use Class::{Audio, Image, Other, Text, Video};
        let (content_type, extension, name, class, inline) = match self {
            Self::Png => ("image/png", "png", "png", Image, true),
            Self::Jpeg => ("image/jpeg", "jpg", "jpeg", Image, true),
            Self::WebP => ("image/webp", "webp", "webp", Image, true),
            Self::Gif => ("image/gif", "gif", "gif", Image, true),
            Self::Avif => ("image/avif", "avif", "avif", Image, true),
            Self::Heic => ("image/heic", "heic", "heic", Image, false),
            Self::Svg => ("image/svg+xml", "svg", "svg", Image, false),
            Self::Html => ("text/html; charset=utf-8", "html", "html", Text, false),
            Self::Pdf => ("application/pdf", "pdf", "pdf", Other, false),
            Self::Mp4 => ("video/mp4", "mp4", "mp4", Video, true),
            Self::M4a => ("audio/mp4", "m4a", "m4a", Audio, true),
            Self::Mov => ("video/quicktime", "mov", "mov", Video, true),
            Self::WebM => ("video/webm", "webm", "webm", Video, true),
            Self::WebMAudio => ("audio/webm", "webm", "webm", Audio, true),
            Self::Matroska => ("video/x-matroska", "mkv", "mkv", Video, false),
            Self::Wav => ("audio/wav", "wav", "wav", Audio, true),
            Self::Mp3 => ("audio/mpeg", "mp3", "mp3", Audio, true),
            Self::Flac => ("audio/flac", "flac", "flac", Audio, true),
            Self::Vorbis => ("audio/ogg", "ogg", "ogg", Audio, true),
            Self::Opus => ("audio/ogg", "opus", "opus", Audio, true),
            Self::OggFlac => ("audio/ogg", "oga", "ogg", Audio, true),
            Self::Ogg => ("application/ogg", "ogx", "ogg", Other, false),
            Self::Aac => ("audio/aac", "aac", "aac", Audio, true),
            Self::Json => ("application/json", "json", "json", Text, false),
            Self::Text => ("text/plain; charset=utf-8", "txt", "text", Text, false),
            Self::Unknown => ("application/octet-stream", "bin", "unknown", Other, false),
        };
        Facts { content_type, extension, name, class, inline }
    }
}
