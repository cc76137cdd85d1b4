//! What `spool run` reads of the generations dialect.

use serde::Deserialize;
use serde_json::Number;

/// A job, as far as it matters here.
#[derive(Deserialize)]
pub struct Generation {
    /// Its id.
    pub id: String,
    /// `queued`, `running`, or how it ended.
    pub status: String,
    /// Its results.
    #[serde(default)]
    pub output: Output,
    /// What it cost.
    pub usage: Option<Usage>,
    /// Why it failed.
    pub error: Option<Error>,
}

/// Results.
#[derive(Default, Deserialize)]
pub struct Output {
    /// In order.
    pub media: Vec<Media>,
}

/// One result: a file behind a URL, or a text in place.
#[derive(Deserialize)]
pub struct Media {
    /// Where the file is.
    pub url: Option<String>,
    /// The text.
    pub text: Option<String>,
    /// Short format name.
    pub format: Option<String>,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// Seconds.
    pub duration: Option<Number>,
}

/// What it cost.
#[derive(Deserialize)]
pub struct Usage {
    /// US dollars.
    pub cost_usd: Number,
}

/// A refusal.
#[derive(Deserialize)]
pub struct Refusal {
    /// What is wrong.
    pub error: Error,
}

/// What is wrong.
#[derive(Clone, Deserialize)]
pub struct Error {
    /// For programs.
    pub code: String,
    /// For people.
    pub message: String,
    /// The field at fault.
    pub param: Option<String>,
}

impl Error {
    /// One line for people.
    pub fn line(&self) -> String {
        match &self.param {
            Some(param) => format!("{param}: {} ({})", self.message, self.code),
            None => format!("{} ({})", self.message, self.code),
        }
    }

    /// Whether the request itself was wrong, so that the command line should change.
    pub fn is_usage(&self) -> bool {
        self.code == "invalid_input"
    }
}

impl Generation {
    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        !matches!(self.status.as_str(), "queued" | "running")
    }
}
