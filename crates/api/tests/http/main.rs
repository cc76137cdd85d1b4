//! The API over real HTTP, with the real engine, database and sandbox behind it.

// Always true here; it tells the lints that these are tests throughout.
#![cfg(test)]

#[path = "../world/mod.rs"]
mod world;

mod account;
mod admin;
mod admin_bounds;
mod answers;
mod assets;
mod audio;
mod credentials;
mod dry_runs;
mod extensions;
mod faults;
mod files;
mod input;
mod isolation;
mod job_events;
mod job_faults;
mod jobs;
mod keys;
mod library;
mod limits;
mod models;
mod proofs;
mod reports;
mod retention;
mod scopes;
mod session;
mod shared;
mod stop;
mod submit;
mod tasks;
mod tools;
mod transcripts;
mod waits;
mod webhooks;
