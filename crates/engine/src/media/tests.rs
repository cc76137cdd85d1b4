mod samples;

use image::ImageFormat;
use proptest::prelude::*;
use samples::*;

use super::*;

fn sides(bytes: &[u8]) -> (Option<u32>, Option<u32>) {
    let examined = examine(bytes);
    (examined.width, examined.height)
}

#[test]
fn each_format_is_recognised_by_its_bytes() {
    for (format, bytes) in all() {
        assert_eq!(examine(&bytes).format, format, "{:?}", examine(&bytes));
    }
}

#[test]
fn a_reader_and_a_slice_say_the_same() {
    for (format, bytes) in all() {
        assert_eq!(examine_file(Cursor::new(&bytes)).unwrap(), examine(&bytes), "{format}");
    }
}

#[test]
fn only_listed_raster_audio_and_video_are_shown_inline() {
    let shown = [
        "png", "jpeg", "webp", "gif", "avif", "mp4", "mov", "m4a", "webm", "wav", "mp3", "aac", "flac",
        "opus",
    ];
    let kept_out = ["heic", "mkv", "svg", "html", "pdf", "json", "text", "unknown"];
    for (format, bytes) in all().into_iter().filter(|(format, _)| *format != "ogg") {
        assert!(shown.contains(&format) || kept_out.contains(&format), "{format}");
        assert_eq!(examine(&bytes).inline, shown.contains(&format), "{format}");
    }
    assert!(examine(&ogg(b"\x01vorbis\0\0\0\0\x01\x44\xac\0\0", 22_050)).inline);
    assert!(!examine(&ogg(b"Speex   1.2", 1)).inline);
    assert!(!examine(b"\0\x01\x02\x03").inline);
}

#[test]
fn images_are_measured_as_they_are_shown() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif] {
        assert_eq!(sides(&picture(format)), (Some(37), Some(21)), "{format:?}");
    }
    assert_eq!(sides(&jpeg_turned()), (Some(21), Some(37)));
    assert_eq!(sides(&webp_extended()), (Some(21), Some(37)));
}

#[test]
fn films_are_measured_as_they_are_shown() {
    for bytes in [film(b"isom\0\0\0\0", UPRIGHT), film(b"qt  \0\0\0\0", UPRIGHT), matroska(b"webm", true)] {
        let examined = examine(&bytes);
        assert_eq!(examined.class, Class::Video);
        assert_eq!(
            (examined.width, examined.height, examined.duration_ms),
            (Some(320), Some(180), Some(2500))
        );
    }
    assert_eq!(sides(&film(b"mp42\0\0\0\0", QUARTER_TURN)), (Some(180), Some(320)));
}

#[test]
fn a_track_header_without_sides_falls_back_to_the_coded_picture() {
    let moov = boxed("moov", &[mvhd(), track("vide", 0, 0, UPRIGHT)].concat());
    assert_eq!(sides(&[boxed("ftyp", b"isom\0\0\0\0"), moov].concat()), (Some(258), Some(99)));
}

#[test]
fn a_fragmented_film_has_the_duration_its_extension_header_states() {
    let still = mvhd().len() - 84;
    let mut empty = mvhd();
    empty[still..still + 4].copy_from_slice(&[0; 4]);
    let mvex = boxed("mvex", &boxed("mehd", &[0, 0, 0, 0, 0, 0, 0x10, 0]));
    let moov = boxed("moov", &[empty, mvex, track("vide", 320, 180, UPRIGHT)].concat());
    assert_eq!(examine(&[boxed("ftyp", b"iso5\0\0\0\0"), moov].concat()).duration_ms, Some(4096));
}

#[test]
fn old_quicktime_needs_a_track_to_be_believed() {
    let moov = boxed("moov", &[mvhd(), track("vide", 320, 180, UPRIGHT)].concat());
    assert_eq!(examine(&[boxed("mdat", &[0; 50]), moov.clone()].concat()).format, "mov");
    assert_eq!(examine(&[boxed("wide", b""), moov].concat()).format, "mov");
    assert_eq!(examine(&boxed("mdat", &[0; 50])).format, "unknown");
    assert_eq!(examine(&boxed("moov", &mvhd())).format, "unknown");
}

