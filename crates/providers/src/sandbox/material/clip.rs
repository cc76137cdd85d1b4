//! Given clips. Those that carry the mark of this server are decoded; of others only size and length are read, and a
//! scene of that size and length stands in for them.

use bytes::Bytes;
use image::RgbImage;
use openh264::decoder::{DecodedYUV, Decoder};
use openh264::formats::YUVSource;

use super::boxes::{inside, only, word};
use super::mark;
use crate::sandbox::render::{
    CLIP_DURATION_MS, CLIP_LONG_SIDE_MAX_PX, CLIP_SIDE_MIN_PX, RenderError, stand_in,
};

/// What a clip looks like whose file does not say.
const SIDES_USUAL_PX: (u32, u32) = (640, 360);
const DURATION_USUAL_MS: u32 = 4_000;
const RATE_USUAL_HZ: f64 = 24.0;
/// More samples than any clip of ours has.
const SAMPLES_MAX: usize = 60 * 60 * 2;

/// A clip that was given.
pub(in crate::sandbox) struct Clip {
    pub(in crate::sandbox) width: u32,
    pub(in crate::sandbox) height: u32,
    pub(in crate::sandbox) duration_ms: u32,
    pub(in crate::sandbox) rate_hz: f64,
    seed: u64,
    /// None for a stand-in.
    own: Option<Own>,
}

/// A clip that this server made.
struct Own {
    file: Bytes,
    /// The parameter sets, as the decoder takes them.
    setup: Vec<u8>,
    /// When each frame begins, seconds, and where in the file it stands.
    frames: Vec<(f64, std::ops::Range<usize>)>,
}

impl Clip {
    /// Reads a file. None if it is of another kind than MP4 and MOV: nothing is known of it here.
    pub(in crate::sandbox) fn open(
        file: Bytes,
        mark_key: &[u8; 32],
        seed: u64,
    ) -> Result<Option<Self>, String> {
        if file.get(4..8) != Some(b"ftyp") {
            return Ok(None);
        }
        let mut clip = described(&file, seed).ok_or("it has no readable list of its tracks")?;
        if mark::is_own(mark_key, &file) {
            let own = Own::read(&file).ok_or("its frames cannot be found")?;
            clip.rate_hz = own.frames.len() as f64 * 1000.0 / f64::from(clip.duration_ms.max(1));
            clip.own = Some(own);
        }
        Ok(Some(clip))
    }

    /// A stand-in for a clip of which nothing is known.
    pub(super) fn drawn(seed: u64) -> Self {
        let (width, height) = SIDES_USUAL_PX;
        Self { width, height, duration_ms: DURATION_USUAL_MS, rate_hz: RATE_USUAL_HZ, seed, own: None }
    }

    /// The sound of a clip that this server made, as the frames of an MP3.
    pub(in crate::sandbox) fn sound(&self) -> Option<&[u8]> {
        let file = &self.own.as_ref()?.file;
        let trak = tracks(file).find(|trak| only(trak, &[b"mdia", b"minf", b"smhd"]).is_some())?;
        let table = only(trak, &[b"mdia", b"minf", b"stbl"])?;
        let sizes = only(table, &[b"stsz"])?;
        let count = word(sizes, 8)? as usize;
        let bytes =
            (0..count.min(1 << 20)).map(|number| word(sizes, 12 + number * 4).map(|size| size as usize));
        let bytes = bytes.sum::<Option<usize>>()?;
        let start = word(only(table, &[b"stco"])?, 8)? as usize;
        file.get(start..start.checked_add(bytes)?)
    }

    /// Its pictures, from the beginning on.
    pub(in crate::sandbox) fn player(&self) -> Result<Player<'_>, RenderError> {
        let decoder = self.own.as_ref().map(|_| Decoder::new()).transpose();
        Ok(Player { clip: self, decoder: decoder.map_err(RenderError::material)?, next: 0, now: None })
    }
}

/// Plays a clip forwards.
pub(in crate::sandbox) struct Player<'a> {
    clip: &'a Clip,
    decoder: Option<Decoder>,
    next: usize,
    now: Option<RgbImage>,
}

impl Player<'_> {
    /// The picture at a moment, which must not lie before the one asked for last. After the end it is the last one.
    pub(in crate::sandbox) fn at(&mut self, seconds: f64) -> Result<RgbImage, RenderError> {
        let clip = self.clip;
        let (Some(own), Some(decoder)) = (&clip.own, &mut self.decoder) else {
            let seconds = seconds.min(f64::from(clip.duration_ms) / 1000.0);
            return Ok(stand_in::frame(clip.width, clip.height, clip.seed, seconds as f32));
        };
        let mut stream = Vec::new();
        while let Some((start, range)) = own.frames.get(self.next)
            // Half a tick early is in time: two ways of counting meet here.
            && (*start <= seconds + 0.000_01 || self.now.is_none())
        {
            stream.clear();
            if self.next == 0 {
                stream.extend_from_slice(&own.setup);
            }
            let mut sample = own.file.get(range.clone()).unwrap_or_default();
            while let Some(size) = word(sample, 0) {
                let Some(unit) = sample.get(4..4 + size as usize) else { break };
                stream.extend_from_slice(&[0, 0, 0, 1]);
                stream.extend_from_slice(unit);
                sample = &sample[4 + size as usize..];
            }
            self.next += 1;
            if let Some(picture) = decoder.decode(&stream).map_err(RenderError::material)? {
                self.now = Some(rgb(&picture));
            }
        }
        self.now.clone().ok_or_else(|| RenderError::material("a clip without pictures"))
    }
}

