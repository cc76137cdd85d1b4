//! Small valid files, written by hand or by the image encoders.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage};

/// Each sample with the format it must be recognised as.
pub(super) fn all() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("png", picture(ImageFormat::Png)),
        ("jpeg", picture(ImageFormat::Jpeg)),
        ("webp", picture(ImageFormat::WebP)),
        ("gif", picture(ImageFormat::Gif)),
        ("webp", webp_extended()),
        ("avif", boxed("ftyp", b"avif\0\0\0\0avifmif1")),
        ("heic", boxed("ftyp", b"heic\0\0\0\0mif1heic")),
        ("mp4", film(b"isom\0\0\x02\0isommp42", UPRIGHT)),
        ("mov", film(b"qt  \0\0\x02\0qt  ", UPRIGHT)),
        (
            "m4a",
            [
                boxed("ftyp", b"M4A \0\0\0\0M4A mp42"),
                boxed("moov", &[mvhd(), track("soun", 0, 0, UPRIGHT)].concat()),
            ]
            .concat(),
        ),
        ("webm", matroska(b"webm", true)),
        ("webm", matroska(b"webm", false)),
        ("mkv", matroska(b"matroska", true)),
        ("wav", wav(16_000, 16_000)),
        ("mp3", mp3(40)),
        ("mp3", [id3(300), mp3(40)].concat()),
        ("aac", aac(40)),
        ("flac", flac(48_000, 24_000)),
        ("flac", [id3(20), flac(48_000, 24_000)].concat()),
        ("opus", ogg(b"OpusHead\x01\x02\x38\x01\x80\xbb\0\0\0\0\0", 24_000 + 312)),
        ("ogg", ogg(b"\x01vorbis\0\0\0\0\x01\x44\xac\0\0", 22_050)),
        ("ogg", ogg(b"\x7fFLAC\x01\0\0\x01fLaC\0\0\0\x22\0\0\0\0\0\0\0\0\0\0\x0b\xb8\x00\xf0", 24_000)),
        ("ogg", ogg(b"Speex   1.2", 1)),
        ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec()),
        (
            "svg",
            b"<?xml version=\"1.0\"?>\n<!-- drawn -->\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(),
        ),
        ("html", b"<!DOCTYPE html><title>x</title>".to_vec()),
        ("json", b" {\"a\": [1, 2, {\"b\": null}]}\n".to_vec()),
        ("text", "Grüße\n\n1\n00:00:00,000 --> 00:00:01,000\n".into()),
    ]
}

pub(super) const UPRIGHT: [i32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
pub(super) const QUARTER_TURN: [i32; 9] = [0, 0x1_0000, 0, -0x1_0000, 0, 0, 0, 0, 0x4000_0000];

/// 37 by 21 pixels.
pub(super) fn picture(format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(37, 21, |x, y| image::Rgb([x as u8 * 5, y as u8 * 9, 77]));
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image).write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// The WebP picture with a camera's note behind it that turns it by a quarter.
pub(super) fn webp_extended() -> Vec<u8> {
    let plain = picture(ImageFormat::WebP);
    let mut exif = b"EXIF\x1a\0\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0".to_vec();
    exif.extend([0; 4]);
    let end = exif.len() as u32 - 8;
    exif[4..8].copy_from_slice(&end.to_le_bytes());
    let mut body = b"WEBPVP8X\x0a\0\0\0\x08\0\0\0\x24\0\0\x14\0\0".to_vec();
    body.extend(&plain[12..]);
    body.extend(exif);
    [b"RIFF".to_vec(), (body.len() as u32).to_le_bytes().to_vec(), body].concat()
}

/// The JPEG picture with a camera's note in front that turns it by a quarter.
pub(super) fn jpeg_turned() -> Vec<u8> {
    let plain = picture(ImageFormat::Jpeg);
    let note = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let len = (note.len() as u16 + 2).to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &len, note, &plain[2..]].concat()
}

pub(super) fn boxed(name: &str, body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes(), name.as_bytes(), body].concat()
}

/// A film of 2.5 s, with its index behind the data as most encoders write it.
pub(super) fn film(brands: &[u8], matrix: [i32; 9]) -> Vec<u8> {
    let moov =
        boxed("moov", &[mvhd(), track("soun", 0, 0, UPRIGHT), track("vide", 320, 180, matrix)].concat());
    [boxed("ftyp", brands), boxed("free", b""), boxed("mdat", &[7; 100]), moov].concat()
}

/// Timescale 1000, duration 2500.
pub(super) fn mvhd() -> Vec<u8> {
    let mut body = vec![0; 12];
    body.extend(1000u32.to_be_bytes());
    body.extend(2500u32.to_be_bytes());
    body.extend([0; 80]);
    boxed("mvhd", &body)
}

