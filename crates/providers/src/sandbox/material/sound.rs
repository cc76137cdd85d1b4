//! Given sounds.

use std::io::Cursor;

use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use super::{Heard, spoken};
use crate::sandbox::render::{RATE_HZ, SOUND_DURATION_MS};

/// The most samples of one channel that are kept, at our rate; what comes after is cut.
const SAMPLES_MAX: usize = *SOUND_DURATION_MS.end() as usize / 1000 * RATE_HZ as usize;
/// Rates beyond these are of no sound.
const RATES_HZ: std::ops::RangeInclusive<u32> = 4_000..=384_000;

/// The sound in one channel. None for Opus and WebM, which are not decoded here.
pub(super) fn decode(bytes: &bytes::Bytes) -> Result<Option<Heard>, String> {
    if bytes.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) || bytes.get(28..36) == Some(b"OpusHead") {
        return Ok(None);
    }
    let text = |error: Error| error.to_string();
    let stream = MediaSourceStream::new(Box::new(Cursor::new(bytes.clone())), Default::default());
    let mut format = symphonia::default::get_probe()
        .probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(text)?;
    let track = format.default_track(TrackType::Audio).ok_or("it has no sound")?;
    let (id, params) = (track.id, track.codec_params.clone());
    let params = params.as_ref().and_then(|params| params.audio()).ok_or("it has no sound")?;
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(params, &AudioDecoderOptions::default())
        .map_err(text)?;
    let (mut mono, mut packet_samples, mut rate_hz) = (Vec::<f32>::new(), Vec::<f32>::new(), 0);
    loop {
        let packet = match format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            // A file that breaks off is as long as what there is of it.
            Err(_) if !mono.is_empty() => break,
            Err(error) => return Err(text(error)),
        };
        if packet.track_id != id {
            continue;
        }
        let decoded = match decoder.decode(&packet) {
            Ok(decoded) => decoded,
            Err(Error::DecodeError(_)) => continue,
            Err(error) => return Err(text(error)),
        };
        let (rate, channels) = (decoded.spec().rate(), decoded.num_planes());
        if channels == 0 || !RATES_HZ.contains(&rate) || (rate_hz != 0 && rate != rate_hz) {
            return Err("its rate makes no sense".to_owned());
        }
        rate_hz = rate;
        packet_samples.clear();
        decoded.copy_to_vec_interleaved(&mut packet_samples);
        mono.extend(
            packet_samples.chunks_exact(channels).map(|all| all.iter().sum::<f32>() / channels as f32),
        );
        if mono.len() as u64 * u64::from(RATE_HZ) >= SAMPLES_MAX as u64 * u64::from(rate_hz) {
            break;
        }
    }
    if mono.is_empty() {
        return Err("it holds no sound".to_owned());
    }
    let mut samples = at_our_rate(&mono, rate_hz);
    samples.truncate(SAMPLES_MAX);
    Ok(Some(Heard { samples, words: spoken::read(bytes) }))
}

/// Straight lines between samples: good enough to be recognised.
fn at_our_rate(mono: &[f32], rate_hz: u32) -> Vec<i16> {
    let whole = |sample: f32| (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16;
    if rate_hz == RATE_HZ {
        return mono.iter().map(|sample| whole(*sample)).collect();
    }
    let length = (mono.len() as u64 * u64::from(RATE_HZ) / u64::from(rate_hz)).max(1);
    let at = |place: usize| mono[place.min(mono.len() - 1)];
    (0..length)
        .map(|number| {
            let place = number as f64 * f64::from(rate_hz) / f64::from(RATE_HZ);
            let (before, share) = (place as usize, place.fract() as f32);
            whole(at(before) + (at(before + 1) - at(before)) * share)
        })
        .collect()
}
