//! Given pictures.

use std::io::Cursor;

use image::{ImageReader, Limits, RgbaImage};

use crate::sandbox::render::PICTURE_SIDE_PX;
use crate::sandbox::scale::fill;

/// The longest side that is decoded, pixels.
const SIDE_MAX_PX: u32 = 16_384;
/// The memory that decoding may take, bytes.
const ALLOC_MAX: u64 = 512 << 20;

/// The picture, of an animation the first; made smaller where it is larger than pictures of the sandbox get. None
/// for AVIF, which is not decoded here.
pub(super) fn decode(bytes: &[u8]) -> Result<Option<RgbaImage>, String> {
    if bytes.get(4..8) == Some(b"ftyp") {
        return Ok(None);
    }
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| error.to_string())?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX_PX);
    limits.max_image_height = Some(SIDE_MAX_PX);
    limits.max_alloc = Some(ALLOC_MAX);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| error.to_string())?.into_rgba8();
    let (width, height) = picture.dimensions();
    if width == 0 || height == 0 {
        return Err("it has no pixels".to_owned());
    }
    let (long, most) = (width.max(height), *PICTURE_SIDE_PX.end());
    if long <= most {
        return Ok(Some(picture));
    }
    let scaled = |side: u32| ((u64::from(side) * u64::from(most) / u64::from(long)) as u32).max(1);
    fill(&picture, scaled(width), scaled(height)).map(Some).map_err(|error| error.to_string())
}
