//! Ogg: pages of one or more streams. The first page tells the codec, the last one how far the sound goes.

use std::io::{Read, Seek};

use super::format::Format;
use super::source::Source;
use super::{Measured, millis};

/// The header of a page: mark, version, flags, granule position, stream serial, sequence, checksum, segments.
const PAGE_HEADER_BYTES: usize = 27;
/// Two pages of the largest possible size: the last page begins somewhere in here.
const TAIL_BYTES: u64 = 2 * 65_307;
/// Opus counts in this rate, whatever the sound was recorded at.
const OPUS_PER_SECOND: u64 = 48_000;

/// Reads the codec of the first stream and the duration of sound; anything else in Ogg is left as Ogg.
pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> (Format, Measured) {
    let unmeasured = |format| (format, Measured::default());
    let Some(page) = source.array::<PAGE_HEADER_BYTES>(0) else { return unmeasured(Format::Ogg) };
    let serial = [page[14], page[15], page[16], page[17]];
    let packet = source.window(PAGE_HEADER_BYTES as u64 + u64::from(page[26]), 64);
    let little = |at: usize| packet.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let (format, per_second, skipped) = match packet.as_slice() {
        [b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', _, _, low, high, ..] => {
            (Format::Opus, OPUS_PER_SECOND, u64::from(u16::from_le_bytes([*low, *high])))
        }
        [1, b'v', b'o', b'r', b'b', b'i', b's', ..] => {
            (Format::Vorbis, u64::from(little(12).unwrap_or(0)), 0)
        }
        // The native header follows the mapping's own 9 bytes; its rate is 20 bits, big end first.
        [0x7f, b'F', b'L', b'A', b'C', ..] => {
            let rate = match packet.get(27..30) {
                Some(&[a, b, c]) => u64::from(u32::from_be_bytes([0, a, b, c]) >> 4),
                _ => 0,
            };
            (Format::OggFlac, rate, 0)
        }
        _ => return unmeasured(Format::Ogg),
    };
    let samples = last_position(source, serial).map_or(0, |position| position.saturating_sub(skipped));
    (format, Measured::lasting(millis(samples, per_second)))
}

/// The position in the last page of the stream that ends a packet; one that ends none states all bits set.
fn last_position<R: Read + Seek>(source: &mut Source<R>, serial: [u8; 4]) -> Option<u64> {
    let start = source.len().saturating_sub(TAIL_BYTES);
    let tail = source.window(start, TAIL_BYTES as usize);
    tail.windows(PAGE_HEADER_BYTES).rev().find_map(|page| {
        let position = u64::from_le_bytes(page.get(6..14)?.try_into().ok()?);
        let ours = page.starts_with(b"OggS\0") && page.get(14..18)? == serial.as_slice();
        (ours && position != u64::MAX).then_some(position)
    })
}
