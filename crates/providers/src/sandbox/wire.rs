//! The bodies that go between adapter and service, both ways.

use serde::{Deserialize, Serialize};
use spool_domain::catalogue::Origin;

use super::render::Format;

/// `POST /jobs`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Submission {
    /// Taken once.
    pub(super) token: String,
    /// What to make.
    pub(super) order: Order,
}

/// What to make.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Order {
    /// The model that the caller means; only drawn, nothing depends on it.
    pub(super) model: String,
    /// The file format of each output.
    pub(super) format: File,
    /// Pixels; without meaning for sound and text.
    pub(super) width: u32,
    /// Pixels; without meaning for sound and text.
    pub(super) height: u32,
    /// Milliseconds; without meaning for images and text.
    pub(super) duration_ms: u32,
    /// Makes the outputs repeatable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seed: Option<u64>,
    /// How many outputs.
    pub(super) count: u32,
    /// What to draw, with instructions in it.
    pub(super) prompt: String,
    /// How many files one output is; left out where that is one.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub(super) files: u32,
    /// The files to make it from; left out where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<Box<Origin>>,
}

fn one() -> u32 {
    1
}

fn is_one(files: &u32) -> bool {
    *files == 1
}

/// The file formats the service makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum File {
    Png,
    Jpeg,
    Webp,
    Mp4,
    Wav,
    Mp3,
    Text,
}

impl File {
    /// The file of the catalogue's word for a format.
    pub(super) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "png" => Self::Png,
            "jpeg" => Self::Jpeg,
            "webp" => Self::Webp,
            "mp4" => Self::Mp4,
            "wav" => Self::Wav,
            "mp3" => Self::Mp3,
            "text" => Self::Text,
            _ => return None,
        })
    }

    /// The name the renderer knows it by.
    pub(super) fn format(self) -> Format {
        match self {
            Self::Png => Format::Png,
            Self::Jpeg => Format::Jpeg,
            Self::Webp => Format::Webp,
            Self::Mp4 => Format::Mp4,
            Self::Wav => Format::Wav,
            Self::Mp3 => Format::Mp3,
            Self::Text => Format::Text,
        }
    }

    /// Media type.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Mp4 => "video/mp4",
            Self::Wav => "audio/wav",
            Self::Mp3 => "audio/mpeg",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    /// How long making it takes when the prompt says nothing, milliseconds.
    pub(super) fn run_ms(self) -> u64 {
        match self {
            Self::Png | Self::Jpeg | Self::Webp => 40,
            Self::Mp4 => 1_000,
            Self::Wav | Self::Mp3 => 300,
            Self::Text => 50,
        }
    }
}

/// The answer 202 to `POST /jobs`, and one job in a listing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Accepted {
    /// The job's id.
    pub(super) id: String,
    /// Look again after this many milliseconds.
    pub(super) wait_ms: u64,
}

/// The answer 200 to `GET /jobs?token=…`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Listing {
    /// One job or none.
    pub(super) jobs: Vec<Accepted>,
}

/// The answer 200 to `GET /jobs/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum Status {
    Running {
        /// Percent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        progress: Option<u8>,
        /// Look again after this many milliseconds.
        wait_ms: u64,
    },
    Succeeded {
        outputs: Vec<Made>,
        /// Micro-USD.
        billed: i64,
    },
    Failed {
        code: String,
    },
    Canceled,
    /// A state that a later version of the service knows.
    #[serde(other)]
    Unknown,
}

/// One output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Made {
    /// Where the file is.
    Url(String),
    /// The text itself.
    Text(String),
}

/// The body of every answer from 400 on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Refusal {
    /// A short name that programs read.
    pub(super) code: String,
    /// A sentence for people.
    pub(super) message: String,
}

/// The `code` of a refusal for its content.
pub(super) const CONTENT_POLICY: &str = "content_policy";

/// The `code` of a job that ran out of time.
pub(super) const TIMED_OUT: &str = "timed_out";

/// The `code` of a job that failed.
pub(super) const PROVIDER_FAILED: &str = "provider_failed";
