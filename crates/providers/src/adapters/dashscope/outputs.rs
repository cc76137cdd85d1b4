//! Where results stand, which differs between the families of models.

use serde_json::Value;
use spool_domain::adapter::{Output, Word};

use super::trouble;

/// The files of a result; nothing if there are none where they could be, or one cannot be read. Where some pictures
/// of several failed, the others count.
pub(super) fn read(output: &Value) -> Option<Word> {
    if let Some(clip) = address(&output["video_url"]).or_else(|| address(&output["results"]["video_url"])) {
        return Some(finished(vec![clip]));
    }
    if let Some(results) = output["results"].as_array() {
        let made: Vec<_> = results.iter().filter(|result| result["code"].is_null()).collect();
        let failed = results.iter().find(|result| result["code"].is_string());
        return match (made.is_empty(), failed) {
            (true, Some(failed)) => Some(Word::Failed(trouble::of_output(failed))),
            (true, None) => None,
            _ => made.into_iter().map(|result| address(&result["url"])).collect::<Option<_>>().map(finished),
        };
    }
    let parts = output["choices"].as_array()?.iter();
    let parts = parts.flat_map(|choice| choice["message"]["content"].as_array().into_iter().flatten());
    let pictures = parts.filter(|part| !part["image"].is_null());
    let outputs: Vec<_> = pictures.map(|part| address(&part["image"])).collect::<Option<_>>()?;
    (!outputs.is_empty()).then(|| finished(outputs))
}

fn finished(outputs: Vec<Output>) -> Word {
    Word::Finished { outputs, billed: None }
}

fn address(url: &Value) -> Option<Output> {
    let url = url.as_str().filter(|url| url.starts_with("http"))?;
    Some(Output::Url(url.to_owned()))
}
