//! Providers for tests: real HTTP servers on 127.0.0.1 that speak the documented protocols, keep their own
//! bill, and misbehave on request.
//!
//! A fake lives as long as its value: dropping it closes its port, its connections and whatever it still had to
//! do. What it accepted is on its bill whether or not anybody heard the answer; a test of the engine is
//! right when bill and ledger agree.

pub mod bill;
mod desk;
pub mod fal;
mod fields;
pub mod files;
mod letter;
mod media;
pub mod openai;
pub mod receiver;
pub mod runway;
mod script;
mod server;
pub mod signing;
pub mod upstream;

pub use script::Gate;
