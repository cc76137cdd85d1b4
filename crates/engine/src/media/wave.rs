//! Duration of WAV and FLAC, both of which state their sample rate in a header.

use std::io::{Read, Seek};

use super::source::Source;
use super::{Measured, millis};

/// How many chunks are looked at before the sound is given up.
const CHUNKS_MAX: usize = 1_000;
const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xfffe;

/// Measures RIFF sound. Whoever streams a WAV cannot know its length and writes the largest number instead, so a
/// data chunk that claims more than the file has is taken to its end.
pub(super) fn wav<R: Read + Seek>(source: &mut Source<R>) -> Measured {
    let mut bytes_per_second = 0;
    let mut at = 12;
    for _ in 0..CHUNKS_MAX {
        let Some([n0, n1, n2, n3, size @ ..]) = source.array::<8>(at) else { break };
        let size = u64::from(u32::from_le_bytes(size));
        let body = at + 8;
        match &[n0, n1, n2, n3] {
            b"fmt " => bytes_per_second = rate(source, body).unwrap_or(0),
            b"data" => {
                let there = source.len().saturating_sub(body).min(size);
                return Measured::lasting(millis(there, bytes_per_second));
            }
            _ => {}
        }
        // Chunks begin at even places.
        at = body + size + size % 2;
    }
    Measured::default()
}

/// Bytes per second. For plain samples it is computed, because the stated number is often wrong there and only
/// there redundant.
fn rate<R: Read + Seek>(source: &mut Source<R>, fmt: u64) -> Option<u64> {
    let bytes: [u8; 16] = source.array(fmt)?;
    let short = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let long = |at: usize| u64::from(short(at)) | u64::from(short(at + 2)) << 16;
    let (samples_per_second, stated, block_bytes) = (long(4), long(8), u64::from(short(12)));
    let plain = matches!(short(0), PCM | FLOAT | EXTENSIBLE);
    Some(if plain && block_bytes > 0 { samples_per_second * block_bytes } else { stated })
}

/// Measures native FLAC whose mark stands at `at`. A streamed file states no sample count, and has no duration.
pub(super) fn flac<R: Read + Seek>(source: &mut Source<R>, at: u64) -> Measured {
    // Mark, block header, block and frame sizes; then 20 bits of rate, 8 of layout and 36 of sample count.
    let Some([kind]) = source.array(at + 4) else { return Measured::default() };
    let Some(packed) = source.array::<8>(at + 18).map(u64::from_be_bytes) else { return Measured::default() };
    if kind & 0x7f != 0 {
        return Measured::default();
    }
    Measured::lasting(millis(packed & 0xf_ffff_ffff, packed >> 44))
}