/// Size and length as the file states them, within what clips of the sandbox have.
fn described(file: &[u8], seed: u64) -> Option<Clip> {
    let header = only(file, &[b"moov", b"mvhd"])?;
    let (scale, ticks) = match header.first()? {
        0 => (word(header, 12)?, u64::from(word(header, 16)?)),
        _ => (word(header, 20)?, u64::from(word(header, 24)?) << 32 | u64::from(word(header, 28)?)),
    };
    let ms = u128::from(ticks) * 1000 / u128::from(scale.max(1));
    let duration_ms = u32::try_from(ms).unwrap_or(u32::MAX);
    let duration_ms = if duration_ms == 0 { DURATION_USUAL_MS } else { duration_ms };
    let sides = tracks(file).find_map(|trak| {
        let shown = only(trak, &[b"tkhd"])?;
        let at = shown.len().checked_sub(8)?;
        let (width, height) = (word(shown, at)? >> 16, word(shown, at + 4)? >> 16);
        (width > 0 && height > 0).then_some((width, height))
    });
    let (width, height) = sides?;
    let side = |side: u32| side.clamp(CLIP_SIDE_MIN_PX, CLIP_LONG_SIDE_MAX_PX);
    Some(Clip {
        width: side(width),
        height: side(height),
        duration_ms: duration_ms.clamp(*CLIP_DURATION_MS.start(), *CLIP_DURATION_MS.end()),
        rate_hz: RATE_USUAL_HZ,
        seed,
        own: None,
    })
}

fn tracks(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    let moov = only(file, &[b"moov"]).unwrap_or_default();
    inside(moov).filter(|(name, _)| name == b"trak").map(|(_, content)| content)
}

impl Own {
    /// The frames of the file's pictures, which the sandbox writes one behind the other.
    fn read(file: &Bytes) -> Option<Self> {
        let trak = tracks(file).find(|trak| only(trak, &[b"mdia", b"minf", b"vmhd"]).is_some())?;
        let scale = f64::from(word(only(trak, &[b"mdia", b"mdhd"])?, 12)?.max(1));
        let table = only(trak, &[b"mdia", b"minf", b"stbl"])?;
        let avc = only(only(table, &[b"stsd"])?.get(8..)?, &[b"avc1"])?;
        let set = only(avc.get(78..)?, &[b"avcC"])?;
        let short = |at: usize| Some(usize::from(u16::from_be_bytes(set.get(at..at + 2)?.try_into().ok()?)));
        let sps_bytes = short(6)?;
        let pps_bytes = short(9 + sps_bytes)?;
        let mut setup = vec![0, 0, 0, 1];
        setup.extend_from_slice(set.get(8..8 + sps_bytes)?);
        setup.extend_from_slice(&[0, 0, 0, 1]);
        setup.extend_from_slice(set.get(11 + sps_bytes..11 + sps_bytes + pps_bytes)?);

        let times = only(table, &[b"stts"])?;
        let mut lengths = Vec::new();
        for entry in 0..(word(times, 4)? as usize).min(SAMPLES_MAX) {
            let (count, ticks) = (word(times, 8 + entry * 8)? as usize, word(times, 12 + entry * 8)?);
            lengths.extend(std::iter::repeat_n(ticks, count.min(SAMPLES_MAX)));
        }
        let sizes = only(table, &[b"stsz"])?;
        let mut place = word(only(table, &[b"stco"])?, 8)? as usize;
        let (mut frames, mut ticks) = (Vec::new(), 0u64);
        for number in 0..(word(sizes, 8)? as usize).min(SAMPLES_MAX) {
            let end = place.checked_add(word(sizes, 12 + number * 4)? as usize)?;
            frames.push((ticks as f64 / scale, place..end));
            ticks += u64::from(*lengths.get(number)?);
            place = end;
        }
        Some(Self { file: file.clone(), setup, frames })
    }
}

/// BT.709 in the limited range, as clips of the sandbox are.
fn rgb(picture: &DecodedYUV<'_>) -> RgbImage {
    let (width, height) = picture.dimensions();
    let (luma_step, blue_step, red_step) = picture.strides();
    let mut image = RgbImage::new(width as u32, height as u32);
    for (y, line) in image.chunks_exact_mut(width * 3).enumerate() {
        let luma = &picture.y()[y * luma_step..][..width];
        let blues = &picture.u()[y / 2 * blue_step..];
        let reds = &picture.v()[y / 2 * red_step..];
        for (x, pixel) in line.chunks_exact_mut(3).enumerate() {
            let bright = 1.164_4 * (f32::from(luma[x]) - 16.0);
            let (blue, red) = (f32::from(blues[x / 2]) - 128.0, f32::from(reds[x / 2]) - 128.0);
            pixel[0] = (bright + 1.792_7 * red + 0.5) as u8;
            pixel[1] = (bright - 0.213_2 * blue - 0.532_9 * red + 0.5) as u8;
            pixel[2] = (bright + 2.112_4 * blue + 0.5) as u8;
        }
    }
    image
}
