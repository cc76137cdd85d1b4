//! Pictures, sounds and clips that stand in for files which are not fetched or not decoded. Each follows from a
//! number alone.

use image::{RgbImage, RgbaImage};

use crate::sandbox::render::picture::scene;
use crate::sandbox::render::sound::samples;
use crate::sandbox::render::tune::Tune;

const PICTURE_PX: (u32, u32) = (1024, 768);
const SOUND_MS: u32 = 5_000;

/// A picture.
pub(in crate::sandbox) fn picture(seed: u64) -> RgbaImage {
    image::DynamicImage::ImageRgb8(scene(PICTURE_PX.0, PICTURE_PX.1, seed, "", 0.0)).into_rgba8()
}

/// A moment of a clip.
pub(in crate::sandbox) fn frame(width: u32, height: u32, seed: u64, seconds: f32) -> RgbImage {
    scene(width, height, seed, "", seconds)
}

/// A tune.
pub(in crate::sandbox) fn sound(seed: u64) -> Vec<i16> {
    tune(seed, "", samples(SOUND_MS) as usize)
}

/// A tune of this many samples.
pub(super) fn tune(seed: u64, prompt: &str, length: usize) -> Vec<i16> {
    let mut all = vec![0; length];
    let mut tune = Tune::new(seed, prompt, length as u64);
    let mut done = 0;
    while let Some(rest) = all.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match tune.play(rest) {
            0 => break,
            count => done += count,
        }
    }
    all
}
