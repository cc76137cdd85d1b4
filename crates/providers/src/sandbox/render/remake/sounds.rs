//! Sounds out of sounds and clips.

use spool_domain::catalogue::Task;

use super::stand_in::tune;
use super::{Order, RenderError};
use crate::sandbox::render::dice::Dice;
use crate::sandbox::render::sound::{RATE_HZ, encode_all, samples};
use crate::sandbox::render::{Brief, SOUND_DURATION_MS};

/// Where the first and the last stem part from the others, Hz.
const STEMS_HZ: (f32, f32) = (150.0, 6_000.0);
/// What is left of a sound when the voice in it is isolated, Hz.
const VOICE_HZ: (f32, f32) = (150.0, 3_500.0);

/// The sound made from the given one; none if the task starts from words.
pub(super) fn remake(order: &Order<'_>) -> Result<Option<Vec<u8>>, RenderError> {
    let (origin, brief) = (order.origin, &order.brief);
    let made = match (origin.task, order.sound(), order.clip()) {
        (Task::AudioToAudio, Some(heard), _) => heard_again(order, &heard.samples),
        (Task::VideoToAudio, _, Some(clip)) => {
            let ms = if origin.asked.length { brief.duration_ms } else { clip.duration_ms };
            let (least, most) = (*SOUND_DURATION_MS.start(), *SOUND_DURATION_MS.end());
            tune(brief.seed, brief.prompt, samples(ms.clamp(least, most)) as usize)
        }
        _ => return Ok(None),
    };
    encode_all(brief.format, &made).map(Some)
}

fn heard_again(order: &Order<'_>, given: &[i16]) -> Vec<i16> {
    let origin = order.origin;
    if origin.is("stems") {
        return stem(given, order.part as usize, order.parts as usize);
    }
    if origin.is("audio-isolation") {
        let low = below(given, VOICE_HZ.0);
        return below(given, VOICE_HZ.1).iter().zip(low).map(|(all, low)| whole(all - low)).collect();
    }
    let mut made = changed(given, &order.brief);
    let asked = samples(order.brief.duration_ms) as usize;
    if origin.asked.length && asked > given.len() {
        // It goes on where the given sound ends.
        made.extend(tune(order.brief.seed, order.brief.prompt, asked - given.len()));
    } else if origin.asked.length {
        made.truncate(asked);
    }
    made
}

/// Another voice: a slow beat and a duller tone, which follow from seed and words.
fn changed(given: &[i16], brief: &Brief<'_>) -> Vec<i16> {
    let mut dice = Dice::new(brief.seed, brief.prompt, "voice");
    let (beat_hz, dull_hz) = (dice.between(3.0, 9.0), dice.between(1_500.0, 5_000.0));
    let dull = below(given, dull_hz);
    let every = (RATE_HZ as f32 / beat_hz) as usize;
    let loudness = |place: usize| {
        // Up and down again along a straight line.
        let share = (place % every) as f32 / every as f32;
        0.55 + 0.45 * (share * 2.0 - 1.0).abs()
    };
    dull.iter().enumerate().map(|(place, sample)| whole(sample * loudness(place))).collect()
}

/// One of the bands that together are the given sound, sample by sample.
fn stem(given: &[i16], part: usize, parts: usize) -> Vec<i16> {
    let edge = |number: usize| {
        // Evenly by pitch between the first and the last edge.
        let share = if parts > 2 { number as f32 / (parts - 2) as f32 } else { 0.5 };
        below(given, STEMS_HZ.0 * (STEMS_HZ.1 / STEMS_HZ.0).powf(share))
    };
    // The edges are rounded before they are taken from each other, so that nothing is lost in the sum.
    let edge = |number: usize| edge(number).into_iter().map(whole).collect::<Vec<i16>>();
    let lower = part.checked_sub(1).map(edge);
    let upper = if part + 1 >= parts { given.to_vec() } else { edge(part) };
    match lower {
        None => upper,
        Some(lower) => upper.iter().zip(lower).map(|(upper, lower)| upper.saturating_sub(lower)).collect(),
    }
}

/// What a filter of the first order leaves of the tones above an edge.
fn below(given: &[i16], edge_hz: f32) -> Vec<f32> {
    let step = std::f32::consts::TAU * edge_hz / RATE_HZ as f32;
    let share = step / (1.0 + step);
    let mut level = 0.0;
    let follow = |sample: &i16| {
        level += (f32::from(*sample) - level) * share;
        level
    };
    given.iter().map(follow).collect()
}

fn whole(sample: f32) -> i16 {
    sample.round().clamp(-32_768.0, 32_767.0) as i16
}
