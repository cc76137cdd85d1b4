//! What is delivered are real files of the asked shape.

use std::collections::HashSet;

use image::ImageFormat;
use spool_domain::adapter::{Output, Work};
use spool_domain::catalogue::Makes;

use super::bench::{Bench, image, work};
use crate::sandbox::RETENTION_MS;

fn files(bench: &Bench, work: &Work, token: &str) -> Vec<Vec<u8>> {
    let (handle, _) = bench.accepted(work, token);
    bench.pass_ms(1_000);
    let (outputs, _) = bench.finished(&handle);
    outputs.iter().map(|output| bench.fetch(output).body.to_vec()).collect()
}

#[test]
fn a_picture_has_the_asked_size_and_format() {
    let bench = Bench::new();
    let cases = [
        ("png", ImageFormat::Png, "image/png"),
        ("jpeg", ImageFormat::Jpeg, "image/jpeg"),
        ("webp", ImageFormat::WebP, "image/webp"),
    ];
    for (format, kind, content_type) in cases {
        let (handle, _) = bench.accepted(&work(Makes::Image, format, (96, 54), 0, "fox"), format);
        bench.pass_ms(40);
        let reply = bench.fetch(&bench.finished(&handle).0[0]);
        assert_eq!((reply.status, reply.header("content-type")), (200, Some(content_type)));
        assert_eq!(reply.header("content-length"), Some(reply.body.len().to_string().as_str()));
        let picture = image::load_from_memory_with_format(&reply.body, kind).unwrap();
        assert_eq!((picture.width(), picture.height()), (96, 54));
    }
}

#[test]
fn three_pictures_are_three_different_ones_and_all_are_billed() {
    let bench = Bench::new();
    let files = files(&bench, &Work { count: 3, ..image("fox") }, "t1");
    assert_eq!(files.iter().collect::<HashSet<_>>().len(), 3);
    assert_eq!(bench.bill(), (1, 1, 30_000));
    let (handle, _) = bench.accepted(&Work { count: 3, ..image("fox") }, "t2");
    bench.pass_ms(40);
    let beyond = Output::Url(format!("sandbox:/media/{}/3", handle.id));
    assert_eq!(bench.fetch(&beyond).status, 404);
}

#[test]
fn the_same_seed_and_words_draw_the_same_picture_and_others_another() {
    let bench = Bench::new();
    let fox = files(&bench, &image("fox"), "t1");
    assert_eq!(files(&bench, &image("fox"), "t2"), fox);
    assert_eq!(files(&bench, &image("fox [sandbox delay=1]"), "t3"), fox, "an instruction is not drawn");
    let mut other_seed = image("fox");
    other_seed.wish.seed = Some(8);
    assert_ne!(files(&bench, &other_seed, "t4"), fox);
    assert_ne!(files(&bench, &image("owl"), "t5"), fox);
    let mut no_seed = image("fox");
    no_seed.wish.seed = None;
    assert_ne!(
        files(&bench, &no_seed, "t6"),
        files(&bench, &no_seed, "t7"),
        "without a seed each job draws its own"
    );
}

#[test]
fn a_sound_has_the_asked_length() {
    let bench = Bench::new();
    let file = files(&bench, &work(Makes::Audio, "wav", (0, 0), 1_500, "la la"), "t1").remove(0);
    let sound = hound::WavReader::new(file.as_slice()).unwrap();
    assert_eq!(sound.duration() * 1_000 / sound.spec().sample_rate, 1_500);
}

#[test]
fn a_clip_and_a_compressed_sound_are_what_they_are_called() {
    let bench = Bench::new();
    let clip = files(&bench, &work(Makes::Video, "mp4", (64, 48), 1_000, "fox"), "t1").remove(0);
    assert_eq!(&clip[4..8], b"ftyp");
    let sound = files(&bench, &work(Makes::Audio, "mp3", (0, 0), 1_000, "la"), "t2").remove(0);
    assert!(sound.starts_with(b"ID3") || (sound[0] == 0xff && sound[1] & 0xe0 == 0xe0));
}

#[test]
fn a_text_comes_in_the_answer() {
    let bench = Bench::new();
    let (handle, _) =
        bench.accepted(&work(Makes::Text, "text", (0, 0), 0, "say it [sandbox progress=on]"), "t1");
    bench.pass_ms(50);
    let (outputs, billed) = bench.finished(&handle);
    let [Output::Text(text)] = outputs.as_slice() else { panic!("{outputs:?}") };
    assert!(!text.is_empty() && !text.contains("[sandbox"));
    assert_eq!(billed, 10_000);
}

#[test]
fn files_can_be_fetched_for_a_day() {
    let bench = Bench::new();
    let (handle, _) = bench.accepted(&image("fox"), "t1");
    let url = Output::Url(format!("sandbox:/media/{}/0", handle.id));
    assert_eq!(bench.fetch(&url).status, 404, "not made yet");
    bench.pass_ms(40);
    bench.pass_ms(RETENTION_MS as i64 - 1);
    assert_eq!(bench.fetch(&url).status, 200);
    bench.pass_ms(1);
    assert_eq!(bench.fetch(&url).status, 404);
}
