//! Raw sound, which speech comes as: 16 bits, one channel, no header. Nobody can play that, so it becomes a WAV.

use std::io::Cursor;

use bytes::Bytes;

/// What Google's speech has where the type does not say, Hz.
const RATE_HZ: u32 = 24_000;

/// Pieces of raw sound, as they came.
#[derive(Default)]
pub(super) struct Raw {
    rate_hz: u32,
    bytes: Vec<u8>,
}

/// Samples per second, if the type is that of raw sound: `audio/L16;codec=pcm;rate=24000`.
pub(super) fn rate(mime_type: &str) -> Option<u32> {
    let mut words = mime_type.split(';').map(str::trim);
    let kind = words.next()?;
    if !(kind.eq_ignore_ascii_case("audio/L16") || kind.eq_ignore_ascii_case("audio/pcm")) {
        return None;
    }
    let said = words.find_map(|word| word.strip_prefix("rate=")?.parse().ok());
    Some(said.filter(|rate| *rate > 0).unwrap_or(RATE_HZ))
}

impl Raw {
    pub(super) fn push(&mut self, rate_hz: u32, bytes: &[u8]) {
        self.rate_hz = rate_hz;
        self.bytes.extend_from_slice(bytes);
    }

    /// The file. The inner nothing: there was no sound; the outer: half a sample, so the answer was cut short.
    #[expect(clippy::option_option, reason = "no sound and broken sound are two things here")]
    pub(super) fn into_wav(self) -> Option<Option<Bytes>> {
        if self.bytes.is_empty() {
            return Some(None);
        }
        let (samples, []) = self.bytes.as_chunks::<2>() else { return None };
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: self.rate_hz,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut file = Cursor::new(Vec::with_capacity(self.bytes.len() + 44));
        let mut writer = hound::WavWriter::new(&mut file, spec).ok()?;
        for sample in samples {
            writer.write_sample(i16::from_le_bytes(*sample)).ok()?;
        }
        writer.finalize().ok()?;
        Some(Some(file.into_inner().into()))
    }
}
