//! Pictures out of pictures.

use image::{ExtendedColorType, Rgba, RgbaImage, imageops};

use super::measures::{Bounds, Usual, sides};
use super::{Order, RenderError};
use crate::sandbox::render::dice::Dice;
use crate::sandbox::render::picture::{encode, scene};
use crate::sandbox::render::{Format, PICTURE_SIDE_PX};
use crate::sandbox::scale::fill;

const BOUNDS: Bounds =
    Bounds { long: *PICTURE_SIDE_PX.end(), short: *PICTURE_SIDE_PX.end(), least: 1, even: false };

/// How much of an edited picture is the new colour.
const TINT: f32 = 0.35;
/// How far an enhanced picture is from grey, compared to the given one.
const CONTRAST: f32 = 1.2;
/// So many further pictures are laid over the edited one.
const OTHERS_MAX: usize = 4;

/// The picture made from the given one; none if there is none.
pub(super) fn remake(order: &Order<'_>) -> Result<Option<Vec<u8>>, RenderError> {
    let Some(given) = order.pictures().next() else { return Ok(None) };
    let (origin, brief) = (order.origin, &order.brief);
    let (width, height) =
        sides(origin, (brief.width, brief.height), given.dimensions(), Usual::Given, &BOUNDS);
    let mask = order.mask();
    let picture = if origin.is("outpainting") && mask.is_none() {
        surrounded(order, given, (width, height))?
    } else {
        let mut picture = fill(given, width, height)?;
        if let Some(mask) = mask {
            paint_over(order, &mut picture, mask)?;
        } else if origin.is("background-removal") {
            cut_out(&mut picture);
        } else if origin.is("upscaling") {
            // Larger, and else as it was.
        } else if origin.is("enhancement") {
            picture.pixels_mut().for_each(contrast);
        } else {
            let colour = tint(brief.seed, brief.prompt);
            picture.pixels_mut().for_each(|pixel| mix(pixel, colour, TINT));
            lay_over(order, &mut picture)?;
        }
        picture
    };
    let (width, height) = picture.dimensions();
    let is_opaque = brief.format == Format::Jpeg || picture.pixels().all(|pixel| pixel[3] == 255);
    let file = if is_opaque {
        let plain: Vec<u8> = picture.pixels().flat_map(|pixel| on_white(*pixel)).collect();
        encode(brief.format, width, height, ExtendedColorType::Rgb8, &plain)?
    } else {
        encode(brief.format, width, height, ExtendedColorType::Rgba8, &picture)?
    };
    Ok(Some(file))
}

/// The colour that an edit by these words brings in.
pub(super) fn tint(seed: u64, prompt: &str) -> [f32; 3] {
    let mut dice = Dice::new(seed, prompt, "tint");
    // One channel strong and one weak, so that grey does not come out.
    let mut colour = [dice.between(190.0, 255.0), dice.between(60.0, 200.0), dice.between(0.0, 70.0)];
    colour.rotate_left(dice.below(3));
    colour
}

pub(super) fn mix(pixel: &mut Rgba<u8>, colour: [f32; 3], share: f32) {
    for (channel, target) in pixel.0.iter_mut().zip(colour) {
        *channel = (f32::from(*channel) * (1.0 - share) + target * share + 0.5) as u8;
    }
}

pub(super) fn contrast(pixel: &mut Rgba<u8>) {
    for channel in &mut pixel.0[..3] {
        *channel = ((f32::from(*channel) - 128.0) * CONTRAST + 128.5) as u8;
    }
}

pub(super) fn on_white(Rgba([red, green, blue, alpha]): Rgba<u8>) -> [u8; 3] {
    let over = |channel: u8| {
        ((u32::from(channel) * u32::from(alpha) + 255 * (255 - u32::from(alpha)) + 127) / 255) as u8
    };
    [over(red), over(green), over(blue)]
}

