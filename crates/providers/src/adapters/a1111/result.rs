//! Pictures out of an answer, which has little more.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use spool_domain::adapter::{Output, Trouble, TroubleClass, Word};

use crate::adapters::answer;

/// The parts that we read. Texts are borrowed from the body where that is possible: pictures are megabytes long.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    images: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    image: Option<Text<'a>>,
    #[serde(borrow)]
    info: Option<Text<'a>>,
}

/// Of its own type because serde borrows into a `Cow` only where it is a field itself, not inside an `Option`.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// All pictures of an answer; nothing if one cannot be read, or this is no such answer.
pub(super) fn read(body: &[u8]) -> Option<Word> {
    let answer: Answer = serde_json::from_slice(body).ok()?;
    let pictures = match (&answer.images, &answer.image) {
        (Some(images), _) => results(images, answer.info.as_ref().map(|Text(info)| info.as_ref())),
        (None, Some(image)) => std::slice::from_ref(image),
        (None, None) => return None,
    };
    if pictures.is_empty() {
        // Somebody interrupted the server.
        return Some(Word::Failed(Trouble::of(TroubleClass::Unavailable, "no_images")));
    }
    let outputs: Option<Vec<Output>> = pictures.iter().map(|Text(base64)| answer::bytes(base64)).collect();
    Some(Word::Finished { outputs: outputs?, billed: None })
}

/// The pictures without a grid in front and without the maps of helpers behind: there are as many as there are seeds.
/// `info` is JSON within the JSON; not every server has it.
fn results<'s, 'a>(images: &'s [Text<'a>], info: Option<&str>) -> &'s [Text<'a>] {
    let info: Value = info.and_then(|info| serde_json::from_str(info).ok()).unwrap_or_default();
    let first =
        info["index_of_first_image"].as_u64().and_then(|first| usize::try_from(first).ok()).unwrap_or(0);
    let rest = images.get(first..).unwrap_or_default();
    let count = info["all_seeds"].as_array().map_or(rest.len(), Vec::len);
    rest.get(..count).unwrap_or(rest)
}
