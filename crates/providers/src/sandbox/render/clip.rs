//! Moving pictures: H.264 in an MP4 file.

use image::RgbImage;
use muxide::api::{MuxerBuilder, VideoCodec};
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, RateControlMode,
    UsageType, VuiConfig,
};
use openh264::formats::YUVSource;
use openh264::{OpenH264API, Timestamp};

use super::caption::Caption;
use super::scene::{Row, Scene};
use super::{Brief, RenderError};

/// Frames per second of a clip, best first. A clip gets the first rate that stays within [`PIXELS_MAX`].
const RATES: [u32; 5] = [24, 12, 8, 6, 4];

/// More frames per second than a given clip is ever made with.
const RATE_MAX_HZ: f64 = 60.0;

/// Pixels a clip may have over all of its frames before the frame rate is lowered: the encoder's time grows with
/// them, and the sandbox should answer within seconds. A clip that is above it even at the lowest rate is made
/// at that rate.
const PIXELS_MAX: u64 = 60_000_000;

/// Ticks per millisecond of the MP4 track, which counts 90 000 ticks per second.
const TICKS_PER_MS: u64 = 90;

/// Films the brief's scene.
pub(super) fn render(brief: &Brief<'_>) -> Result<Vec<u8>, RenderError> {
    let (width, height) = (brief.width & !1, brief.height & !1);
    let timing = Timing::new(width, height, brief.duration_ms);
    let film = Film::new(width as usize, height as usize, brief);
    encode(width, height, &timing, |moment, picture| {
        film.shoot(moment.seconds, moment.progress, picture);
        Ok(())
    })
}

/// When a frame is shown.
pub(super) struct Moment {
    /// From the beginning of the clip.
    pub(super) seconds: f32,
    /// 0 in the first frame, 1 in the last: a bar is full in the last frame and not only after it.
    pub(super) progress: f32,
}

/// Makes a clip of even sides. Frames are painted, encoded and dropped one after another; only the encoded clip is
/// held in memory.
pub(super) fn encode(
    width: u32,
    height: u32,
    timing: &Timing,
    mut shoot: impl FnMut(&Moment, &mut Picture) -> Result<(), RenderError>,
) -> Result<Vec<u8>, RenderError> {
    let mut picture = Picture::new(width as usize, height as usize);
    let encoder_failed = RenderError::encoder("h264");
    let muxer_failed = RenderError::encoder("mp4");
    let mut encoder = Encoder::with_api_config(OpenH264API::from_source(), settings(timing))
        .map_err(|reason| encoder_failed(&reason))?;
    let mut muxer = MuxerBuilder::new(Vec::new())
        .video(VideoCodec::H264, width, height, timing.rate_hz())
        .with_fast_start(true)
        .build()
        .map_err(|reason| muxer_failed(&reason))?;

    let mut sample = Vec::new();
    for frame in 0..timing.frames {
        let start_ticks = timing.start_ticks(frame);
        let seconds = start_ticks as f32 / (TICKS_PER_MS * 1000) as f32;
        let progress = frame as f32 / (timing.frames - 1) as f32;
        shoot(&Moment { seconds, progress }, &mut picture)?;
        let encoded = encoder
            .encode_at(&picture, Timestamp::from_millis(start_ticks / TICKS_PER_MS))
            .map_err(|reason| encoder_failed(&reason))?;
        sample.clear();
        encoded.write_vec(&mut sample);
        let seconds_exact = start_ticks as f64 / (TICKS_PER_MS * 1000) as f64;
        muxer
            .write_video(seconds_exact, &sample, encoded.frame_type() == FrameType::IDR)
            .map_err(|reason| muxer_failed(&reason))?;
    }
    muxer.finish_in_place().map_err(|reason| muxer_failed(&reason))?;
    Ok(muxer.into_writer())
}

/// Constant quality and the cheapest search: the scenes are soft and move slowly, so it shows little and saves
/// more than half of the time.
fn settings(timing: &Timing) -> EncoderConfig {
    EncoderConfig::new()
        .rate_control_mode(RateControlMode::Off)
        .bitrate(BitRate::from_bps(20_000_000))
        .max_frame_rate(FrameRate::from_hz(timing.rate_hz() as f32))
        .usage_type(UsageType::CameraVideoRealTime)
        .complexity(Complexity::Low)
        .intra_frame_period(IntraFramePeriod::from_num_frames((timing.rate_hz() * 4.0) as u32))
        .skip_frames(false)
        .scene_change_detect(false)
        .adaptive_quantization(false)
        .background_detection(false)
        .num_threads(1)
        .vui(VuiConfig::bt709())
}

/// How many frames a clip has and when each is shown.
pub(super) struct Timing {
    frames: u64,
    ticks: u64,
}

impl Timing {
    /// At the best rate that can be afforded.
    pub(super) fn new(width: u32, height: u32, duration_ms: u32) -> Self {
        let frames_at = |rate: u32| (u64::from(duration_ms) * u64::from(rate) + 500) / 1000;
        let area = u64::from(width) * u64::from(height);
        let affordable = RATES.into_iter().find(|rate| frames_at(*rate) * area <= PIXELS_MAX);
        let frames = frames_at(affordable.unwrap_or(RATES[RATES.len() - 1]));
        // The muxer takes the length of the last frame from the one before, so there must be two.
        Self { frames: frames.max(2), ticks: u64::from(duration_ms) * TICKS_PER_MS }
    }