pub(super) fn track(handler: &str, width: u32, height: u32, matrix: [i32; 9]) -> Vec<u8> {
    let mut tkhd = vec![0; 40];
    tkhd.extend(matrix.iter().flat_map(|n| n.to_be_bytes()));
    tkhd.extend((width << 16).to_be_bytes());
    tkhd.extend((height << 16).to_be_bytes());
    let mut entry = vec![0; 24];
    entry.extend([1, 2, 0, 99]);
    entry.extend([0; 50]);
    let stsd = boxed("stsd", &[vec![0, 0, 0, 0, 0, 0, 0, 1], boxed("avc1", &entry)].concat());
    let hdlr = boxed("hdlr", &[&[0; 8], handler.as_bytes(), &[0; 13]].concat());
    let minf = boxed("minf", &boxed("stbl", &stsd));
    boxed("trak", &[boxed("tkhd", &tkhd), boxed("mdia", &[hdlr, minf].concat())].concat())
}

fn element(id: &[u8], body: &[u8]) -> Vec<u8> {
    [id, &(0x4000 | body.len() as u16).to_be_bytes(), body].concat()
}

/// 320 by 180 pixels or sound alone, 2.5 s, in a segment of unknown length.
pub(super) fn matroska(doc_type: &[u8], picture: bool) -> Vec<u8> {
    let header = element(&[0x1a, 0x45, 0xdf, 0xa3], &element(&[0x42, 0x82], doc_type));
    let scale = element(&[0x2a, 0xd7, 0xb1], &[0x0f, 0x42, 0x40]);
    let info =
        element(&[0x15, 0x49, 0xa9, 0x66], &[scale, element(&[0x44, 0x89], &2500f64.to_be_bytes())].concat());
    let sides = [element(&[0xb0], &[1, 0x40]), element(&[0xba], &[180])].concat();
    let sound = element(&[0xae], &element(&[0x83], &[2]));
    let film = element(&[0xae], &[element(&[0x83], &[1]), element(&[0xe0], &sides)].concat());
    let tracks = element(&[0x16, 0x54, 0xae, 0x6b], &if picture { [sound, film].concat() } else { sound });
    let segment = [0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    [header, segment.to_vec(), element(&[0xec], &[0; 30]), info, tracks].concat()
}

/// 16-bit mono sound at 16 000 samples in a second; `stated` is the length the data chunk claims.
pub(super) fn wav(stated: u32, real: usize) -> Vec<u8> {
    let mut file =
        b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0".to_vec();
    file.extend(b"LIST\x03\0\0\0abc\0data");
    file.extend(stated.to_le_bytes());
    file.extend(vec![0; real]);
    file
}

/// Version 1, 128 kbit in a second, 44 100 samples in a second: frames of 417 bytes.
pub(super) fn mp3(frames: usize) -> Vec<u8> {
    let mut frame = [0; 417];
    frame[..4].copy_from_slice(&[0xff, 0xfb, 0x90, 0xc0]);
    frame.repeat(frames)
}

pub(super) fn id3(bytes: usize) -> Vec<u8> {
    let size = [0, 0, (bytes >> 7) as u8, (bytes & 0x7f) as u8];
    [b"ID3\x04\0\0".as_slice(), &size, &vec![b'x'; bytes]].concat()
}

/// 44 100 samples in a second, frames of 200 bytes.
pub(super) fn aac(frames: usize) -> Vec<u8> {
    let mut frame = [0; 200];
    frame[..7].copy_from_slice(&[0xff, 0xf1, 0x50, 0x80, 25, 0x1f, 0xfc]);
    frame.repeat(frames)
}

pub(super) fn flac(per_second: u64, samples: u64) -> Vec<u8> {
    let mut file = b"fLaC\x80\0\0\x22\x10\0\x10\0\0\0\0\0\0\0".to_vec();
    file.extend((per_second << 44 | 0xf0 << 36 | samples).to_be_bytes());
    file.extend([0; 16]);
    file
}

/// A first page with the codec's header and a last one with the position, and one between that ends no packet.
pub(super) fn ogg(packet: &[u8], position: u64) -> Vec<u8> {
    let page = |position: u64, body: &[u8]| {
        let mut page = b"OggS\0\0".to_vec();
        page.extend(position.to_le_bytes());
        page.extend(*b"ser1\0\0\0\0crc \x01");
        page.push(body.len() as u8);
        page.extend(body);
        page
    };
    [page(0, packet), page(position, &[1; 40]), page(u64::MAX, &[2; 40])].concat()
}
