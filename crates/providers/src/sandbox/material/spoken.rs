//! The words inside a sound that the sandbox made: an ID3 tag before an MP3, a comment behind a WAV. A transcript of
//! such a file gives them back.

use crate::sandbox::render::Format;

/// Longer texts are cut, bytes.
const WORDS_BYTES_MAX: usize = 64 << 10;
/// Encoding UTF-8, no language, no description.
const LYRICS_HEAD: &[u8; 5] = b"\x03und\0";

/// Puts the words into a sound; other files and empty words change nothing.
pub(in crate::sandbox) fn write(format: Format, mut file: Vec<u8>, words: &str) -> Vec<u8> {
    let mut end = words.len().min(WORDS_BYTES_MAX);
    while !words.is_char_boundary(end) {
        end -= 1;
    }
    let words = &words.as_bytes()[..end];
    if words.is_empty() {
        return file;
    }
    match format {
        Format::Mp3 => {
            let frame_bytes = LYRICS_HEAD.len() + words.len();
            let mut tagged = Vec::with_capacity(file.len() + frame_bytes + 20);
            tagged.extend_from_slice(b"ID3\x04\0\0");
            tagged.extend_from_slice(&seven_bits(frame_bytes + 10));
            tagged.extend_from_slice(b"USLT");
            tagged.extend_from_slice(&seven_bits(frame_bytes));
            tagged.extend_from_slice(&[0, 0]);
            tagged.extend_from_slice(LYRICS_HEAD);
            tagged.extend_from_slice(words);
            tagged.append(&mut file);
            tagged
        }
        Format::Wav => {
            // A text ends with a zero, a chunk on an even place.
            let padded = (words.len() + 1).next_multiple_of(2);
            file.extend_from_slice(b"LIST");
            file.extend_from_slice(&(padded as u32 + 12).to_le_bytes());
            file.extend_from_slice(b"INFOICMT");
            file.extend_from_slice(&(words.len() as u32 + 1).to_le_bytes());
            file.extend_from_slice(words);
            file.resize(file.len() + padded - words.len(), 0);
            let riff_bytes = (file.len() as u32).saturating_sub(8).to_le_bytes();
            if let Some(size) = file.get_mut(4..8) {
                size.copy_from_slice(&riff_bytes);
            }
            file
        }
        _ => file,
    }
}

/// The words in a sound that the sandbox made.
pub(super) fn read(file: &[u8]) -> Option<String> {
    let words = if file.starts_with(b"ID3\x04") && file.get(10..14) == Some(b"USLT") {
        let frame_bytes = file.get(14..18)?.iter().fold(0, |size, byte| size << 7 | usize::from(byte & 127));
        file.get(20..)?.get(..frame_bytes)?.strip_prefix(LYRICS_HEAD)?
    } else if file.starts_with(b"RIFF") {
        let mut at = 12;
        loop {
            let name = file.get(at..at + 4)?;
            let size = u32::from_le_bytes(file.get(at + 4..at + 8)?.try_into().ok()?) as usize;
            let content = file.get(at + 8..)?;
            if name == b"LIST" && content.get(..8) == Some(b"INFOICMT") {
                let bytes = u32::from_le_bytes(content.get(8..12)?.try_into().ok()?) as usize;
                break content.get(12..)?.get(..bytes)?.strip_suffix(b"\0")?;
            }
            at = at.checked_add(8)?.checked_add(size.checked_next_multiple_of(2)?)?;
        }
    } else {
        return None;
    };
    String::from_utf8(words.to_vec()).ok().filter(|words| words.len() <= WORDS_BYTES_MAX)
}

/// A size in four bytes of seven bits each.
fn seven_bits(size: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (size >> shift & 127) as u8)
}
