//! Providers for tests: real HTTP servers on 127.0.0.1 that speak the documented protocols, keep their own
//! bill, and misbehave on request.
//!
//! A fake lives as long as its value: dropping it closes its port, its connections and whatever it still had to
//! do. What it accepted is on its bill whether or not anybody heard the answer; a test of the engine is
//! right when bill and ledger agree.

pub mod a1111;
pub mod assemblyai;
pub mod bfl;
pub mod bill;
mod blank;
pub mod cartesia;
mod checks;
pub mod comfyui;
pub mod dashscope;
pub mod deepgram;
mod desk;
pub mod elevenlabs;
pub mod fal;
pub mod files;
pub mod google;
pub mod google_tts;
pub mod higgsfield;
pub mod ideogram;
pub mod jimeng;
pub mod kling;
mod letter;
pub mod luma;
mod media;
pub mod minimax;
pub mod openai;
pub mod pixverse;
mod published_keys;
pub mod receiver;
pub mod recraft;
pub mod replicate;
mod rules;
pub mod runway;
mod schema;
mod script;
mod server;
mod shape;
pub mod signing;
pub mod stability;
pub mod suno;
pub mod topaz;
pub mod upstream;
pub mod vidu;
pub mod volcengine;
pub mod xai;

pub use script::Gate;
