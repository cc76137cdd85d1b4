//! Sounds as servers send them: whole files, files whose head was written before their length was known, and samples
//! without any head.

use std::io::Cursor;

use bytes::Bytes;
use spool_domain::adapter::Output;

/// Samples without a head are 16 bits, mono, at this rate.
const RAW_RATE: u32 = 24_000;

/// A file as it came, but for a WAV whose head tells no true length.
pub(super) fn whole(body: &Bytes) -> Option<Output> {
    if body.is_empty() {
        return None;
    }
    Some(Output::Bytes(mended(body).unwrap_or_else(|| body.clone())))
}

/// Raw samples as a WAV file.
pub(super) fn wrapped(samples: &[u8]) -> Option<Output> {
    let head = hound::WavSpec {
        channels: 1,
        sample_rate: RAW_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = Cursor::new(Vec::with_capacity(samples.len() + 44));
    let mut writer = hound::WavWriter::new(&mut file, head).ok()?;
    let (pairs, _) = samples.as_chunks::<2>();
    for pair in pairs {
        writer.write_sample(i16::from_le_bytes(*pair)).ok()?;
    }
    writer.finalize().ok()?;
    (!pairs.is_empty()).then(|| Output::Bytes(file.into_inner().into()))
}

/// A streamed WAV announces no length, or the longest there is: players would wait for the rest. The same file with its
/// true lengths; nothing if it needs none.
fn mended(body: &Bytes) -> Option<Bytes> {
    if !body.starts_with(b"RIFF") || body.get(8..12)? != b"WAVE" {
        return None;
    }
    let mut at = 12;
    loop {
        let length = u32::from_le_bytes(body.get(at + 4..at + 8)?.try_into().ok()?) as usize;
        let (begin, left) = (at + 8, body.len() - at - 8);
        if body.get(at..at + 4)? == b"data" {
            if length > 0 && length <= left {
                return None;
            }
            let mut file = body.to_vec();
            file[4..8].copy_from_slice(&u32::try_from(body.len() - 8).ok()?.to_le_bytes());
            file[at + 4..begin].copy_from_slice(&u32::try_from(left).ok()?.to_le_bytes());
            return Some(file.into());
        }
        // Chunks begin at even places.
        at = begin.checked_add(length)?.checked_add(length % 2)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(output: Option<Output>) -> Bytes {
        let Some(Output::Bytes(bytes)) = output else { panic!("no file") };
        bytes
    }

    #[test]
    fn raw_samples_get_a_head() {
        let file = bytes(wrapped(&[1, 0, 255, 255, 9]));
        let mut read = hound::WavReader::new(Cursor::new(file)).unwrap();
        assert_eq!((read.spec().channels, read.spec().sample_rate), (1, 24_000));
        assert_eq!(read.samples::<i16>().map(Result::unwrap).collect::<Vec<_>>(), [1, -1]);
        assert_eq!(wrapped(&[]), None);
    }

    #[test]
    fn a_head_that_knows_no_length_is_mended_and_a_true_one_is_left_alone() {
        let good = bytes(wrapped(&[1, 0, 2, 0]));
        assert_eq!(bytes(whole(&good)), good);
        for length in [0_u32, u32::MAX, 0x7fff_ffff] {
            let mut streamed = good.to_vec();
            streamed[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
            streamed[40..44].copy_from_slice(&length.to_le_bytes());
            assert_eq!(bytes(whole(&streamed.into())), good, "{length}");
        }
        for odd in [&b"ID3"[..], b"RIFF", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff"] {
            assert_eq!(bytes(whole(&Bytes::from_static(odd))), odd);
        }
        assert_eq!(whole(&Bytes::new()), None);
    }
}
