//! Puts an MP3 as a second track into a finished clip, which the muxer cannot.

use super::RenderError;
use crate::sandbox::material::{inside, only, word};
use crate::sandbox::render::sound::RATE_HZ;

/// Samples of one MP3 frame.
const FRAME: u32 = 1152;
/// Samples that the decoder gives before the sound begins: the encoder's delay and the decoder's own.
const DELAY: u32 = 576 + 529;
/// Kilobits per second of MPEG-1 layer 3 by their number in a frame's head.
const KILOBITS: [usize; 16] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];

/// The frames of an MP3 of ours without the first, which holds its length and no sound.
pub(super) fn frames(mp3: &[u8]) -> &[u8] {
    size_of_frame(mp3).and_then(|size| mp3.get(size..)).unwrap_or_default()
}

/// The clip with the frames of an MP3 as its sound, cut to the length of the clip.
pub(super) fn add(clip: &[u8], mp3: &[u8], duration_ms: u32) -> Result<Vec<u8>, RenderError> {
    with_track(clip, mp3, duration_ms)
        .ok_or_else(|| RenderError::encoder("sound track")(&"the clip has no place for it"))
}

fn with_track(clip: &[u8], mp3: &[u8], duration_ms: u32) -> Option<Vec<u8>> {
    let (mut sizes, mut at) = (Vec::new(), 0);
    while let Some(size) = mp3.get(at..).and_then(size_of_frame).filter(|size| at + size <= mp3.len()) {
        sizes.push(size as u32);
        at += size;
    }
    let sound = mp3.get(..at)?;
    let moov = only(clip, &[b"moov"])?;
    let before = inside(clip).take_while(|(name, _)| name != b"moov").map(|(_, content)| content.len() + 8);
    let moov_at: usize = before.sum();
    let rest = clip.get(moov_at + 8 + moov.len()..)?;
    // The table has the same size whatever stands in it, so where the sound goes is known before it is written.
    let trak_bytes = trak(&sizes, duration_ms, 0).len();
    let sound_at = u32::try_from(clip.len() + trak_bytes + 8).ok()?;
    let trak = trak(&sizes, duration_ms, sound_at);

    let mut movie = Vec::with_capacity(moov.len() + trak.len());
    for (name, content) in inside(moov) {
        let mut content = content.to_vec();
        match &name {
            b"mvhd" => {
                let next_track = content.len().checked_sub(4)?;
                content.get_mut(next_track..)?.copy_from_slice(&3u32.to_be_bytes());
            }
            b"trak" => moved(&mut content, trak.len() as u32)?,
            _ => {}
        }
        movie.extend(boxed(&name, &[&content]));
    }
    movie.extend(trak);
    let mut whole = clip.get(..moov_at)?.to_vec();
    whole.extend(boxed(b"moov", &[&movie]));
    whole.extend_from_slice(rest);
    debug_assert_eq!(whole.len() + 8, sound_at as usize);
    whole.extend(boxed(b"mdat", &[sound]));
    Some(whole)
}

/// Tells a track that its samples stand further back now.
fn moved(trak: &mut [u8], by: u32) -> Option<()> {
    let table = only(trak, &[b"mdia", b"minf", b"stbl", b"stco"])?;
    // The table is a part of the track: its place there is how far apart they begin.
    let at = (table.as_ptr() as usize).checked_sub(trak.as_ptr() as usize)?;
    for entry in 0..word(table, 4)? as usize {
        let place = at + 8 + entry * 4;
        let offset = word(trak, place)?.checked_add(by)?;
        trak.get_mut(place..place + 4)?.copy_from_slice(&offset.to_be_bytes());
    }
    Some(())
}

