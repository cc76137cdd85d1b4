//! Results that come with the answer to the submit. Nothing where an answer cannot be read.

use std::io::Cursor;

use data_encoding::HEXLOWER_PERMISSIVE;
use hound::{SampleFormat, WavSpec, WavWriter};
use serde_json::Value;
use spool_domain::adapter::{Output, Trouble, TroubleClass, Word};

use super::super::answer;

/// Pictures, as addresses or in base64. A success with none is a refusal of all of them.
pub(super) fn pictures(body: &Value) -> Option<Word> {
    let list = |name: &str| body["data"][name].as_array().into_iter().flatten();
    let urls = list("image_urls")
        .map(|url| url.as_str().filter(|url| !url.is_empty()).map(|url| Output::Url(url.to_owned())));
    let files = list("image_base64").map(|base64| base64.as_str().and_then(answer::bytes));
    let outputs: Vec<_> = urls.chain(files).collect::<Option<_>>()?;
    if !outputs.is_empty() {
        return Some(Word::Finished { outputs, billed: None });
    }
    let counts = [&body["metadata"], &body["data"]].map(|at| count(&at["success_count"]));
    let refused = counts.into_iter().flatten().next()? == 0;
    refused.then(|| Word::Failed(Trouble::of(TroubleClass::ContentPolicy, "all_rejected")))
}

/// A count is a number or a text.
fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// Speech or music: an address, or the file itself in hexadecimal digits.
pub(super) fn sound(body: &Value) -> Option<Word> {
    let audio = body["data"]["audio"].as_str().or_else(|| body["data"]["audio_url"].as_str())?;
    let output = if audio.starts_with("http://") || audio.starts_with("https://") {
        Output::Url(audio.to_owned())
    } else {
        let bytes = HEXLOWER_PERMISSIVE.decode(audio.as_bytes()).ok().filter(|bytes| !bytes.is_empty())?;
        let about = &body["extra_info"];
        let bytes = if about["audio_format"] == "pcm" { wav(&bytes, about)? } else { bytes };
        Output::Bytes(bytes.into())
    };
    Some(Word::Finished { outputs: vec![output], billed: None })
}

/// Samples of 16 bits as a file that players know.
fn wav(samples: &[u8], about: &Value) -> Option<Vec<u8>> {
    let spec = WavSpec {
        channels: about["audio_channel"]
            .as_u64()
            .and_then(|n| u16::try_from(n).ok())
            .filter(|n| *n > 0)
            .unwrap_or(1),
        sample_rate: u32::try_from(about["audio_sample_rate"].as_u64()?).ok()?,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut file = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut file, spec).ok()?;
    for sample in samples.chunks_exact(2) {
        writer.write_sample(i16::from_le_bytes([sample[0], sample[1]])).ok()?;
    }
    writer.finalize().ok()?;
    Some(file.into_inner())
}

/// What a new voice says in its sample.
pub(super) fn voice(body: &Value) -> Option<Word> {
    if body["input_sensitive"] == true {
        return Some(Word::Failed(Trouble::of(TroubleClass::ContentPolicy, "input_sensitive")));
    }
    let url = body["demo_audio"].as_str().filter(|url| !url.is_empty())?;
    Some(Word::Finished { outputs: vec![Output::Url(url.to_owned())], billed: None })
}
