//! Still pictures.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder, RgbImage};

use super::caption::Caption;
use super::scene::{Row, Scene};
use super::{Brief, Format, RenderError};

const JPEG_QUALITY: u8 = 88;

/// Paints the brief's scene and encodes it as PNG, JPEG or WebP.
pub(super) fn render(brief: &Brief<'_>) -> Result<Vec<u8>, RenderError> {
    encode(brief.format, brief.width, brief.height, ExtendedColorType::Rgb8, &paint(brief))
}

/// The file of these pixels. JPEG has no alpha.
pub(super) fn encode(
    format: Format,
    width: u32,
    height: u32,
    colours: ExtendedColorType,
    pixels: &[u8],
) -> Result<Vec<u8>, RenderError> {
    let mut file = Vec::with_capacity(pixels.len() / 4);
    let (name, encoded) = match format {
        Format::Jpeg => {
            let encoder = JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY);
            ("jpeg", encoder.write_image(pixels, width, height, colours))
        }
        Format::Webp => {
            ("webp", WebPEncoder::new_lossless(&mut file).write_image(pixels, width, height, colours))
        }
        _ => {
            // Neighbours in a row differ little in these scenes; trying all filters costs more than it saves.
            let encoder = PngEncoder::new_with_quality(&mut file, CompressionType::Fast, FilterType::Sub);
            ("png", encoder.write_image(pixels, width, height, colours))
        }
    };
    encoded.map_err(|reason| RenderError::encoder(name)(&reason))?;
    Ok(file)
}

/// A scene without words in it, as it looks at this moment.
pub(super) fn scene(width: u32, height: u32, seed: u64, prompt: &str, seconds: f32) -> RgbImage {
    let scene = Scene::new(width as usize, height as usize, seed, prompt);
    let moment = scene.at(seconds);
    let mut row = Row::new(width as usize);
    let mut image = RgbImage::new(width, height);
    for (y, line) in image.chunks_exact_mut(width as usize * 3).enumerate() {
        moment.paint(y, &mut row);
        put(&row, line);
    }
    image
}

/// The pixels row by row, three bytes each.
fn paint(brief: &Brief<'_>) -> Vec<u8> {
    let (width, height) = (brief.width as usize, brief.height as usize);
    let scene = Scene::new(width, height, brief.seed, brief.prompt);
    let notes = ["sandbox".to_owned(), format!("{width}×{height}"), format!("seed {}", brief.seed)];
    let caption = Caption::new(width, height, brief.prompt, &notes, scene.accent());
    let moment = scene.at(0.0);
    let mut row = Row::new(width);
    let mut pixels = vec![0; width * height * 3];
    for (y, line) in pixels.chunks_exact_mut(width * 3).enumerate() {
        moment.paint(y, &mut row);
        if let Some(caption) = &caption {
            caption.lay_over(y, 1.0, &mut row);
        }
        put(&row, line);
    }
    pixels
}

/// A painted row as bytes.
fn put(row: &Row, line: &mut [u8]) {
    let colours = row.red.iter().zip(&row.green).zip(&row.blue);
    for (pixel, ((red, green), blue)) in line.chunks_exact_mut(3).zip(colours) {
        pixel[0] = (red + 0.5) as u8;
        pixel[1] = (green + 0.5) as u8;
        pixel[2] = (blue + 0.5) as u8;
    }
}