/// The track of a sound whose frames stand one behind the other from a place in the file on.
fn trak(sizes: &[u32], duration_ms: u32, sound_at: u32) -> Vec<u8> {
    let count = sizes.len() as u32;
    let media_ticks = count * FRAME;
    let tkhd = numbers(&[7, 0, 0, 2, 0, duration_ms, 0, 0, 0, 0x0100_0000])
        .chain(numbers(&[0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000, 0, 0]))
        .collect::<Vec<u8>>();
    let elst: Vec<u8> = numbers(&[0, 1, duration_ms, DELAY, 0x1_0000]).collect();
    let edts = boxed(b"edts", &[&boxed(b"elst", &[&elst])]);
    // The language is `und`.
    let mdhd: Vec<u8> = numbers(&[0, 0, 0, RATE_HZ, media_ticks, 0x55c4_0000]).collect();
    let hdlr = [numbers(&[0, 0]).collect(), b"soun".to_vec(), vec![0; 12], b"sound\0".to_vec()].concat();
    let dref = [numbers(&[0, 1]).collect(), boxed(b"url ", &[&[0, 0, 0, 1]])].concat();
    let dinf = boxed(b"dinf", &[&boxed(b"dref", &[&dref])]);
    let stsd = [numbers(&[0, 1]).collect(), boxed(b"mp4a", &[&sample_entry()])].concat();
    let stts: Vec<u8> = numbers(&[0, 1, count, FRAME]).collect();
    let stsc: Vec<u8> = numbers(&[0, 1, 1, count, 1]).collect();
    let stsz: Vec<u8> = numbers(&[0, 0, count]).chain(numbers(sizes)).collect();
    let stco: Vec<u8> = numbers(&[0, 1, sound_at]).collect();
    let tables: [(&[u8; 4], &[u8]); 5] =
        [(b"stsd", &stsd), (b"stts", &stts), (b"stsc", &stsc), (b"stsz", &stsz), (b"stco", &stco)];
    let stbl = tables.iter().flat_map(|(name, content)| boxed(name, &[content])).collect::<Vec<u8>>();
    let minf = boxed(b"minf", &[&boxed(b"smhd", &[&[0; 8]]), &dinf, &boxed(b"stbl", &[&stbl])]);
    let mdia = boxed(b"mdia", &[&boxed(b"mdhd", &[&mdhd]), &boxed(b"hdlr", &[&hdlr]), &minf]);
    boxed(b"trak", &[&boxed(b"tkhd", &[&tkhd]), &edts, &mdia])
}

/// One channel of 16 bits in MPEG-1 layer 3 (object type 0x6b).
fn sample_entry() -> Vec<u8> {
    let config =
        [&[0x04, 13, 0x6b, 0x15, 0, 0, 0][..], &96_000u32.to_be_bytes(), &96_000u32.to_be_bytes()].concat();
    let descriptor = [&[0x03, 3 + config.len() as u8 + 3, 0, 0, 0][..], &config, &[0x06, 1, 2]].concat();
    let esds = [&[0; 4][..], &descriptor].concat();
    let head: Vec<u8> = numbers(&[0, 1, 0, 0, 0x0001_0010, 0, RATE_HZ << 16]).collect();
    [head, boxed(b"esds", &[&esds])].concat()
}

fn boxed(name: &[u8; 4], contents: &[&[u8]]) -> Vec<u8> {
    let size = 8 + contents.iter().map(|content| content.len()).sum::<usize>();
    let mut whole = Vec::with_capacity(size);
    whole.extend_from_slice(&(size as u32).to_be_bytes());
    whole.extend_from_slice(name);
    contents.iter().for_each(|content| whole.extend_from_slice(content));
    whole
}

fn numbers(numbers: &[u32]) -> impl Iterator<Item = u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes())
}

/// Bytes of the frame that begins here.
fn size_of_frame(mp3: &[u8]) -> Option<usize> {
    let head = mp3.get(..4).filter(|head| head[0] == 0xff && head[1] & 0xfe == 0xfa)?;
    let kilobits = KILOBITS[usize::from(head[2] >> 4)];
    (kilobits > 0).then(|| 144_000 * kilobits / RATE_HZ as usize + usize::from(head[2] >> 1 & 1))
}
