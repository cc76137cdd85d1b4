//! Width and height of raster images, from their headers alone.

use std::io::{BufReader, Read, Seek, Take};

use image::metadata::Orientation;
use image::{ImageDecoder, ImageFormat, ImageReader, Limits};

use super::Measured;
use super::format::Format;
use super::source::Source;

/// How much of a file the header readers may see. JPEG's is loaded into memory; the headers of real files, with
/// colour profile and camera data, end far before.
const JPEG_HEAD_MAX_BYTES: u64 = 8 << 20;
/// WebP keeps its camera data behind the picture, so nearly the whole file must be in reach.
const OTHER_HEAD_MAX_BYTES: u64 = 64 << 20;
/// What a header reader may allocate for profiles and rows.
const ALLOC_MAX_BYTES: u64 = 32 << 20;
/// The largest side that JPEG and GIF can express. A PNG beyond it is not a picture anybody shows.
const SIDE_MAX_PX: u32 = 65_535;

/// Measures an image of the given format; a damaged header leaves both sides empty.
pub(super) fn measure<R: Read + Seek>(source: &mut Source<R>, format: Format) -> Measured {
    let (kind, head_max_bytes) = match format {
        Format::Png => (ImageFormat::Png, OTHER_HEAD_MAX_BYTES),
        Format::Jpeg => (ImageFormat::Jpeg, JPEG_HEAD_MAX_BYTES),
        Format::WebP => (ImageFormat::WebP, OTHER_HEAD_MAX_BYTES),
        Format::Gif => (ImageFormat::Gif, OTHER_HEAD_MAX_BYTES),
        _ => return Measured::default(),
    };
    source.rewound().and_then(|reader| sides(reader.take(head_max_bytes), kind)).map_or_else(
        Measured::default,
        |(width, height)| Measured { width: Some(width), height: Some(height), duration_ms: None },
    )
}

fn sides<R: Read + Seek>(head: Take<&mut BufReader<R>>, kind: ImageFormat) -> Option<(u32, u32)> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX_PX);
    limits.max_image_height = Some(SIDE_MAX_PX);
    limits.max_alloc = Some(ALLOC_MAX_BYTES);
    let mut reader = ImageReader::with_format(head, kind);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return None;
    }
    // Cameras store the picture as the sensor saw it and note how to turn it.
    let on_its_side = matches!(
        decoder.orientation(),
        Ok(Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH)
    );
    Some(if on_its_side { (height, width) } else { (width, height) })
}