#[test]
fn brands_of_other_formats_are_not_taken_for_film() {
    for brands in [b"jp2 \0\0\0\0jp2 ", b"crx \0\0\0\x01crx ", b"mif1\0\0\0\0miaf", b"????\0\0\0\0????"] {
        assert_eq!(examine(&boxed("ftyp", brands)).format, "unknown");
    }
    assert_eq!(examine(&boxed("ftyp", b"mif1\0\0\0\0miafavif")).format, "avif");
}

#[test]
fn sound_is_measured_in_milliseconds() {
    let table = [
        (wav(16_000, 16_000), 500),
        (flac(48_000, 24_000), 500),
        (ogg(b"OpusHead\x01\x02\x38\x01\x80\xbb\0\0\0\0\0", 24_000 + 312), 500),
        (ogg(b"\x01vorbis\0\0\0\0\x01\x44\xac\0\0", 22_050), 500),
        (ogg(b"\x7fFLAC\x01\0\0\x01fLaC\0\0\0\x22\0\0\0\0\0\0\0\0\0\0\x0b\xb8\x00\xf0", 24_000), 500),
        (mp3(40), 1044),
        ([id3(300), mp3(40)].concat(), 1044),
        (aac(40), 928),
        (matroska(b"webm", false), 2500),
    ];
    for (bytes, duration_ms) in table {
        let examined = examine(&bytes);
        assert_eq!((examined.class, examined.duration_ms), (Class::Audio, Some(duration_ms)), "{examined:?}");
    }
}

#[test]
fn a_streamed_wav_lasts_to_the_end_of_the_file() {
    assert_eq!(examine(&wav(u32::MAX, 16_000)).duration_ms, Some(500));
}

#[test]
fn a_streamed_flac_has_no_duration() {
    assert_eq!(examine(&flac(48_000, 0)).duration_ms, None);
}

#[test]
fn joined_pieces_of_mp3_are_added_up() {
    let joined = [id3(50), mp3(20), id3(50), mp3(20), b"TAG".to_vec(), vec![b' '; 125]].concat();
    assert_eq!(examine(&joined).duration_ms, Some(1044));
}

#[test]
fn the_encoders_note_in_the_first_frame_is_not_sound() {
    let mut noted = mp3(41);
    noted[21..25].copy_from_slice(b"Info");
    assert_eq!(examine(&noted).duration_ms, Some(1044));
}

#[test]
fn sync_bytes_in_other_data_are_not_sound() {
    let frame = &mp3(1)[..];
    assert_eq!(examine(frame).format, "mp3");
    assert_eq!(examine(&[frame, &[0xff; 100]].concat()).format, "unknown");
    assert_eq!(examine(&[&[0x80], &mp3(9)[..]].concat()).format, "unknown");
    assert_eq!(examine(&[id3(20), vec![0; 5000]].concat()).format, "unknown");
}

#[test]
fn text_is_told_apart_by_what_a_browser_would_do_with_it() {
    for (text, format) in [
        ("hello", "text"),
        ("", "unknown"),
        ("\u{feff}hello", "text"),
        ("a\0b", "unknown"),
        ("a\u{1}b", "unknown"),
        ("42", "text"),
        ("\"text\"", "text"),
        ("[]", "json"),
        ("\u{feff}{\"a\":1}", "json"),
        ("{\"a\":1", "text"),
        ("{\"a\":1} tail", "text"),
        ("<svg/>", "svg"),
        ("<SVG>", "svg"),
        ("  \n<!-- <html> --><svg:svg>", "svg"),
        ("<?xml version='1.0'?><!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"x\"><svg>", "svg"),
        ("<!DOCTYPE svg [<!ENTITY a \"b\">]><svg>", "svg"),
        ("<!doctype html>", "html"),
        ("<!DOCTYPE\nHTML PUBLIC>", "html"),
        ("<HTML>", "html"),
        ("<script>alert(1)</script>", "html"),
        ("<!-- a --><body onload=x>", "html"),
        ("<?xml version='1.0'?><html:html>", "html"),
        ("<note>hi</note>", "text"),
        ("<!-- never closed", "text"),
        ("<!DOCTYPE svg", "text"),
        ("<", "text"),
        ("<é>", "text"),
        ("1 < 2", "text"),
        ("<svgx>", "text"),
    ] {
        assert_eq!(examine(text.as_bytes()).format, format, "{text:?}");
    }
    assert_eq!(examine(b"gr\xfc\xdfe").format, "unknown");
}

