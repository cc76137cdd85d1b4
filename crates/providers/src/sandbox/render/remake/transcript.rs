//! What is heard in a sound.

use super::Order;
use crate::sandbox::render::dice::Dice;
use crate::sandbox::render::sound::RATE_HZ;
use crate::sandbox::render::words::sentence;

/// One made-up sentence takes about so long, in samples.
const SENTENCE: usize = RATE_HZ as usize * 4;

/// The words that the sandbox made the sound from; for any other sound as many sentences as fit its length, always
/// the same ones for the same file.
pub(super) fn of(order: &Order<'_>) -> String {
    if let Some(words) = order.sound().and_then(|heard| heard.words.clone()) {
        return words;
    }
    let fingerprint = order.materials.first().map_or(0, |material| material.fingerprint);
    let mut dice = Dice::new(fingerprint, "", "transcript");
    let samples = order.sound().map_or_else(
        || order.clip().map_or(0, |clip| clip.duration_ms as usize * RATE_HZ as usize / 1000),
        |heard| heard.samples.len(),
    );
    let sentences: Vec<String> =
        (0..samples.div_ceil(SENTENCE).max(1)).map(|_| sentence(&mut dice)).collect();
    sentences.join(" ")
}
