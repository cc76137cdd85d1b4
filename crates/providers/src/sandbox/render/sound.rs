//! Sounds: WAV and MP3 files of a tune.

use std::io::Cursor;

use mp3lame_encoder::{Bitrate, Builder, FlushGap, Mode, MonoPcm, Quality};

pub(in crate::sandbox) use super::tune::RATE_HZ;
use super::tune::Tune;
use super::{Brief, Format, RenderError};

/// Samples composed and encoded at a time: eight MP3 frames.
const BLOCK: usize = 1152 * 8;

/// Plays the brief's tune into a file of its format.
pub(super) fn render(brief: &Brief<'_>) -> Result<Vec<u8>, RenderError> {
    let length = samples(brief.duration_ms);
    let mut tune = Tune::new(brief.seed, brief.prompt, length);
    encode(brief.format, length, |block| tune.play(block))
}

/// Writes a file of what is played: at most a whole block at a time, nothing at the end.
pub(super) fn encode(
    format: Format,
    length: u64,
    play: impl FnMut(&mut [i16]) -> usize,
) -> Result<Vec<u8>, RenderError> {
    match format {
        Format::Mp3 => mp3(play),
        _ => wav(length, play),
    }
}

/// Writes a file of these samples.
pub(super) fn encode_all(format: Format, samples: &[i16]) -> Result<Vec<u8>, RenderError> {
    let mut rest = samples;
    encode(format, samples.len() as u64, |block| {
        let (now, later) = rest.split_at(rest.len().min(block.len()));
        block[..now.len()].copy_from_slice(now);
        rest = later;
        now.len()
    })
}

/// A 16 bit mono WAV file.
fn wav(length: u64, mut play: impl FnMut(&mut [i16]) -> usize) -> Result<Vec<u8>, RenderError> {
    let failed = RenderError::encoder("wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE_HZ,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = Vec::with_capacity(length as usize * 2 + 64);
    let mut writer = hound::WavWriter::new(Cursor::new(&mut file), spec).map_err(|reason| failed(&reason))?;
    let mut block = [0; BLOCK];
    loop {
        let count = play(&mut block);
        if count == 0 {
            break;
        }
        let mut batch = writer.get_i16_writer(count as u32);
        block[..count].iter().for_each(|sample| batch.write_sample(*sample));
        batch.flush().map_err(|reason| failed(&reason))?;
    }
    writer.finalize().map_err(|reason| failed(&reason))?;
    Ok(file)
}

/// A mono MP3 file of constant bit rate.
fn mp3(mut play: impl FnMut(&mut [i16]) -> usize) -> Result<Vec<u8>, RenderError> {
    let failed = RenderError::encoder("mp3");
    let build = |builder: Builder| {
        builder
            .with_num_channels(1)?
            .with_mode(Mode::Mono)?
            .with_sample_rate(RATE_HZ)?
            .with_brate(Bitrate::Kbps96)?
            // The music is simple; the better settings cost several times as long and sound the same.
            .with_quality(Quality::Ok)?
            .build()
    };
    let builder = Builder::new().ok_or_else(|| failed(&"no memory"))?;
    let mut encoder = build(builder).map_err(|reason| failed(&reason))?;

    let mut file = Vec::new();
    let mut block = [0; BLOCK];
    loop {
        let count = play(&mut block);
        file.reserve(mp3lame_encoder::max_required_buffer_size(count));
        if count == 0 {
            break;
        }
        encoder.encode_to_vec(MonoPcm(&block[..count]), &mut file).map_err(|reason| failed(&reason))?;
    }
    // The other kind of flush would drop the samples that do not fill a frame.
    encoder.flush_to_vec::<FlushGap>(&mut file).map_err(|reason| failed(&reason))?;

    // The encoder left an empty first frame for the header that it can write only now. It holds the number of
    // samples, without which players would take the padding of the last frame for sound.
    let mut header = Vec::with_capacity(encoder.lame_tag_size());
    encoder.lame_tag_encode_to_vec(&mut header).ok_or_else(|| failed(&"no length header"))?;
    file.get_mut(..header.len()).ok_or_else(|| failed(&"no room for the header"))?.copy_from_slice(&header);
    Ok(file)
}

/// Samples in a number of milliseconds, rounded down.
pub(super) fn samples(duration_ms: u32) -> u64 {
    u64::from(duration_ms) * u64::from(RATE_HZ) / 1000
}
