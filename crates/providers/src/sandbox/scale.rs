//! Pictures in other sizes.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbaImage;

use super::render::RenderError;

/// The picture in this size: scaled until it covers it, and what stands out cut from both ends.
pub(super) fn fill(picture: &RgbaImage, width: u32, height: u32) -> Result<RgbaImage, RenderError> {
    if picture.dimensions() == (width, height) {
        return Ok(picture.clone());
    }
    let failed = |reason: String| RenderError::Encoder { encoder: "scaling", reason };
    let from = ImageRef::new(picture.width(), picture.height(), picture.as_raw(), PixelType::U8x4)
        .map_err(|error| failed(error.to_string()))?;
    let mut made = Image::new(width, height, PixelType::U8x4);
    // The colours of transparent pixels count: what is cut out here may be put on white later.
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .fit_into_destination(None)
        .use_alpha(false);
    Resizer::new().resize(&from, &mut made, &options).map_err(|error| failed(error.to_string()))?;
    RgbaImage::from_raw(width, height, made.into_vec()).ok_or_else(|| failed("too few pixels".to_owned()))
}

#[cfg(test)]
mod tests {
    use image::{Rgba, RgbaImage};

    use super::fill;

    #[test]
    fn a_picture_covers_the_whole_and_loses_as_much_at_both_ends() {
        // Three bands, of which the outer ones are cut.
        let bands = RgbaImage::from_fn(40, 10, |x, _| match x {
            0..15 => Rgba([255, 0, 0, 255]),
            15..25 => Rgba([0, 255, 0, 255]),
            _ => Rgba([0, 0, 255, 255]),
        });
        let square = fill(&bands, 20, 20).unwrap();
        assert!(square.pixels().all(|pixel| pixel.0[1] > 100), "only the middle is left");
        assert_eq!(square.get_pixel(10, 10).0, [0, 255, 0, 255]);
        let wide = fill(&bands, 80, 20).unwrap();
        assert_eq!((wide.get_pixel(2, 2).0, wide.get_pixel(77, 2).0), ([255, 0, 0, 255], [0, 0, 255, 255]));
        assert_eq!(fill(&bands, 40, 10).unwrap(), bands);
        assert_eq!(fill(&RgbaImage::new(1, 4096), 1, 1).unwrap().dimensions(), (1, 1));
    }

    #[test]
    fn what_is_transparent_keeps_its_colour() {
        let clear = RgbaImage::from_pixel(8, 8, Rgba([200, 100, 50, 0]));
        assert_eq!(fill(&clear, 4, 4).unwrap(), RgbaImage::from_pixel(4, 4, Rgba([200, 100, 50, 0])));
    }
}
