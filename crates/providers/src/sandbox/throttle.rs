//! The memory behind `outcome=throttle`: an order is put off once and taken when it comes again.
//!
//! Attempts of one job carry different tokens, so the memory goes by the order itself. It is kept in this
//! process only: after a restart an order is merely put off once more.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use spool_domain::time::Timestamp;

use super::wire::Order;

/// Seconds that the caller is asked to wait.
pub(super) const WAIT_S: u32 = 1;

/// How long after that the order may come again, milliseconds. Short, so that the next test with the same
/// prompt is put off again.
const PASS_KEPT_MS: u64 = 30_000;

/// So many passes are kept; beyond them the oldest is forgotten, and its order is put off again.
const PASSES_MAX: usize = 1_024;

#[derive(Default)]
pub(super) struct Throttle {
    passes: Mutex<VecDeque<Pass>>,
}

/// The right of one order to be taken, from a moment on.
struct Pass {
    order: u64,
    from: Timestamp,
}

impl Throttle {
    /// Whether the order has waited as it was told to. If so, its pass is used up; else it gets one.
    pub(super) fn admits(&self, order: &Order, now: Timestamp) -> bool {
        let mut hasher = DefaultHasher::new();
        order.hash(&mut hasher);
        let order = hasher.finish();
        let mut passes = self.passes.lock().unwrap_or_else(PoisonError::into_inner);
        passes.retain(|pass| now <= pass.from.after_ms(PASS_KEPT_MS));
        if let Some(place) = passes.iter().position(|pass| pass.order == order && pass.from <= now) {
            passes.remove(place);
            return true;
        }
        if passes.len() == PASSES_MAX {
            passes.pop_front();
        }
        passes.push_back(Pass { order, from: now.after_ms(u64::from(WAIT_S) * 1_000) });
        false
    }
}
