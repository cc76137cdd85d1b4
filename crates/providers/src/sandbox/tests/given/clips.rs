use bytes::Bytes;
use image::{DynamicImage, RgbaImage};
use spool_domain::catalogue::{Asked, Makes, Media, Task};

use super::super::bench::work;
use super::pictures::{distance, quarters};
use super::sounds::spoken;
use super::{Bench, made, order};
use crate::sandbox::material::{Clip, inside, only};

/// A clip as the sandbox itself reads it back: only marked ones are decoded.
fn opened(file: &[u8]) -> Clip {
    Clip::open(Bytes::copy_from_slice(file), &[7; 32], 0).unwrap().unwrap()
}

fn at(clip: &Clip, seconds: f64) -> RgbaImage {
    DynamicImage::ImageRgb8(clip.player().unwrap().at(seconds).unwrap()).into_rgba8()
}

fn shape(clip: &Clip) -> ((u32, u32), u32, u32) {
    ((clip.width, clip.height), clip.duration_ms, clip.rate_hz.round() as u32)
}

fn filmed(bench: &Bench) -> Vec<u8> {
    made(bench, &work(Makes::Video, "mp4", (96, 64), 1_000, "a fox")).remove(0)
}

fn remade(bench: &Bench, tags: &[&str], id: &str, ms: u32, asked: Asked) -> Clip {
    let work = order(Task::VideoToVideo, tags, &[(Media::Video, id)], "mp4", ((320, 180), ms), asked);
    opened(&made(bench, &work)[0])
}

#[test]
fn a_clip_from_a_picture_begins_with_it_and_has_its_ratio() {
    let bench = Bench::new();
    let id = bench.shelf.put(quarters());
    let files = [(Media::Image, id.as_str())];
    let work = order(Task::ImageToVideo, &[], &files, "mp4", ((320, 180), 1_000), Asked::default());
    let clip = opened(&made(&bench, &work)[0]);
    assert_eq!(shape(&clip), ((240, 180), 1_000, 24));
    let given = image::load_from_memory(&quarters()).unwrap().into_rgba8();
    assert!(distance(&at(&clip, 0.0), &given) < 10);
    assert!(at(&clip, 0.0) != at(&clip, 0.9), "it moves");
    let ratio = Asked { ratio: true, ..Asked::default() };
    let work = order(Task::ImageToVideo, &[], &files, "mp4", ((320, 180), 1_000), ratio);
    assert_eq!(shape(&opened(&made(&bench, &work)[0])).0, (320, 180));
}

#[test]
fn a_mended_clip_is_the_given_one_larger_or_with_more_frames() {
    let bench = Bench::new();
    let file = filmed(&bench);
    let (given, id) = (opened(&file), bench.shelf.put(file));
    let upscaled = remade(&bench, &["upscaling"], &id, 5_000, Asked::default());
    assert_eq!(shape(&upscaled), ((192, 128), 1_000, 24));
    let smooth = remade(&bench, &["frame-interpolation"], &id, 5_000, Asked::default());
    assert_eq!(shape(&smooth), ((96, 64), 1_000, 48));
    for seconds in [0.0, 0.5, 0.99] {
        assert!(distance(&at(&upscaled, seconds), &at(&given, seconds)) < 8, "at {seconds}");
        assert!(distance(&at(&smooth, seconds), &at(&given, seconds)) < 8, "at {seconds}");
    }
    let edited = remade(&bench, &["editing"], &id, 5_000, Asked::default());
    assert_eq!(shape(&edited), ((96, 64), 1_000, 24));
    assert!(distance(&at(&edited, 0.5), &at(&given, 0.5)) > 20);
}

#[test]
fn a_continued_clip_begins_with_the_given_one_and_has_the_asked_length() {
    let bench = Bench::new();
    let file = filmed(&bench);
    let (given, id) = (opened(&file), bench.shelf.put(file));
    let longer = remade(&bench, &[], &id, 2_500, Asked { length: true, ..Asked::default() });
    assert_eq!(shape(&longer), ((96, 64), 2_500, 24));
    assert!(distance(&at(&longer, 0.5), &at(&given, 0.5)) < 8);
    assert!(at(&longer, 1.2) != at(&longer, 2.4), "it goes on");
}

#[test]
fn a_talking_picture_has_the_sound_as_its_track_and_its_length() {
    let bench = Bench::new();
    let picture = bench.shelf.put(quarters());
    let sound = bench.shelf.put(spoken(&bench, "wav", 1_300, "hello"));
    let files = [(Media::Image, picture.as_str()), (Media::Audio, sound.as_str())];
    let work = order(Task::AudioToVideo, &["lip-sync"], &files, "mp4", ((320, 180), 5_000), Asked::default());
    let file = made(&bench, &work).remove(0);
    let clip = opened(&file);
    assert_eq!(shape(&clip), ((240, 180), 1_300, 24));
    assert!(distance(&at(&clip, 1.2), &at(&clip, 0.0)) < 60, "its frames are found behind the longer head");
    // At least the frames that hold 1.3 seconds, each beginning with the sign of MPEG-1 layer 3.
    let track = clip.sound().unwrap();
    assert!(track.len() > 1_300 * 96 / 8 && track.starts_with(&[0xff, 0xfb]), "{}", track.len());
    let moov = only(&file, &[b"moov"]).unwrap();
    assert_eq!(inside(moov).filter(|(name, _)| name == b"trak").count(), 2);
    // What is made of the clip keeps the sound.
    let id = bench.shelf.put(file);
    let upscaled = remade(&bench, &["upscaling"], &id, 0, Asked::default());
    assert_eq!(upscaled.sound(), Some(track));
}

#[test]
fn of_a_clip_without_our_mark_only_size_and_length_are_taken() {
    let bench = Bench::new();
    let mut file = filmed(&bench);
    // The last byte belongs to the mark.
    *file.last_mut().unwrap() ^= 1;
    let id = bench.shelf.put(file.clone());
    let stand_in = remade(&bench, &["upscaling"], &id, 0, Asked::default());
    assert_eq!(shape(&stand_in), ((192, 128), 1_000, 24));
    let seen = distance(&at(&stand_in, 0.5), &at(&opened(&filmed(&bench)), 0.5));
    assert!(seen > 8, "another scene: {seen}");
    file.truncate(60);
    let broken = bench.shelf.put(file);
    let work =
        order(Task::VideoToVideo, &[], &[(Media::Video, &broken)], "mp4", ((64, 64), 0), Asked::default());
    assert!(bench.refused(&work, "broken").message.unwrap().starts_with("files.0 cannot be decoded"));
}
