//! Clips out of pictures, clips and sounds.

use image::{RgbImage, RgbaImage};

use super::measures::{Bounds, Usual, sides};
use super::pictures::{contrast, mix, on_white, tint};
use super::stand_in::tune;
use super::{Order, RenderError, track};
use crate::sandbox::material::Clip;
use crate::sandbox::render::clip::{Moment, Timing, encode};
use crate::sandbox::render::sound::{RATE_HZ, encode_all, samples};
use crate::sandbox::render::{
    CLIP_DURATION_MS, CLIP_LONG_SIDE_MAX_PX, CLIP_SHORT_SIDE_MAX_PX, CLIP_SIDE_MIN_PX, Format,
};
use crate::sandbox::scale::fill;

const BOUNDS: Bounds = Bounds {
    long: CLIP_LONG_SIDE_MAX_PX,
    short: CLIP_SHORT_SIDE_MAX_PX,
    least: CLIP_SIDE_MIN_PX,
    even: true,
};

/// How much nearer a picture has come at the end of a clip.
const ZOOM: f32 = 0.2;
/// The point that stays where it is meanwhile, as a share of both sides: a little off the middle, so that a
/// picture that is alike on both sides moves too.
const STAYS: f32 = 0.42;
/// How much of an edited clip is the new colour.
const TINT: f32 = 0.3;

/// The clip made from what was given; none if it was nothing to look at.
pub(super) fn remake(order: &Order<'_>) -> Result<Option<Vec<u8>>, RenderError> {
    let picture = order.pictures().next();
    // A clip that only says how to move leaves the stage to the picture.
    let clip = order.clip().filter(|_| picture.is_none() || !order.origin.is("motion-control"));
    match (clip, picture) {
        (Some(clip), _) => from_clip(order, clip).map(Some),
        (None, Some(picture)) => from_picture(order, picture).map(Some),
        (None, None) => Ok(None),
    }
}

fn from_picture(order: &Order<'_>, picture: &RgbaImage) -> Result<Vec<u8>, RenderError> {
    let (origin, brief) = (order.origin, &order.brief);
    let wished = (brief.width, brief.height);
    let (width, height) = sides(origin, wished, picture.dimensions(), Usual::Wished, &BOUNDS);
    let moved = order.clip().map(|clip| clip.duration_ms).filter(|_| !origin.asked.length);
    let duration_ms =
        within(order.sound().map(|heard| length_ms(&heard.samples)).or(moved).unwrap_or(brief.duration_ms));
    let first = plain(&fill(picture, width, height)?);
    let made = encode(width, height, &Timing::new(width, height, duration_ms), |moment, frame| {
        frame.take(&zoomed(&first, 1.0 + ZOOM * moment.progress));
        Ok(())
    })?;
    match order.sound() {
        Some(heard) => voiced(made, &heard.samples, duration_ms),
        None => Ok(made),
    }
}

fn from_clip(order: &Order<'_>, clip: &Clip) -> Result<Vec<u8>, RenderError> {
    let (origin, brief) = (order.origin, &order.brief);
    let given = (clip.width, clip.height);
    let (width, height) = sides(origin, (brief.width, brief.height), given, Usual::Given, &BOUNDS);
    let mends = ["upscaling", "enhancement", "frame-interpolation"].iter().any(|tag| origin.is(tag));
    let speaks = origin.is("lip-sync") || origin.is("dubbing") || origin.is("avatar");
    let sound = order.sound().map(|heard| heard.samples.as_slice());
    let duration_ms = within(match sound {
        Some(sound) if speaks => length_ms(sound),
        _ if origin.asked.length && !mends => brief.duration_ms,
        _ => clip.duration_ms,
    });
    let rate_hz = if origin.is("frame-interpolation") { clip.rate_hz * 2.0 } else { clip.rate_hz };
    let timing = Timing::at_rate(width, height, duration_ms, rate_hz);
    let (colour, goes_on) = (tint(brief.seed, brief.prompt), duration_ms > clip.duration_ms);
    let given_seconds = clip.duration_ms as f32 / 1000.0;
    let mut player = clip.player()?;
    let made = encode(width, height, &timing, |Moment { seconds, .. }, frame| {
        let shown = image::DynamicImage::ImageRgb8(player.at(f64::from(*seconds))?).into_rgba8();
        let mut shown = fill(&shown, width, height)?;
        if origin.is("enhancement") {
            shown.pixels_mut().for_each(contrast);
        } else if !mends && !speaks && !goes_on {
            shown.pixels_mut().for_each(|pixel| mix(pixel, colour, TINT));
        }
        let shown = plain(&shown);
        // Behind its end a clip goes on by coming nearer.
        let beyond = (seconds - given_seconds).max(0.0) / given_seconds.max(0.1);
        frame.take(&if beyond > 0.0 { zoomed(&shown, 1.0 + ZOOM * beyond.min(4.0)) } else { shown });
        Ok(())
    })?;
    match (sound, clip.sound()) {
        (Some(sound), _) => voiced(made, sound, duration_ms),
        (None, _) if origin.is("dubbing") => {
            voiced(made, &tune(brief.seed, brief.prompt, samples(duration_ms) as usize), duration_ms)
        }
        (None, Some(own)) => track::add(&made, own, duration_ms),
        (None, None) => Ok(made),
    }
}

/// The clip with a sound of exactly its length.
fn voiced(clip: Vec<u8>, sound: &[i16], duration_ms: u32) -> Result<Vec<u8>, RenderError> {
    let mut sound = sound.to_vec();
    sound.resize(samples(duration_ms) as usize, 0);
    track::add(&clip, track::frames(&encode_all(Format::Mp3, &sound)?), duration_ms)
}

fn length_ms(samples: &[i16]) -> u32 {
    u32::try_from(samples.len() as u64 * 1000 / u64::from(RATE_HZ)).unwrap_or(u32::MAX)
}

fn within(duration_ms: u32) -> u32 {
    duration_ms.clamp(*CLIP_DURATION_MS.start(), *CLIP_DURATION_MS.end())
}

fn plain(picture: &RgbaImage) -> RgbImage {
    let mut image = RgbImage::new(picture.width(), picture.height());
    image.pixels_mut().zip(picture.pixels()).for_each(|(to, from)| to.0 = on_white(*from));
    image
}

/// A part of a picture, in the size of the whole.
fn zoomed(picture: &RgbImage, nearer: f32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let place = |at: u32, side: u32| {
        let stays = side as f32 * STAYS;
        (((at as f32 + 0.5 - stays) / nearer + stays) as u32).min(side - 1)
    };
    let columns: Vec<usize> = (0..width).map(|x| place(x, width) as usize * 3).collect();
    let mut made = RgbImage::new(width, height);
    for (y, line) in (0..height).zip(made.chunks_exact_mut(width as usize * 3)) {
        let from = &picture.as_raw()[place(y, height) as usize * width as usize * 3..][..width as usize * 3];
        for (pixel, column) in line.chunks_exact_mut(3).zip(&columns) {
            pixel.copy_from_slice(&from[*column..*column + 3]);
        }
    }
    made
}
