//! What a request or a set of jobs has come to.

use serde_json::Value;
use spool_domain::adapter::{Output, Trouble, TroubleClass, Word};

/// A request's status; nothing if it cannot be read.
pub(super) fn of_request(body: &Value) -> Option<Word> {
    match State::of(body)? {
        State::Completed => {
            let pictures = body["images"].as_array().into_iter().flatten();
            let files = pictures.chain(Some(&body["video"]).filter(|video| !video.is_null()));
            finished(files.map(address).collect::<Option<_>>()?)
        }
        State::Goes => Some(super::pending()),
        ended => Some(ended.word()),
    }
}

/// A set of jobs. It is over when each of its jobs is; those that were completed count, whatever the others came to.
pub(super) fn of_job_set(body: &Value) -> Option<Word> {
    let jobs = body["jobs"].as_array().filter(|jobs| !jobs.is_empty())?;
    let states: Vec<_> = jobs.iter().map(State::of).collect::<Option<_>>()?;
    if states.contains(&State::Goes) {
        return Some(super::pending());
    }
    let completed = jobs.iter().zip(&states).filter(|(_, state)| **state == State::Completed);
    let outputs: Vec<_> = completed.map(|(job, _)| address(&job["results"]["raw"])).collect::<Option<_>>()?;
    if !outputs.is_empty() {
        return finished(outputs);
    }
    // A refusal says more than a failure, and a failure more than that somebody canceled.
    [State::Refused, State::Failed, State::Canceled]
        .into_iter()
        .find(|state| states.contains(state))
        .map(State::word)
}

fn finished(outputs: Vec<Output>) -> Option<Word> {
    (!outputs.is_empty()).then_some(Word::Finished { outputs, billed: None })
}

fn address(file: &Value) -> Option<Output> {
    let url = file["url"].as_str().filter(|url| url.starts_with("http"))?;
    Some(Output::Url(url.to_owned()))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Goes,
    Completed,
    Failed,
    Refused,
    Canceled,
}

impl State {
    fn of(body: &Value) -> Option<Self> {
        Some(match body["status"].as_str()? {
            "completed" => Self::Completed,
            "failed" => Self::Failed,
            "nsfw" => Self::Refused,
            "canceled" => Self::Canceled,
            // Queued, in progress, and what nobody knows: that is never an end.
            _ => Self::Goes,
        })
    }

    /// An end without a result.
    fn word(self) -> Word {
        match self {
            Self::Refused => Word::Failed(Trouble::of(TroubleClass::ContentPolicy, "nsfw")),
            Self::Canceled => Word::Canceled,
            Self::Goes | Self::Completed | Self::Failed => {
                Word::Failed(Trouble::of(TroubleClass::Unavailable, "failed"))
            }
        }
    }
}
