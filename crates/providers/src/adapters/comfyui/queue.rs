//! Prompts as the queue names them.

use serde_json::Value;
use spool_domain::adapter::{Listed, Token};

use super::MARK;

/// A prompt in the queue or in the history.
pub(super) struct Prompt {
    pub(super) id: String,
    /// Our token, if it is ours.
    pub(super) token: Option<Token>,
    /// When it was begun, Unix milliseconds, where that is told.
    pub(super) begun_unix_ms: Option<i64>,
}

impl Prompt {
    /// Reads `[number, id, graph, extra data, outputs]`.
    pub(super) fn read(prompt: &Value) -> Option<Self> {
        let token = prompt[3][MARK].as_str().map(|token| Token(token.to_owned()));
        Some(Self { id: prompt[1].as_str()?.to_owned(), token, begun_unix_ms: None })
    }

    /// For the list of our jobs. A server has other users too; theirs are not ours to mind.
    pub(super) fn listed(self) -> Option<Listed> {
        let token = Some(self.token?);
        Some(Listed { handle: super::handle(&self.id)?, token, created_unix_ms: self.begun_unix_ms })
    }
}

/// What runs and what waits; nothing if this is no queue.
pub(super) fn prompts(body: &Value) -> Option<Vec<Prompt>> {
    let (running, pending) = (body["queue_running"].as_array()?, body["queue_pending"].as_array()?);
    running.iter().chain(pending).map(Prompt::read).collect()
}
