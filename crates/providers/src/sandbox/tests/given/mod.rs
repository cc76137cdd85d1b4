//! What is made from given files is really made from them.

mod clips;
mod pictures;
mod sounds;

use spool_domain::adapter::{Output, TroubleClass, Work};
use spool_domain::catalogue::{Asked, Given, Makes, Media, Origin, Task};
use spool_domain::ids::AssetId;
use spool_domain::reference::file_id;

use super::bench::{Bench, work};

/// An order for one file made from others: pixels, length and format as the parameters would say them.
fn order(
    task: Task,
    tags: &[&str],
    files: &[(Media, &str)],
    format: &str,
    shape: ((u32, u32), u32),
    asked: Asked,
) -> Work {
    let files = files.iter().enumerate().map(|(nth, (of, text))| Given {
        field: format!("files.{nth}"),
        of: *of,
        mask: false,
        text: (*text).to_owned(),
    });
    let mut work = work(task.makes(), format, shape.0, shape.1, "made of brass");
    work.wish.from = Some(Box::new(Origin {
        task,
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        files: files.collect(),
        factor_percent: None,
        asked,
    }));
    work
}

fn origin(work: &mut Work) -> &mut Origin {
    work.wish.from.as_mut().unwrap()
}

/// The files of the finished job.
fn made(bench: &Bench, work: &Work) -> Vec<Vec<u8>> {
    let token = format!("t{}", bench.bill().0);
    let (handle, _) = bench.accepted(work, &token);
    bench.pass_ms(1_000);
    let (outputs, _) = bench.finished(&handle);
    outputs
        .iter()
        .map(|output| match output {
            Output::Text(text) => text.clone().into_bytes(),
            url => bench.fetch(url).body.to_vec(),
        })
        .collect()
}

#[test]
fn a_file_that_cannot_be_decoded_makes_no_job_and_its_field_is_named() {
    let bench = Bench::new();
    let broken = bench.shelf.put(b"no file of any kind".to_vec());
    let shape = ((64, 48), 1_000);
    for (task, of, format) in [
        (Task::ImageToImage, Media::Image, "png"),
        (Task::AudioToAudio, Media::Audio, "wav"),
        (Task::SpeechToText, Media::Audio, "text"),
    ] {
        let url = "https://a.test/1";
        let work = order(task, &[], &[(of, url), (of, &broken)], format, shape, Asked::default());
        let trouble = bench.refused(&work, "t1");
        assert_eq!(trouble.class, TroubleClass::Caller);
        let message = trouble.message.unwrap();
        assert!(message.starts_with("files.1 cannot be decoded"), "{message}");
    }
    let gone = file_id(AssetId([99; 20]));
    let work = order(Task::ImageToImage, &[], &[(Media::Image, &gone)], "png", shape, Asked::default());
    assert_eq!(bench.refused(&work, "t1").class, TroubleClass::Caller);
    assert_eq!(bench.bill(), (0, 0, 0));
}

#[test]
fn a_file_that_went_away_under_a_job_is_a_lost_one() {
    let bench = Bench::new();
    let picture = bench.shelf.put(pictures::quarters());
    let work =
        order(Task::ImageToImage, &[], &[(Media::Image, &picture)], "png", ((64, 48), 0), Asked::default());
    let (handle, _) = bench.accepted(&work, "t1");
    bench.shelf.clear();
    bench.pass_ms(1_000);
    let (outputs, _) = bench.finished(&handle);
    assert_eq!(bench.fetch(&outputs[0]).status, 410);
}

#[test]
fn two_takes_of_a_song_are_two_files_and_one_output() {
    let bench = Bench::new();
    let mut song = work(Makes::Audio, "wav", (0, 0), 500, "a song");
    song.wish.files = 2;
    let files = made(&bench, &song);
    assert_eq!(files.len(), 2);
    assert_ne!(files[0], files[1]);
    assert_eq!(bench.bill(), (1, 1, 10_000));
}
