//! How tests tell a fake what to do, and how the two meet without clocks.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

/// A door in a fake's way. The test learns when the fake stands before it, and opens it.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Doors>);

#[derive(Debug)]
struct Doors {
    reached: watch::Sender<bool>,
    open: watch::Sender<bool>,
}

impl Gate {
    /// A closed door.
    pub fn closed() -> Self {
        Self(Arc::new(Doors { reached: watch::Sender::new(false), open: watch::Sender::new(false) }))
    }

    /// Lets everyone pass from now on.
    pub fn open(&self) {
        self.0.open.send_replace(true);
    }

    /// Returns once the fake stands before the door, or has passed it.
    pub async fn reached(&self) {
        wait(&self.0.reached).await;
    }

    pub(crate) async fn pass(&self) {
        self.0.reached.send_replace(true);
        wait(&self.0.open).await;
    }
}

async fn wait(door: &watch::Sender<bool>) {
    // The sender lives in the door itself, so the channel cannot close while we wait.
    let _ = door.subscribe().wait_for(|open| *open).await;
}

/// What to do next: first what was asked for once, in order, then what was asked for always.
#[derive(Debug)]
pub(crate) struct Script<B> {
    lines: Mutex<Lines<B>>,
}

#[derive(Debug)]
struct Lines<B> {
    once: VecDeque<B>,
    always: Option<B>,
}

impl<B: Clone> Script<B> {
    pub(crate) fn new() -> Self {
        Self { lines: Mutex::new(Lines { once: VecDeque::new(), always: None }) }
    }

    pub(crate) fn next(&self, behaviour: B) {
        self.lines.lock().once.push_back(behaviour);
    }

    pub(crate) fn always(&self, behaviour: Option<B>) {
        self.lines.lock().always = behaviour;
    }

    pub(crate) fn take(&self) -> Option<B> {
        let mut lines = self.lines.lock();
        lines.once.pop_front().or_else(|| lines.always.clone())
    }
}

/// A number that only grows, and that tests can wait for.
#[derive(Debug)]
pub(crate) struct Count(watch::Sender<u64>);

impl Default for Count {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Count {
    pub(crate) fn one_more(&self) {
        self.0.send_modify(|count| *count += 1);
    }

    pub(crate) async fn reached(&self, least: u64) {
        let _ = self.0.subscribe().wait_for(|count| *count >= least).await;
    }
}
