//! Text, and what kind of text: plain, JSON, or markup that a browser would run.

use std::io::{Read, Seek};

use serde::de::IgnoredAny;

use super::format::Format;
use super::source::Source;

/// Longer files are not looked at as text. Transcripts, subtitles and vector images are far smaller, and to say
/// «text» of a file means to have read all of it.
const TEXT_MAX_BYTES: usize = 16 << 20;

/// Elements that make a browser take a document for HTML.
const HTML_ELEMENTS: [&str; 18] = [
    "html", "head", "body", "title", "meta", "link", "script", "style", "iframe", "base", "div", "p", "h1",
    "table", "a", "b", "br", "font",
];

/// The kind of text, or unknown when the bytes are not UTF-8 or hold control characters.
pub(super) fn kind<R: Read + Seek>(source: &mut Source<R>) -> Format {
    if source.len() == 0 || source.len() > TEXT_MAX_BYTES as u64 {
        return Format::Unknown;
    }
    let bytes = source.window(0, TEXT_MAX_BYTES);
    match std::str::from_utf8(&bytes) {
        Ok(text) if !text.bytes().any(is_binary) => kind_of(text),
        _ => Format::Unknown,
    }
}

/// Control characters other than tab, line ends, form feed and escape.
fn is_binary(byte: u8) -> bool {
    matches!(byte, 0x00..=0x08 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f)
}

fn kind_of(text: &str) -> Format {
    let text = text.trim_start_matches('\u{feff}').trim();
    // A bare number or string is JSON too, but whoever wrote it meant text.
    if text.starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok() {
        return Format::Json;
    }
    markup(text).unwrap_or(Format::Text)
}

/// Looks past declarations and comments for the first element.
fn markup(mut text: &str) -> Option<Format> {
    loop {
        text = text.trim_start();
        if text.starts_with("<!--") {
            text = behind(text, "-->")?;
        } else if text.starts_with("<?") {
            text = behind(text, "?>")?;
        } else if let Some(declared) = doctype(text) {
            let (name, rest) = element(declared);
            if name == "html" {
                return Some(Format::Html);
            }
            // A document type may define things of its own between brackets before it closes.
            let close = rest.find('>')?;
            let nested = rest.find('[').is_some_and(|open| open < close);
            text = if nested { behind(behind(rest, "]")?, ">")? } else { rest.get(close + 1..)? };
        } else {
            let (name, _) = element(text.strip_prefix('<')?);
            let local = name.rsplit(':').next().unwrap_or(&name);
            return match local {
                "svg" => Some(Format::Svg),
                local if HTML_ELEMENTS.contains(&local) => Some(Format::Html),
                _ => None,
            };
        }
    }
}

fn doctype(text: &str) -> Option<&str> {
    const WORD: &str = "<!doctype";
    text.get(..WORD.len())?.eq_ignore_ascii_case(WORD).then(|| text.get(WORD.len()..))?.map(str::trim_start)
}

/// The element name at the beginning, in small letters, and the rest.
fn element(text: &str) -> (String, &str) {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !":-_.".contains(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    (name.to_ascii_lowercase(), rest)
}

fn behind<'t>(text: &'t str, mark: &str) -> Option<&'t str> {
    text.split_once(mark).map(|(_, rest)| rest)
}
