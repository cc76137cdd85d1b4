//! Somebody who is told, call by call.

use std::time::Duration;

use serde_json::Value;
use spool_fakes::receiver::{Answer, Fake, Heard};

pub(crate) struct Receiver {
    fake: Fake,
    /// How many calls were looked at.
    taken: usize,
}

/// One call.
pub(crate) struct Call {
    pub(crate) target: String,
    pub(crate) bytes: bytes::Bytes,
    heard: Heard,
}

impl Call {
    pub(crate) fn body(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.heard.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Receiver {
    pub(crate) async fn new() -> Self {
        Self { fake: Fake::start().await, taken: 0 }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        self.fake.url(path)
    }

    /// Answers the next calls so, one after the other; those after them are welcome.
    pub(crate) fn answer(&self, statuses: &[u16]) {
        self.fake.answer(statuses.iter().map(|status| Answer::Status(*status, None)));
    }

    /// Answers the next call with this text.
    pub(crate) fn say(&self, status: u16, text: String) {
        self.fake.answer([Answer::Text(status, text)]);
    }

    /// The next call. The time is far beyond what any takes; it only ends a test that would wait for ever.
    pub(crate) async fn next(&mut self) -> Call {
        let wait = self.fake.wait_for(self.taken + 1);
        let all = tokio::time::timeout(Duration::from_secs(60), wait).await.expect("no call came");
        let heard = all[self.taken].clone();
        self.taken += 1;
        Call { target: heard.target.clone(), bytes: heard.body.clone(), heard }
    }

    /// Whether nothing has come that was not looked at.
    pub(crate) fn is_quiet(&self) -> bool {
        self.fake.heard().len() == self.taken
    }

    /// Forgets what has come so far.
    pub(crate) fn catch_up(&mut self) {
        self.taken = self.fake.heard().len();
    }
}
