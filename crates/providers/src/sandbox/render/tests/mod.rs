//! Every format is read back by a decoder and compared with its brief.

mod movie;
mod mp3;

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};

use super::*;

const FORMATS: [Format; 7] =
    [Format::Png, Format::Jpeg, Format::Webp, Format::Mp4, Format::Wav, Format::Mp3, Format::Text];

/// A small brief that every format accepts.
fn brief(format: Format) -> Brief<'static> {
    Brief { format, width: 96, height: 64, duration_ms: 400, seed: 7, prompt: "a small boat" }
}

fn picture(brief: &Brief<'_>, format: ImageFormat) -> DynamicImage {
    image::load_from_memory_with_format(&render(brief).unwrap(), format).unwrap()
}

/// Mean difference of two pictures' colour values, 0 to 255.
fn difference(one: &DynamicImage, other: &DynamicImage) -> u64 {
    let (one, other) = (one.to_rgb8().into_raw(), other.to_rgb8().into_raw());
    assert_eq!(one.len(), other.len());
    one.iter().zip(&other).map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>() / one.len() as u64
}

#[test]
fn pictures_have_the_asked_size_and_show_the_same_in_every_format() {
    for (width, height) in [(96, 64), (1, 1), (17, 5), (333, 127), (63, 500)] {
        let of = |format| Brief { width, height, ..brief(format) };
        let png = picture(&of(Format::Png), ImageFormat::Png);
        let webp = picture(&of(Format::Webp), ImageFormat::WebP);
        let jpeg = picture(&of(Format::Jpeg), ImageFormat::Jpeg);
        for read in [&png, &webp, &jpeg] {
            assert_eq!((read.width(), read.height()), (width, height));
        }
        assert_eq!(png.to_rgb8(), webp.to_rgb8());
        assert!(difference(&png, &jpeg) <= 8, "{width}x{height}: {}", difference(&png, &jpeg));
    }
}

#[test]
fn the_largest_picture_can_be_made() {
    let largest = *PICTURE_SIDE_PX.end();
    let read = picture(&Brief { width: largest, height: largest, ..brief(Format::Png) }, ImageFormat::Png);
    assert_eq!((read.width(), read.height()), (largest, largest));
}

#[test]
fn another_seed_and_another_prompt_give_a_visibly_different_picture() {
    let first = brief(Format::Png);
    let shown = picture(&first, ImageFormat::Png);
    for (seed, prompt) in [(8, first.prompt), (u64::MAX, first.prompt), (7, "a small boot"), (7, "")] {
        let other = picture(&Brief { seed, prompt, ..first }, ImageFormat::Png);
        assert!(difference(&shown, &other) > 10, "{seed} {prompt}: {}", difference(&shown, &other));
    }
}

#[test]
fn the_same_brief_gives_the_same_bytes_and_another_seed_others() {
    for format in FORMATS {
        let first = render(&brief(format)).unwrap();
        assert_eq!(first, render(&brief(format)).unwrap(), "{format:?}");
        assert_ne!(first, render(&Brief { seed: 8, ..brief(format) }).unwrap(), "{format:?}");
        assert_ne!(first, render(&Brief { prompt: "a big boat", ..brief(format) }).unwrap(), "{format:?}");
    }
}

#[test]
fn wav_is_44100_hz_mono_16_bit_of_the_asked_length() {
    for duration_ms in [100, 1_234, 3_000] {
        let bytes = render(&Brief { duration_ms, ..brief(Format::Wav) }).unwrap();
        let mut reader = hound::WavReader::new(Cursor::new(bytes)).unwrap();
        let spec = reader.spec();
        assert_eq!((spec.sample_rate, spec.channels, spec.bits_per_sample), (44_100, 1, 16));
        assert_eq!(reader.duration(), duration_ms * 441 / 10);
        let loudest = reader.samples::<i16>().map(|sample| sample.unwrap().unsigned_abs()).max().unwrap();
        assert!(loudest > 1_000, "{duration_ms} ms are nearly silent: {loudest}");
    }
}

#[test]
fn a_value_out_of_bounds_is_refused_by_the_name_of_its_field() {
    let refused = |brief: Brief<'_>| match render(&brief) {
        Err(RenderError::OutOfBounds { field, value, min, max }) => (field, value, min, max),
        other => panic!("{brief:?} gave {:?}", other.map(|bytes| bytes.len())),
    };
    for format in [Format::Png, Format::Jpeg, Format::Webp] {
        assert_eq!(refused(Brief { width: 0, ..brief(format) }), ("width", 0, 1, 4096));
        assert_eq!(refused(Brief { height: 4097, ..brief(format) }), ("height", 4097, 1, 4096));
    }
    let clip = brief(Format::Mp4);
    assert_eq!(refused(Brief { width: 15, ..clip }), ("width", 15, 16, 3840));
    assert_eq!(refused(Brief { height: 4096, ..clip }), ("height", 4096, 16, 3840));
    assert_eq!(refused(Brief { width: 2162, height: 2162, ..clip }), ("height", 2162, 16, 2160));
    assert_eq!(refused(Brief { duration_ms: 60_001, ..clip }), ("duration_ms", 60_001, 100, 60_000));
    for format in [Format::Wav, Format::Mp3] {
        assert_eq!(refused(Brief { duration_ms: 99, ..brief(format) }), ("duration_ms", 99, 100, 300_000));
        assert_eq!(refused(Brief { duration_ms: 300_001, ..brief(format) }).1, 300_001);
    }
}

#[test]
fn fields_that_a_format_does_not_use_are_not_checked() {
    assert!(render(&Brief { duration_ms: 0, ..brief(Format::Png) }).is_ok());
    assert!(render(&Brief { width: 0, height: 0, ..brief(Format::Mp3) }).is_ok());
    assert!(render(&Brief { width: 0, height: 0, duration_ms: 0, ..brief(Format::Text) }).is_ok());
}
