//! What every adapter has to do, against a server that speaks its provider's protocol: one suite, one file of samples
//! for each provider.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that is not as expected")]

mod dashscope;
mod elevenlabs;
mod google;
mod google_tts;
mod higgsfield;
mod line;
mod luma;
mod luma_agents;
mod openai;
mod openai_compatible;
mod pixverse;
mod replicate;
mod routes;
mod runway;
mod suite;
mod vertex;
mod xai;
