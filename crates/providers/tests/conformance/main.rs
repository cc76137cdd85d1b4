//! What every adapter has to do, against a server that speaks its provider's protocol: one suite, one file of samples
//! for each provider.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that is not as expected")]

mod elevenlabs;
mod google;
mod google_tts;
mod jimeng;
mod kling;
mod line;
mod minimax;
mod openai;
mod openai_compatible;
mod replicate;
mod routes;
mod suite;
mod vertex;
mod vidu;
mod volcengine;
mod xai;
