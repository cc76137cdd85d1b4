//! Reads MP4 boxes and decodes their H.264 frames.

use openh264::decoder::Decoder;
use openh264::formats::YUVSource;

use super::*;

/// The parts of an MP4 file that players decide by.
struct Movie {
    /// Length of the whole file in milliseconds.
    duration_ms: u32,
    /// Length of every frame in ticks of 1/90000 s.
    frame_ticks: Vec<u32>,
    /// The decoded luma of every frame, with its width and height.
    frames: Vec<(Vec<u8>, (usize, usize))>,
}

/// The content of the first box along a path, without the fields that stand before the boxes inside it.
fn content<'a>(mut bytes: &'a [u8], path: &[&str]) -> &'a [u8] {
    for name in path {
        let mut rest = bytes;
        bytes = loop {
            let size = word(rest, 0) as usize;
            if &rest[4..8] == name.as_bytes() {
                break &rest[8..size];
            }
            rest = &rest[size..];
        };
        bytes = match *name {
            "stsd" => &bytes[8..],
            "avc1" => &bytes[78..],
            _ => bytes,
        };
    }
    bytes
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn read(file: &[u8]) -> Movie {
    let header = content(file, &["moov", "mvhd"]);
    assert_eq!((header[0], word(header, 12)), (0, 1000), "counts milliseconds");
    let media = content(file, &["moov", "trak", "mdia"]);
    assert_eq!(word(content(media, &["mdhd"]), 12), 90_000);
    let table = content(media, &["minf", "stbl"]);

    let times = content(table, &["stts"]);
    let frame_ticks = (0..word(times, 4) as usize)
        .flat_map(|entry| vec![word(times, 12 + entry * 8); word(times, 8 + entry * 8) as usize])
        .collect::<Vec<_>>();

    let setup = content(table, &["stsd", "avc1", "avcC"]);
    let mut decoder = Decoder::new().unwrap();
    let (sps_size, start_code) = (usize::from(setup[7]), [0, 0, 0, 1]);
    assert_eq!((setup[5] & 31, setup[6]), (1, 0), "one short sequence parameter set");
    let pps = &setup[8 + sps_size + 3..];
    let mut stream = [&start_code, &setup[8..8 + sps_size], &start_code, pps].concat();

    let sizes = content(table, &["stsz"]);
    let mut at = word(content(table, &["stco"]), 8) as usize;
    let mut frames = Vec::new();
    for index in 0..word(sizes, 8) as usize {
        let mut sample = &file[at..at + word(sizes, 12 + index * 4) as usize];
        at += sample.len();
        while !sample.is_empty() {
            let (unit, rest) = sample[4..].split_at(word(sample, 0) as usize);
            stream.extend([&start_code, unit].concat());
            sample = rest;
        }
        let picture = decoder.decode(&stream).unwrap().expect("a picture for every sample");
        let (width, height) = picture.dimensions();
        let rows = picture.y().chunks(picture.strides().0).take(height);
        frames.push((rows.flat_map(|row| row[..width].to_vec()).collect(), (width, height)));
        stream.clear();
    }
    Movie { duration_ms: word(header, 16), frame_ticks, frames }
}

#[test]
fn clips_have_the_asked_length_to_the_tick_and_a_picture_for_every_frame() {
    for (duration_ms, frames) in [(100, 2), (133, 3), (1_000, 24), (1_537, 37)] {
        let movie = read(&render(&Brief { duration_ms, ..brief(Format::Mp4) }).unwrap());
        assert_eq!(movie.duration_ms, duration_ms);
        assert_eq!(movie.frame_ticks.iter().sum::<u32>(), duration_ms * 90);
        assert_eq!((movie.frame_ticks.len(), movie.frames.len()), (frames, frames));
        let spread = movie.frame_ticks.iter().max().unwrap() - movie.frame_ticks.iter().min().unwrap();
        assert!(spread < frames as u32, "frames last about equally long: {spread}");
    }
}

#[test]
fn odd_sides_are_rounded_down_to_even_ones() {
    for (width, height, made) in
        [(96, 64, (96, 64)), (97, 65, (96, 64)), (17, 131, (16, 130)), (16, 16, (16, 16))]
    {
        let movie = read(&render(&Brief { width, height, ..brief(Format::Mp4) }).unwrap());
        assert!(movie.frames.iter().all(|(_, size)| *size == made), "{width}x{height}");
    }
}

#[test]
fn the_scene_moves_and_the_progress_line_fills() {
    let movie =
        read(&render(&Brief { width: 160, height: 96, duration_ms: 1_000, ..brief(Format::Mp4) }).unwrap());
    let (first, last) = (&movie.frames[0].0, &movie.frames[23].0);
    let moved = first.iter().zip(last).filter(|(a, b)| a.abs_diff(**b) > 6).count();
    assert!(moved > 200, "only {moved} pixels changed");
    // The line lies in the row where the right end changes most.
    let brighter = (0..96).map(|y| i32::from(last[y * 160 + 150]) - i32::from(first[y * 160 + 150])).max();
    assert!(brighter > Some(60), "{brighter:?}");
}

#[test]
fn a_clip_shows_the_colours_of_the_picture_with_the_same_words() {
    let order = Brief { width: 160, height: 96, ..brief(Format::Mp4) };
    let luma = &read(&render(&order).unwrap()).frames[0].0;
    let still = picture(&Brief { format: Format::Png, ..order }, ImageFormat::Png).to_rgb8();
    // The upper half has no caption, which differs between the two.
    for (x, y) in (0..160).step_by(13).flat_map(|x| (0..48).step_by(7).map(move |y| (x, y))) {
        let [red, green, blue] = still.get_pixel(x, y).0.map(f32::from);
        let expected = 16.0 + 219.0 / 255.0 * (0.2126 * red + 0.7152 * green + 0.0722 * blue);
        let found = f32::from(luma[(y * 160 + x) as usize]);
        assert!((expected - found).abs() < 14.0, "at {x}, {y}: {expected} became {found}");
    }
}