/// Keeps what lies in the ellipse that touches all four sides.
fn cut_out(picture: &mut RgbaImage) {
    let (width, height) = picture.dimensions();
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let across = (x as f32 + 0.5) / width as f32 * 2.0 - 1.0;
        let down = (y as f32 + 0.5) / height as f32 * 2.0 - 1.0;
        if across * across + down * down > 1.0 {
            pixel[3] = 0;
        }
    }
}

/// Fills what the mask marks: its transparent pixels if it has any, else its bright ones.
fn paint_over(order: &Order<'_>, picture: &mut RgbaImage, mask: &RgbaImage) -> Result<(), RenderError> {
    let (width, height) = picture.dimensions();
    let mask = fill(mask, width, height)?;
    let by_alpha = mask.pixels().any(|pixel| pixel[3] < 128);
    let is_marked = |pixel: &Rgba<u8>| {
        if by_alpha {
            pixel[3] < 128
        } else {
            u32::from(pixel[0]) + u32::from(pixel[1]) + u32::from(pixel[2]) > 3 * 127
        }
    };
    if order.origin.is("object-removal") {
        let left = picture.pixels().zip(mask.pixels()).filter(|(_, mask)| !is_marked(mask));
        let (mut sum, mut count) = ([0u64; 3], 0u64);
        for (pixel, _) in left {
            sum.iter_mut().zip(pixel.0).for_each(|(sum, channel)| *sum += u64::from(channel));
            count += 1;
        }
        let [red, green, blue] = sum.map(|sum| (sum / count.max(1)) as u8);
        let all = picture.pixels_mut().zip(mask.pixels());
        all.filter(|(_, mask)| is_marked(mask)).for_each(|(pixel, _)| *pixel = Rgba([red, green, blue, 255]));
    } else {
        let scene = scene(width, height, order.brief.seed, order.brief.prompt, 0.0);
        let all = picture.pixels_mut().zip(mask.pixels()).zip(scene.pixels());
        for ((pixel, _), new) in all.filter(|((_, mask), _)| is_marked(mask)) {
            *pixel = Rgba([new[0], new[1], new[2], 255]);
        }
    }
    Ok(())
}

/// A larger canvas with the picture in its middle: as large as was asked for, or half as large again.
fn surrounded(order: &Order<'_>, given: &RgbaImage, asked: (u32, u32)) -> Result<RgbaImage, RenderError> {
    let (own_width, own_height) = given.dimensions();
    let grown = |side: u32| (side + side / 2).clamp(1, *PICTURE_SIDE_PX.end());
    let measured = order.origin.asked.pixels || order.origin.asked.ratio;
    let (width, height) = if measured { asked } else { (grown(own_width), grown(own_height)) };
    let scene = scene(width, height, order.brief.seed, order.brief.prompt, 0.0);
    let mut canvas = image::DynamicImage::ImageRgb8(scene).into_rgba8();
    // Where the picture has no room it is made smaller, so that there is something around it.
    let room = (f64::from(width) / f64::from(own_width)).min(f64::from(height) / f64::from(own_height));
    let scale = if room <= 1.0 { room * 0.8 } else { 1.0 };
    let side = |side: u32| ((f64::from(side) * scale) as u32).max(1);
    let inner = fill(given, side(own_width), side(own_height))?;
    let (x, y) = ((width - inner.width()) / 2, (height - inner.height()) / 2);
    imageops::overlay(&mut canvas, &inner, i64::from(x), i64::from(y));
    Ok(canvas)
}

/// Further reference pictures, small, along the bottom.
fn lay_over(order: &Order<'_>, picture: &mut RgbaImage) -> Result<(), RenderError> {
    let (width, height) = picture.dimensions();
    let edge = (width / 5).min(height / 5);
    if edge == 0 {
        return Ok(());
    }
    for (nth, other) in order.pictures().skip(1).take(OTHERS_MAX).enumerate() {
        let small = fill(other, edge, edge)?;
        imageops::overlay(picture, &small, i64::from(edge) * nth as i64, i64::from(height - edge));
    }
    Ok(())
}
