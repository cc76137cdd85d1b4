//! MP3 and AAC as bare frames, one behind the other. The duration is the sum of all frames: exact for constant and
//! variable rates alike, and it does not rest on what a header claims.

use std::io::{Read, Seek};

use super::format::Format;
use super::source::Source;
use super::{Measured, millis};

/// How many bytes between a tag and the first frame, or between two frames, are searched for the next one.
pub(super) const JUNK_MAX_BYTES: usize = 4096;
/// How often the thread may be lost before the rest no longer counts: pieces joined together lose it once each.
const GAPS_MAX: usize = 100;
/// How many tags may follow one another.
const TAGS_MAX: usize = 16;
/// The longest header we need, that of ADTS.
const HEADER_BYTES: usize = 7;

/// Which frames these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    Mp3,
    Aac,
}

impl Codec {
    /// The format of a file of such frames.
    pub(super) fn format(self) -> Format {
        match self {
            Self::Mp3 => Format::Mp3,
            Self::Aac => Format::Aac,
        }
    }
}

/// What one frame header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Frame {
    codec: Codec,
    len_bytes: u64,
    samples: u64,
    samples_per_second: u64,
    /// Where an MP3 frame would carry the encoder's note instead of sound.
    note_at: u64,
}

/// The first frame at `at` or at most `junk_max_bytes` behind it. Two bytes of sync prove nothing, so its follower
/// must be of the same kind, or it must be the last thing in the file.
pub(super) fn find<R: Read + Seek>(
    source: &mut Source<R>,
    at: u64,
    junk_max_bytes: usize,
) -> Option<(Codec, u64)> {
    let window = source.window(at, junk_max_bytes + HEADER_BYTES);
    for (offset, header) in window.windows(HEADER_BYTES).enumerate() {
        let Some(frame) = header.try_into().ok().and_then(parse) else { continue };
        let place = at + offset as u64;
        let next = place + frame.len_bytes;
        let confirmed = match source.array(next) {
            Some(follower) => {
                follower.starts_with(b"TAG")
                    || follower.starts_with(b"ID3")
                    || parse(follower).is_some_and(|follower| kin(&frame, &follower))
            }
            None => next == source.len(),
        };
        if confirmed {
            return Some((frame.codec, place));
        }
    }
    None
}

/// Adds up the frames from `at` on.
pub(super) fn measure<R: Read + Seek>(source: &mut Source<R>, codec: Codec, mut at: u64) -> Measured {
    let Some(first) = source.array(at).and_then(parse) else { return Measured::default() };
    let mut samples = 0;
    if is_note(source, at, &first) {
        at += first.len_bytes;
    }
    let mut gaps = 0;
    loop {
        match source.array(at).and_then(parse).filter(|frame| kin(&first, frame)) {
            Some(frame) if at + frame.len_bytes <= source.len() => {
                samples += frame.samples;
                at += frame.len_bytes;
            }
            // Cut off in the middle of its last frame.
            Some(_) => break,
            None => {
                let behind = behind_tags(source, at);
                gaps += 1;
                match find(source, behind, JUNK_MAX_BYTES) {
                    Some((found, place)) if found == codec && gaps <= GAPS_MAX => {
                        // A piece of another rate would be counted wrongly: only kin are sound of this file.
                        let kin_there = source.array(place).and_then(parse).is_some_and(|f| kin(&first, &f));
                        if !kin_there {
                            break;
                        }
                        at = place;
                    }
                    _ => break,
                }
            }
        }
    }
    Measured::lasting(millis(samples, first.samples_per_second))
}

/// The place behind any ID3 tags that stand at `at`.
pub(super) fn behind_tags<R: Read + Seek>(source: &mut Source<R>, mut at: u64) -> u64 {
    for _ in 0..TAGS_MAX {
        let Some([b'I', b'D', b'3', _, _, flags, size @ ..]) = source.array::<10>(at) else { break };
        // Four times seven bits, so that a size never looks like sync.
        let size = size.iter().fold(0u64, |size, &byte| size << 7 | u64::from(byte & 0x7f));
        let footer = if flags & 0x10 != 0 { 10 } else { 0 };
        at += 10 + size + footer;
    }
    at
}

fn kin(a: &Frame, b: &Frame) -> bool {
    a.codec == b.codec && a.samples_per_second == b.samples_per_second
}

fn is_note<R: Read + Seek>(source: &mut Source<R>, at: u64, first: &Frame) -> bool {
    let mark = if first.codec == Codec::Mp3 { source.array::<4>(at + first.note_at) } else { None };
    let fraunhofer = if first.codec == Codec::Mp3 { source.array::<4>(at + 36) } else { None };
    matches!(mark.as_ref(), Some(b"Xing" | b"Info")) || fraunhofer.as_ref() == Some(b"VBRI")
}

/// Reads a header: eleven or twelve bits of sync, then the fields; reserved values are no header.
fn parse(header: [u8; HEADER_BYTES]) -> Option<Frame> {
    let [sync, fields, ..] = header;
    if sync != 0xff || fields & 0xe0 != 0xe0 {
        return None;
    }
    match (fields >> 1) & 0b11 {
        0b01 => mp3(header),
        0b00 if fields & 0xf0 == 0xf0 => aac(header),
        _ => None,
    }
}

fn mp3([_, version, rates, layout, ..]: [u8; HEADER_BYTES]) -> Option<Frame> {
    const KBPS_1: [u64; 14] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const KBPS_2: [u64; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    const RATES_1: [u64; 3] = [44_100, 48_000, 32_000];
    // Versions 2 and 2.5 halve and quarter the rates, and have half as many samples in a frame.
    let (kbps, samples, rate_divisor) = match (version >> 3) & 0b11 {
        0b11 => (KBPS_1, 1152, 1),
        0b10 => (KBPS_2, 576, 2),
        0b00 => (KBPS_2, 576, 4),
        _ => return None,
    };
    let kbps = kbps.get(usize::from(rates >> 4).checked_sub(1)?)?;
    let samples_per_second = RATES_1.get(usize::from((rates >> 2) & 0b11))? / rate_divisor;
    let padding = u64::from((rates >> 1) & 1);
    let mono = layout >> 6 == 0b11;
    let note_at = match (samples, mono) {
        (1152, false) => 36,
        (1152, true) | (_, false) => 21,
        (_, true) => 13,
    };
    let len_bytes = samples / 8 * kbps * 1000 / samples_per_second + padding;
    Some(Frame { codec: Codec::Mp3, len_bytes, samples, samples_per_second, note_at })
}

fn aac([_, _, profile, b3, b4, b5, b6]: [u8; HEADER_BYTES]) -> Option<Frame> {
    const RATES: [u64; 13] = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
    ];
    let samples_per_second = *RATES.get(usize::from((profile >> 2) & 0b1111))?;
    let len_bytes = u64::from(b3 & 0b11) << 11 | u64::from(b4) << 3 | u64::from(b5 >> 5);
    // A frame is never shorter than its own header, so that adding up always moves on.
    if len_bytes < HEADER_BYTES as u64 {
        return None;
    }
    let samples = 1024 * (u64::from(b6 & 0b11) + 1);
    Some(Frame { codec: Codec::Aac, len_bytes, samples, samples_per_second, note_at: 0 })
}