#[test]
fn deep_nesting_is_no_danger() {
    assert_eq!(examine("[".repeat(1 << 20).as_bytes()).format, "text");
    assert_eq!(examine(["[".repeat(1 << 20), "]".repeat(1 << 20)].concat().as_bytes()).format, "json");
}

/// A file that claims to be huge, and counts what is really asked of it.
struct Endless {
    head: Vec<u8>,
    at: u64,
    read_bytes: u64,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for (byte, at) in buffer.iter_mut().zip(self.at..) {
            *byte = if self.head.is_empty() {
                0
            } else {
                self.head[usize::try_from(at).unwrap_or(usize::MAX) % self.head.len()]
            };
        }
        self.at += buffer.len() as u64;
        self.read_bytes += buffer.len() as u64;
        Ok(buffer.len())
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        const LEN: u64 = 1 << 50;
        self.at = match to {
            io::SeekFrom::Start(at) => at,
            io::SeekFrom::End(by) => LEN.saturating_add_signed(by),
            io::SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

#[test]
fn a_huge_file_of_small_lies_is_given_up_early() {
    let boxes = [boxed("ftyp", b"isom\0\0\0\0"), boxed("free", b"")].concat();
    let patterns = [
        boxes,
        [0, 0, 0, 8].into_iter().chain(*b"mdat").collect(),
        [boxed("ftyp", b"isom\0\0\0\0"), b"\0\0\0\x01moov\xff\xff\xff\xff\xff\xff\xff\xff".to_vec()].concat(),
        matroska(b"webm", true)[..30].to_vec(),
        [&wav(8, 8)[..12], b"junk\0\0\0\0"].concat(),
        ogg(b"OpusHead\x01\x02\x38\x01", u64::MAX),
        picture(ImageFormat::Png)[..33].to_vec(),
        picture(ImageFormat::Jpeg)[..20].to_vec(),
        picture(ImageFormat::Gif)[..10].to_vec(),
        id3(200),
        vec![0xff],
        vec![b'['],
        vec![],
    ];
    for head in patterns {
        let shown = head.escape_ascii().to_string();
        let mut file = Endless { head, at: 0, read_bytes: 0 };
        examine_file(&mut file).unwrap();
        assert!(file.read_bytes <= 200 << 20, "{} bytes read of {shown}", file.read_bytes);
    }
}

#[test]
fn a_broken_reader_is_an_error_and_no_odd_file() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    impl Seek for Broken {
        fn seek(&mut self, _: io::SeekFrom) -> io::Result<u64> {
            Ok(1000)
        }
    }
    assert_eq!(examine_file(Broken).unwrap_err().to_string(), "the disk is gone");
}

#[test]
fn every_truncation_of_every_sample_is_examined() {
    for (format, bytes) in all() {
        for len in 0..bytes.len() {
            let examined = examine(&bytes[..len]);
            assert!(examined.duration_ms.is_none_or(|ms| ms > 0), "{format} cut to {len}");
        }
    }
}

#[test]
fn every_byte_of_every_sample_may_take_an_extreme_value() {
    for (_, bytes) in all() {
        for at in 0..bytes.len().min(600) {
            for value in [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff, bytes[at] ^ 1, bytes[at] ^ 0x80] {
                let mut changed = bytes.clone();
                changed[at] = value;
                examine(&changed);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_examined(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let examined = examine(&bytes);
        prop_assert!(!examined.inline || examined.class != Class::Other);
    }

    #[test]
    fn any_bytes_behind_a_true_beginning_are_examined(
        pick in any::<prop::sample::Index>(), kept in 4usize..60,
        tail in prop::collection::vec(prop_oneof![Just(0u8), Just(0xff), any::<u8>()], 0..600),
    ) {
        let samples = all();
        let (_, bytes) = &samples[pick.index(samples.len())];
        examine(&[&bytes[..kept.min(bytes.len())], &tail].concat());
    }

    #[test]
    fn any_mutation_of_a_sample_is_examined(
        pick in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<[u8; 4]>(), 1usize..5), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let samples = all();
        let mut bytes = samples[pick.index(samples.len())].1.clone();
        for (at, values, count) in changes {
            let at = at.index(bytes.len());
            for (byte, value) in bytes[at..].iter_mut().zip(values).take(count) {
                *byte = value;
            }
        }
        examine(&bytes);
        examine(&bytes[..cut.index(bytes.len())]);
    }
}