    /// At this rate, unless that is far beyond what can be afforded.
    pub(super) fn at_rate(width: u32, height: u32, duration_ms: u32, rate_hz: f64) -> Self {
        let frames =
            ((f64::from(duration_ms) * rate_hz.clamp(1.0, RATE_MAX_HZ) / 1000.0).round() as u64).max(2);
        if frames * u64::from(width) * u64::from(height) > PIXELS_MAX * 4 {
            return Self::new(width, height, duration_ms);
        }
        Self { frames, ticks: u64::from(duration_ms) * TICKS_PER_MS }
    }

    /// When a frame appears. All frames last equally long; the ticks that such a division leaves over, less than
    /// one per frame, go to the first, so that the last one ends exactly with the clip.
    fn start_ticks(&self, frame: u64) -> u64 {
        if frame == 0 { 0 } else { self.ticks - (self.frames - frame) * (self.ticks / self.frames) }
    }

    fn rate_hz(&self) -> f64 {
        self.frames as f64 * 1000.0 / (self.ticks / TICKS_PER_MS) as f64
    }
}

/// The scene with its caption.
struct Film {
    scene: Scene,
    caption: Option<Caption>,
}

impl Film {
    fn new(width: usize, height: usize, brief: &Brief<'_>) -> Self {
        let scene = Scene::new(width, height, brief.seed, brief.prompt);
        let length = format!("{}.{} s", brief.duration_ms / 1000, brief.duration_ms % 1000 / 100);
        let notes =
            ["sandbox".to_owned(), format!("{width}×{height}"), length, format!("seed {}", brief.seed)];
        let caption = Caption::new(width, height, brief.prompt, &notes, scene.accent());
        Self { scene, caption }
    }

    /// Paints one frame, two rows at a time because each pair shares its colour values.
    fn shoot(&self, seconds: f32, progress: f32, picture: &mut Picture) {
        let moment = self.scene.at(seconds);
        let (mut upper, mut lower) = (Row::new(picture.width), Row::new(picture.width));
        for pair in 0..picture.height / 2 {
            for (y, row) in [(pair * 2, &mut upper), (pair * 2 + 1, &mut lower)] {
                moment.paint(y, row);
                if let Some(caption) = &self.caption {
                    caption.lay_over(y, progress, row);
                }
                picture.set_luma(y, row);
            }
            picture.set_chroma(pair, &upper, &lower);
        }
    }
}

/// One frame in yuv420p with the BT.709 weights and the limited range, as the stream's header declares.
pub(super) struct Picture {
    width: usize,
    height: usize,
    luma: Vec<u8>,
    blue: Vec<u8>,
    red: Vec<u8>,
}

impl Picture {
    /// A frame of even width and height.
    fn new(width: usize, height: usize) -> Self {
        let chroma = vec![128; width * height / 4];
        Self { width, height, luma: vec![16; width * height], blue: chroma.clone(), red: chroma }
    }

    /// Takes over a picture of the same size.
    pub(super) fn take(&mut self, image: &RgbImage) {
        let (mut upper, mut lower) = (Row::new(self.width), Row::new(self.width));
        for (pair, lines) in image.as_raw().chunks_exact(self.width * 6).take(self.height / 2).enumerate() {
            let (above, below) = lines.split_at(self.width * 3);
            for (y, line, row) in [(pair * 2, above, &mut upper), (pair * 2 + 1, below, &mut lower)] {
                let planes = row.red.iter_mut().zip(&mut row.green).zip(&mut row.blue);
                for (pixel, ((red, green), blue)) in line.chunks_exact(3).zip(planes) {
                    (*red, *green, *blue) = (f32::from(pixel[0]), f32::from(pixel[1]), f32::from(pixel[2]));
                }
                self.set_luma(y, row);
            }
            self.set_chroma(pair, &upper, &lower);
        }
    }

    fn set_luma(&mut self, y: usize, row: &Row) {
        let line = &mut self.luma[y * self.width..][..self.width];
        let colours = row.red.iter().zip(&row.green).zip(&row.blue);
        for (luma, ((red, green), blue)) in line.iter_mut().zip(colours) {
            *luma = (16.5 + 0.182_6 * red + 0.614_2 * green + 0.062 * blue) as u8;
        }
    }

    fn set_chroma(&mut self, pair: usize, upper: &Row, lower: &Row) {
        let half = self.width / 2;
        let blues = &mut self.blue[pair * half..][..half];
        let reds = &mut self.red[pair * half..][..half];
        let sum = |above: &[f32], below: &[f32]| above[0] + above[1] + below[0] + below[1];
        let pixels = blues.iter_mut().zip(reds);
        let red = upper.red.chunks_exact(2).zip(lower.red.chunks_exact(2));
        let green = upper.green.chunks_exact(2).zip(lower.green.chunks_exact(2));
        let blue = upper.blue.chunks_exact(2).zip(lower.blue.chunks_exact(2));
        for (((to, red), green), blue) in pixels.zip(red).zip(green).zip(blue) {
            let (red, green, blue) = (sum(red.0, red.1), sum(green.0, green.1), sum(blue.0, blue.1));
            // Quarter weights, because each sum is of four pixels.
            *to.0 = (128.5 - 0.025_15 * red - 0.084_65 * green + 0.109_8 * blue) as u8;
            *to.1 = (128.5 + 0.109_8 * red - 0.099_73 * green - 0.010_07 * blue) as u8;
        }
    }
}

impl YUVSource for Picture {
    fn dimensions(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    fn strides(&self) -> (usize, usize, usize) {
        (self.width, self.width / 2, self.width / 2)
    }

    fn y(&self) -> &[u8] {
        &self.luma
    }

    fn u(&self) -> &[u8] {
        &self.blue
    }

    fn v(&self) -> &[u8] {
        &self.red
    }
}
