//! A moment of a tone, as speech models send it and as music models do.

use std::f64::consts::TAU;

const RATE_HZ: u32 = 24_000;
const SAMPLES: u32 = RATE_HZ / 10;

/// 16 bits, one channel, no header.
pub(super) fn raw() -> Vec<u8> {
    let sample = |n: u32| (TAU * 440.0 * f64::from(n) / f64::from(RATE_HZ)).sin() * 8_000.0;
    (0..SAMPLES).flat_map(|n| (sample(n) as i16).to_le_bytes()).collect()
}

/// The same as a WAV file.
pub(crate) fn wav() -> Vec<u8> {
    let raw = raw();
    let size = SAMPLES * 2;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + size).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend([1, 0, 1, 0]);
    file.extend(RATE_HZ.to_le_bytes());
    file.extend((RATE_HZ * 2).to_le_bytes());
    file.extend([2, 0, 16, 0]);
    file.extend(b"data");
    file.extend(size.to_le_bytes());
    file.extend(raw);
    file
}
