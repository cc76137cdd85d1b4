//! Measures the release binary against floors of the same run, and prints one table of ratios.
//!
//! `spool-bench [--quick] [--only NAME]… [--spool PATH]` (and, for itself, `spool-bench floor NAME …`). Everything
//! runs on the loopback interface; the servers are child processes that end with this one. A whole run also writes
//! its table into `docs/benchmarks.md`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its only purpose is to print a table")]

mod bench;
mod catalogue;
mod commit;
mod doors;
mod floors;
mod growth;
mod load;
mod looks;
mod machine;
mod polls;
mod process;
mod seed;
mod server;
mod submits;
mod sync;
mod table;
mod tasks;
mod upstream;
mod weight;

use std::process::ExitCode;

/// What goes wrong here ends the run and is read by a person.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.split_first() {
        Some((first, rest)) if first == "floor" => floors::main(rest),
        _ => bench::main(&words),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("spool-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
