//! What the page may do: run its own scripts, show its own files, and talk to this server alone.

use spool_domain::ids::Entropy;
use spool_engine::settings::{Assets, Settings};
use url::Url;

use crate::clock::SystemEntropy;

/// The page's content policy.
pub struct Policy {
    /// Where results may lie beside this origin, each with a space before it.
    results: String,
}

impl Policy {
    /// As this server hands out its results: under its public address, and from anywhere where they are passed through.
    pub fn of(settings: &Settings) -> Self {
        let mut results = String::new();
        let url = settings.public_url.as_deref().and_then(|url| Url::parse(url).ok());
        if let Some(url) = url {
            results.push_str(&format!(" {}", url.origin().ascii_serialization()));
        }
        if matches!(settings.assets, Assets::Pass) {
            results.push_str(" https:");
        }
        Self { results }
    }

    /// The header of an answer with this nonce. Style attributes are allowed: the page's components position
    /// themselves by them. Style elements need the nonce.
    pub fn text(&self, nonce: &str) -> String {
        let results = &self.results;
        format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; style-src-elem 'self' 'nonce-{nonce}'; \
             style-src-attr 'unsafe-inline'; img-src 'self' data: blob:{results}; media-src 'self' data: blob:{results}; \
             connect-src 'self'{results}; font-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; \
             form-action 'self'; frame-ancestors 'none'"
        )
    }
}

/// 128 bits that nobody can guess, in hexadecimal.
pub fn nonce() -> String {
    let mut bytes = [0; 16];
    SystemEntropy.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
