//! One file per upstream: what it is like, how to ask it, and what its answers mean.

pub mod a1111;
mod answer;
pub mod bfl;
#[cfg(test)]
mod cassette;
pub mod comfyui;
mod credits;
pub mod dashscope;
pub mod elevenlabs;
mod escape;
pub mod fal;
mod form;
pub mod google;
pub mod google_tts;
pub mod higgsfield;
pub mod ideogram;
mod inside;
pub mod kling;
pub mod luma;
pub mod minimax;
pub mod openai;
pub mod openai_compatible;
pub mod pixverse;
mod plain;
mod published_keys;
pub mod recraft;
pub mod replicate;
pub mod runway;
pub mod stability;
pub mod suno;
pub mod topaz;
pub mod vertex;
pub mod vidu;
pub mod volcengine;
pub mod xai;
