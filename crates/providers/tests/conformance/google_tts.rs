//! Google's Cloud Text-to-Speech.

use std::sync::Arc;

use serde_json::json;
use spool_domain::adapter::TroubleClass::Unavailable;
use spool_domain::catalogue::Makes;
use spool_providers::adapters::google_tts::GoogleTts;

use crate::suite::Subject;

fn sample() -> Subject {
    Subject {
        adapter: Arc::new(GoogleTts),
        start: || Box::pin(spool_fakes::google_tts::start()),
        makes: Makes::Audio,
        model: "chirp3-hd",
        input: json!({ "input": { "text": "hello" }, "voice": { "name": "Kore", "languageCode": "en-US" },
            "audioConfig": { "audioEncoding": "MP3" } }),
        synchronous: true,
        refuses: false,
        failure: Some(Unavailable),
        throttles: true,
        guards: true,
        cancels: None,
    }
}

crate::suite::conformance!(sample);
