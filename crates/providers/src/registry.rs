//! Every provider this build knows.

use std::sync::Arc;

use spool_domain::adapter::Adapter;

use crate::adapters::{
    a1111, assemblyai, bfl, cartesia, comfyui, dashscope, deepgram, elevenlabs, fal, google, google_tts,
    higgsfield, ideogram, jimeng, kling, luma, minimax, openai, openai_compatible, pixverse, recraft,
    replicate, runway, stability, suno, topaz, vertex, vidu, volcengine, xai,
};
use crate::sandbox::Sandbox;

/// The names that a model's routes may use, sorted. A route to a provider without an adapter is never taken: what it
/// says is kept for the day the adapter is there.
pub const NAMES: &[&str] = &[
    "a1111",
    "assemblyai",
    "bfl",
    "cartesia",
    "comfyui",
    "dashscope",
    "deepgram",
    "elevenlabs",
    "fal",
    "google",
    "google-tts",
    "higgsfield",
    "ideogram",
    "jimeng",
    "kling",
    "luma",
    "luma-agents",
    "minimax",
    "openai",
    "openai-compatible",
    "pixverse",
    "recraft",
    "replicate",
    "runway",
    "sandbox",
    "stability",
    "suno",
    "topaz",
    "vertex",
    "vidu",
    "volcengine",
    "xai",
];

/// All adapters, one line per provider.
pub fn adapters() -> Vec<Arc<dyn Adapter>> {
    vec![
        Arc::new(Sandbox),
        Arc::new(a1111::A1111),
        Arc::new(assemblyai::AssemblyAi),
        Arc::new(bfl::Bfl),
        Arc::new(cartesia::Cartesia),
        Arc::new(comfyui::ComfyUi),
        Arc::new(dashscope::DashScope),
        Arc::new(deepgram::Deepgram),
        Arc::new(elevenlabs::ElevenLabs),
        Arc::new(fal::Fal::default()),
        Arc::new(google::Google),
        Arc::new(google_tts::GoogleTts),
        Arc::new(higgsfield::Higgsfield),
        Arc::new(ideogram::Ideogram),
        Arc::new(jimeng::Jimeng),
        Arc::new(kling::Kling),
        Arc::new(luma::Luma),
        Arc::new(luma::agents::Agents),
        Arc::new(minimax::MiniMax),
        Arc::new(openai::OpenAi),
        Arc::new(openai_compatible::OpenAiCompatible),
        Arc::new(pixverse::PixVerse),
        Arc::new(recraft::Recraft),
        Arc::new(replicate::Replicate),
        Arc::new(runway::Runway),
        Arc::new(stability::Stability),
        Arc::new(suno::Suno),
        Arc::new(topaz::Topaz),
        Arc::new(vertex::Vertex),
        Arc::new(vidu::Vidu),
        Arc::new(volcengine::Volcengine),
        Arc::new(xai::Xai),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use spool_domain::adapter::Safety;

    use super::*;

    #[test]
    fn every_provider_has_a_name_of_its_own() {
        let mut names = HashSet::new();
        for adapter in adapters() {
            let name = adapter.manifest().provider;
            assert!(
                name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{name}"
            );
            assert!(names.insert(name), "{name} is there twice");
            assert!(NAMES.contains(&name), "routes cannot name {name}");
        }
    }

    #[test]
    fn u17_every_manifest_says_when_it_was_checked() {
        for adapter in adapters() {
            let manifest = adapter.manifest();
            let parts: Vec<_> = manifest.verified_on.split('-').collect();
            let [year, month, day] = parts[..] else {
                panic!("{}: {}", manifest.provider, manifest.verified_on)
            };
            assert_eq!((year.len(), month.len(), day.len()), (4, 2, 2), "{}", manifest.provider);
            assert!((2024..2100).contains(&year.parse::<u32>().unwrap()), "{}", manifest.provider);
            assert!((1..=12).contains(&month.parse::<u32>().unwrap()), "{}", manifest.provider);
            assert!((1..=31).contains(&day.parse::<u32>().unwrap()), "{}", manifest.provider);
        }
    }

    #[test]
    fn manifests_agree_with_their_adapters() {
        for adapter in adapters() {
            let manifest = adapter.manifest();
            let token = spool_domain::adapter::Token("t".into());
            let lost = spool_domain::adapter::Lost { token: &token, model: "m", since_unix_ms: 0 };
            assert!(!manifest.base_url.ends_with('/'), "{}", manifest.provider);
            assert_eq!(
                manifest.safety == Safety::Lookup,
                adapter.lookup(&lost).is_some(),
                "{}",
                manifest.provider
            );
            assert!(manifest.submit_timeout_ms > 0 && manifest.call_timeout_ms > 0, "{}", manifest.provider);
            assert!(manifest.poll_pace_ms > 0 && manifest.retention_ms > 0, "{}", manifest.provider);
        }
    }
}
