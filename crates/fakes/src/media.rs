//! Real files for fakes to hand out.

use std::io::Cursor;

use bytes::Bytes;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// A second of a test pattern: 64x64 pixels, H.264 in MP4.
pub(crate) const CLIP: &[u8] = include_bytes!("../media/clip.mp4");

/// Half a second of a sine tone, MP3.
pub(crate) const SOUND: &[u8] = include_bytes!("../media/sound.mp3");

/// A picture of one colour, of exactly this size, in one of the formats that `image` writes here: png, jpeg or webp.
pub(crate) fn picture(width: u32, height: u32, colour: [u8; 3], format: &str) -> Bytes {
    let format = ImageFormat::from_extension(format).unwrap_or(ImageFormat::Png);
    let picture = DynamicImage::ImageRgb8(RgbImage::from_pixel(width, height, Rgb(colour)));
    let mut file = Cursor::new(Vec::new());
    #[expect(clippy::expect_used, reason = "writing a plain picture to memory cannot fail")]
    picture.write_to(&mut file, format).expect("a picture in memory");
    file.into_inner().into()
}

/// A vector drawing of one colour.
pub(crate) fn drawing([red, green, blue]: [u8; 3]) -> Bytes {
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 48"><path fill="#{red:02x}{green:02x}{blue:02x}" d="M0 0h64v48H0z"/></svg>"##
    )
    .into()
}

/// A colour that belongs to these words: equal requests make equal pictures.
pub(crate) fn colour(words: &str, nth: u32) -> [u8; 3] {
    let digest = crate::bill::sha256(format!("{words}\n{nth}")).into_bytes();
    [digest[0].wrapping_mul(2), digest[1].wrapping_mul(2), digest[2].wrapping_mul(2)]
}

/// `WxH`, within what is sensible to make in a test.
pub(crate) fn size(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once('x')?;
    let side = |digits: &str| digits.parse::<u32>().ok().filter(|side| (1..=4096).contains(side));
    Some((side(width)?, side(height)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_have_the_size_and_format_that_was_asked_for() {
        for (word, format) in
            [("png", ImageFormat::Png), ("jpeg", ImageFormat::Jpeg), ("webp", ImageFormat::WebP)]
        {
            let file = picture(48, 32, colour("a kite", 0), word);
            assert_eq!(image::guess_format(&file).unwrap(), format);
            let read = image::load_from_memory(&file).unwrap();
            assert_eq!((read.width(), read.height()), (48, 32));
        }
    }
}
