//! Providers for tests: real HTTP servers on 127.0.0.1 that speak the documented protocols, keep their own
//! bill, and misbehave on request.
//!
//! A fake lives as long as its value: dropping it closes its port, its connections and whatever it still had to
//! do. What it accepted is on its bill whether or not anybody heard the answer; a test of the engine is
//! right when bill and ledger agree.

pub mod bill;
pub mod dashscope;
mod desk;
pub mod elevenlabs;
pub mod fal;
mod fields;
pub mod files;
pub mod google;
pub mod google_tts;
pub mod higgsfield;
mod letter;
pub mod luma;
mod media;
pub mod openai;
pub mod pixverse;
pub mod receiver;
pub mod replicate;
mod rules;
pub mod runway;
mod schema;
mod script;
mod server;
mod shape;
pub mod signing;
pub mod upstream;
pub mod xai;

pub use script::Gate;
