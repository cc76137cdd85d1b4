//! What every adapter has to do, against a server that speaks its provider's protocol: one suite, one file of samples
//! for each provider.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends at the first thing that is not as expected"
)]

mod a1111;
mod assemblyai;
mod bfl;
mod cartesia;
mod comfyui;
mod dashscope;
mod deepgram;
mod elevenlabs;
mod google;
mod google_tts;
mod higgsfield;
mod ideogram;
mod jimeng;
mod kling;
mod line;
mod luma;
mod luma_agents;
mod minimax;
mod openai;
mod openai_compatible;
mod pixverse;
mod recraft;
mod replicate;
mod routes;
mod runway;
mod stability;
mod suite;
mod suno;
mod topaz;
mod vertex;
mod vidu;
mod volcengine;
mod xai;
