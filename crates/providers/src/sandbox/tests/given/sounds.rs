use spool_domain::catalogue::{Asked, Makes, Media, Task};

use super::super::bench::work;
use super::{Bench, made, order};

/// A sound that the sandbox made of these words.
pub(super) fn spoken(bench: &Bench, format: &str, ms: u32, words: &str) -> Vec<u8> {
    made(bench, &work(Makes::Audio, format, (0, 0), ms, words)).remove(0)
}

fn samples(file: &[u8]) -> Vec<i32> {
    let sound = hound::WavReader::new(file).unwrap();
    sound.into_samples::<i16>().map(|sample| i32::from(sample.unwrap())).collect()
}

fn remade(bench: &Bench, tags: &[&str], given: &[u8], files: u32, ms: u32, length: bool) -> Vec<Vec<i32>> {
    let id = bench.shelf.put(given.to_vec());
    let asked = Asked { length, ..Asked::default() };
    let mut work = order(Task::AudioToAudio, tags, &[(Media::Audio, &id)], "wav", ((0, 0), ms), asked);
    work.wish.files = files;
    made(bench, &work).iter().map(|file| samples(file)).collect()
}

#[test]
fn stems_are_different_and_together_the_given_sound() {
    let bench = Bench::new();
    let given = spoken(&bench, "wav", 700, "la la");
    let whole = samples(&given);
    for count in [2, 4, 6] {
        let stems = remade(&bench, &["stems"], &given, count, 0, false);
        assert_eq!(stems.len(), count as usize);
        assert!(stems.iter().all(|stem| stem.iter().any(|sample| sample.abs() > 20)), "no stem is silent");
        for (place, sample) in whole.iter().enumerate() {
            let sum: i32 = stems.iter().map(|stem| stem[place]).sum();
            assert!((sum - sample).abs() <= 2, "at {place} of {count}: {sum} for {sample}");
        }
    }
}

#[test]
fn a_changed_sound_keeps_its_length_and_goes_on_where_more_is_asked_for() {
    let bench = Bench::new();
    let given = spoken(&bench, "wav", 700, "la la");
    for tags in [&["audio-isolation"][..], &["voice-conversion"], &[]] {
        let made = remade(&bench, tags, &given, 1, 0, false).remove(0);
        assert_eq!(made.len(), 700 * 441 / 10, "{tags:?}");
        assert!(made != samples(&given), "{tags:?} changes something");
    }
    assert_eq!(remade(&bench, &[], &given, 1, 1_500, true)[0].len(), 1_500 * 441 / 10);
    assert_eq!(remade(&bench, &[], &given, 1, 300, true)[0].len(), 300 * 441 / 10);
}

#[test]
fn an_mp3_is_read_to_its_exact_length() {
    let bench = Bench::new();
    let given = spoken(&bench, "mp3", 900, "la la");
    let made = remade(&bench, &["stems"], &given, 1, 0, false).remove(0);
    assert_eq!(made.len(), 900 * 441 / 10);
}

#[test]
fn a_transcript_of_what_the_sandbox_spoke_is_what_it_was_told_to_speak() {
    let bench = Bench::new();
    let transcript = |id: &str| {
        let files = [(Media::Audio, id)];
        let work = order(Task::SpeechToText, &[], &files, "text", ((0, 0), 0), Asked::default());
        String::from_utf8(made(&bench, &work).remove(0)).unwrap()
    };
    for format in ["mp3", "wav"] {
        for words in ["Good morning, Zoë.", "Odd"] {
            let id = bench.shelf.put(spoken(&bench, format, 400, words));
            assert_eq!(transcript(&id), words, "{format}");
        }
    }
    let other = transcript("https://a.test/speech.mp3");
    assert!(other.split(' ').count() > 5 && other.ends_with('.'), "{other}");
    assert_eq!(other, transcript("https://a.test/speech.mp3"));
    assert_ne!(other, transcript("https://a.test/other.mp3"));
}
