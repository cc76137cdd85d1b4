//! The log, on standard error.

use std::io::IsTerminal;

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

use crate::config::Log;

/// Our own parts. Everything else tells warnings only: at finer levels HTTP libraries print headers.
const OURS: [&str; 6] =
    ["spool", "spool_api", "spool_domain", "spool_engine", "spool_providers", "spool_store"];

/// Starts the log. Call once.
pub fn start(log: Log) {
    let quiet = Targets::new().with_default(log.level.min(Level::WARN));
    let filter = quiet.with_targets(OURS.map(|name| (name, log.level)));
    let ansi = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(ansi);
    let lines = if log.json { lines.json().flatten_event(true).boxed() } else { lines.boxed() };
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
}
