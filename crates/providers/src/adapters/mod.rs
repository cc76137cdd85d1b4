//! One file per upstream: what it is like, how to ask it, and what its answers mean.

mod answer;
#[cfg(test)]
mod cassette;
pub mod dashscope;
pub mod elevenlabs;
mod escape;
pub mod fal;
mod form;
pub mod google;
pub mod google_tts;
pub mod higgsfield;
pub mod luma;
pub mod openai;
pub mod openai_compatible;
pub mod pixverse;
mod plain;
pub mod replicate;
pub mod runway;
pub mod vertex;
pub mod xai;
