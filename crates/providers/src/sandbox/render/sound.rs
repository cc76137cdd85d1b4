//! Sounds: WAV and MP3 files of a tune.

use std::io::Cursor;

use mp3lame_encoder::{Bitrate, Builder, FlushGap, Mode, MonoPcm, Quality};

use super::tune::{RATE_HZ, Tune};
use super::{Brief, RenderError};

/// Samples composed and encoded at a time: eight MP3 frames.
const BLOCK: usize = 1152 * 8;

/// Plays the brief's tune into a 16 bit mono WAV file.
pub(super) fn wav(brief: &Brief<'_>) -> Result<Vec<u8>, RenderError> {
    let failed = RenderError::encoder("wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE_HZ,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let length = samples(brief.duration_ms);
    let mut file = Vec::with_capacity(length as usize * 2 + 64);
    let mut writer = hound::WavWriter::new(Cursor::new(&mut file), spec).map_err(|reason| failed(&reason))?;
    let mut tune = Tune::new(brief.seed, brief.prompt, length);
    let mut block = [0; BLOCK];
    loop {
        let count = tune.play(&mut block);
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

/// Plays the brief's tune into a mono MP3 file of constant bit rate.
pub(super) fn mp3(brief: &Brief<'_>) -> Result<Vec<u8>, RenderError> {
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

    let mut tune = Tune::new(brief.seed, brief.prompt, samples(brief.duration_ms));
    let mut file = Vec::new();
    let mut block = [0; BLOCK];
    loop {
        let count = tune.play(&mut block);
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
fn samples(duration_ms: u32) -> u64 {
    u64::from(duration_ms) * u64::from(RATE_HZ) / 1000
}
