//! What an output should look like, for the sandbox and for progress guesses.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::check;
use super::model::{Model, Params};
use super::origin::Origin;
use super::param::Kind;
use super::role::Role;
use super::role_words;
use super::task::Makes;

/// The shape of one output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// What it is.
    pub makes: Makes,
    /// Pixels; 0 for sound and text.
    pub width: u32,
    /// Pixels; 0 for sound and text.
    pub height: u32,
    /// Milliseconds; 0 for pictures and text.
    pub duration_ms: u32,
    /// The number that makes it repeatable, if one was given.
    pub seed: Option<u64>,
    /// The words it is made of; may be empty.
    pub prompt: String,
    /// `png`, `jpeg`, `webp`, `mp4`, `mp3`, `wav` or `text`.
    pub format: String,
    /// How many files one output is; at least 1.
    #[serde(default = "one")]
    pub files: u32,
    /// What it is made from, where the parameters name files.
    #[serde(default)]
    pub from: Option<Box<Origin>>,
}

fn one() -> u32 {
    1
}

/// What outputs of a model look like where the parameters do not say: `typical` in the stanza.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Habits {
    pub(super) seconds: Option<f64>,
    pub(super) resolution: Option<String>,
    pub(super) aspect_ratio: Option<String>,
    pub(super) format: Option<String>,
    /// How many files one job makes, where that is more than one.
    pub(super) outputs: Option<u32>,
}

/// Formats that the sandbox can write, and what makes them.
pub(super) const FORMATS: [(&str, Makes); 7] = [
    ("png", Makes::Image),
    ("jpeg", Makes::Image),
    ("webp", Makes::Image),
    ("mp4", Makes::Video),
    ("mp3", Makes::Audio),
    ("wav", Makes::Audio),
    ("text", Makes::Text),
];

/// Larger sides are of no use to a test and cost memory.
const SIDE_MAX: f64 = 4096.0;
const SECONDS_MAX: f64 = 600.0;
/// People speak some fifteen characters a second.
const CHARS_PER_SECOND: f64 = 15.0;
/// As long as the longest sound that the sandbox makes.
const SPEECH_SECONDS_MAX: f64 = 300.0;

impl Model {
    /// What the output should look like.
    pub fn wish(&self, params: &Params) -> Wish {
        let prompt =
            self.with_role(params, Role::Prompt).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (width, height) = match self.makes {
            Makes::Image | Makes::Video => self.pixels(params),
            Makes::Audio | Makes::Text => (0, 0),
        };
        let seconds = match self.makes {
            Makes::Image | Makes::Text => 0.0,
            Makes::Video | Makes::Audio => {
                let said = self.with_role(params, Role::Duration).and_then(Value::as_f64);
                said.or(self.habits.seconds).unwrap_or_else(|| match self.makes {
                    Makes::Video => 5.0,
                    _ => (prompt.chars().count() as f64 / CHARS_PER_SECOND).clamp(1.0, SPEECH_SECONDS_MAX),
                })
            }
        };
        let duration_ms = (seconds.clamp(0.0, SECONDS_MAX) * 1000.0).round() as u32;
        let seed = self.with_role(params, Role::Seed).and_then(Value::as_i64).map(i64::cast_unsigned);
        let (format, files, from) = (self.format(params), self.outputs(), self.origin(params));
        Wish { makes: self.makes, width, height, duration_ms, seed, prompt, format, files, from }
    }

    fn pixels(&self, params: &Params) -> (u32, u32) {
        if let Some(sides) =
            self.with_role(params, Role::Size).and_then(Value::as_str).and_then(|size| self.size(size))
        {
            return (side(f64::from(sides.0), 2.0), side(f64::from(sides.1), 2.0));
        }
        let ratio =
            self.with_role(params, Role::AspectRatio).and_then(Value::as_str).and_then(role_words::ratio);
        let usual = || self.habits.aspect_ratio.as_deref().and_then(role_words::ratio);
        let ratio = ratio.or_else(usual).unwrap_or(if self.makes == Makes::Video { 16.0 / 9.0 } else { 1.0 });
        let said = self.with_role(params, Role::Resolution).and_then(Value::as_str);
        let resolution = said.or_else(|| self.meant_resolution(params)).or(self.habits.resolution.as_deref());
        let resolution = resolution.unwrap_or(if self.makes == Makes::Video { "720p" } else { "1k" });
        resolve(resolution, ratio, self.makes)
    }

    pub(super) fn size(&self, word: &str) -> Option<(u32, u32)> {
        match &self.params[self.slot_of(Role::Size)?].kind {
            Kind::Size { words, .. } => words.get(word).copied().flatten().or_else(|| check::pixels(word)),
            _ => check::pixels(word),
        }
    }

    /// The resolution that a mode or quality stands for.
    pub(super) fn meant_resolution(&self, params: &Params) -> Option<&str> {
        self.params
            .iter()
            .find_map(|(name, param)| Some(param.means.get(params.get(name)?.as_str()?)?.as_str()))
    }

    fn format(&self, params: &Params) -> String {
        let said = self.with_role(params, Role::Format).and_then(Value::as_str).map(|word| match word {
            "jpg" => "jpeg",
            other => other,
        });
        let known =
            |word: &str| FORMATS.iter().any(|(format, makes)| *format == word && *makes == self.makes);
        let usual = self.habits.format.as_deref();
        let first =
            || FORMATS.iter().find(|(_, makes)| *makes == self.makes).map_or("png", |(format, _)| format);
        said.filter(|word| known(word)).or(usual).unwrap_or_else(first).to_owned()
    }
}

/// Pixels of a resolution word in a shape. `720p` is the short side; `2k` of a picture is the side of the square
/// with the same area, of a clip the short side 1440.
fn resolve(word: &str, ratio: f64, makes: Makes) -> (u32, u32) {
    let lower = word.to_ascii_lowercase();
    if let Some((width, height)) = check::pixels(&lower) {
        return (side(f64::from(width), 2.0), side(f64::from(height), 2.0));
    }
    let number = |suffix: char| lower.strip_suffix(suffix).and_then(|digits| digits.parse::<f64>().ok());
    let short = match (number('p'), number('k'), makes) {
        (Some(lines), ..) => lines,
        (_, Some(k), Makes::Video) => match k {
            k if k >= 4.0 => 2160.0,
            k if k >= 2.0 => 1440.0,
            _ => 1080.0,
        },
        (_, Some(k), _) => {
            let edge = k * 1024.0;
            return (side(edge * ratio.sqrt(), 16.0), side(edge / ratio.sqrt(), 16.0));
        }
        _ => 720.0,
    };
    if ratio >= 1.0 {
        (side(short * ratio, 2.0), side(short, 2.0))
    } else {
        (side(short, 2.0), side(short / ratio, 2.0))
    }
}

/// A side in whole steps, within what the sandbox draws.
fn side(pixels: f64, step: f64) -> u32 {
    ((pixels / step).round() * step).clamp(16.0, SIDE_MAX) as u32
}
