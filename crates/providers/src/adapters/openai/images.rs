//! Pictures, in OpenAI's own form of the calls.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use spool_domain::adapter::{Call, Method, Output, Trouble, TroubleClass, Work};

use crate::adapters::answer;

/// The call for a generation, or for an edit if there are pictures to start from.
pub(super) fn call(work: &Work) -> Result<Call, Trouble> {
    let mut input = work.input.clone();
    let images = take_images(&mut input)?;
    let mut body = Map::from_iter([("model".to_owned(), json!(work.model))]);
    let path = if images.is_empty() {
        body.append(&mut input);
        "/images/generations"
    } else {
        let mask = take_mask(&mut input);
        body.append(&mut input);
        body.insert("images".to_owned(), Value::Array(images));
        body.extend(mask.map(|mask| ("mask".to_owned(), mask)));
        "/images/edits"
    };
    body.insert("n".to_owned(), json!(work.count));
    Ok(Call::json(Method::Post, path, &body))
}

/// Takes the reference pictures out of the input, in the form that the JSON body of an edit wants. A route
/// gives them as `images` or `image_urls`: a list of addresses, or of objects that have that form already.
fn take_images(input: &mut Map<String, Value>) -> Result<Vec<Value>, Trouble> {
    let mut images = Vec::new();
    for name in ["images", "image_urls"] {
        match input.shift_remove(name) {
            None | Some(Value::Null) => {}
            Some(Value::Array(list)) => images.extend(list.into_iter().map(picture)),
            Some(_) => {
                let trouble = Trouble::of(TroubleClass::Caller, "images_not_a_list");
                return Err(trouble.saying(&format!("{name} must be a list of image URLs")));
            }
        }
    }
    Ok(images)
}

fn take_mask(input: &mut Map<String, Value>) -> Option<Value> {
    let mask = input.shift_remove("mask_url");
    input.shift_remove("mask").or(mask).map(picture)
}

fn picture(given: Value) -> Value {
    if given.is_string() { json!({ "image_url": given }) } else { given }
}

/// The parts of an answer that we read. Texts are borrowed from the body where that is possible: a picture in
/// base64 is megabytes long.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Vec<Image<'a>>,
}

#[derive(Deserialize)]
struct Image<'a> {
    #[serde(borrow)]
    b64_json: Option<Text<'a>>,
    #[serde(borrow)]
    url: Option<Text<'a>>,
}

/// Of its own type because serde borrows into a `Cow` only where it is a field itself, not inside an `Option`.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// All pictures of an answer, or nothing if there is none or one cannot be read. A relative address stays
/// relative: it is joined to the base URL where it is fetched.
pub(super) fn read(body: &[u8]) -> Option<Vec<Output>> {
    let answer: Answer = serde_json::from_slice(body).ok()?;
    let outputs: Option<Vec<_>> = answer.data.iter().map(read_image).collect();
    outputs.filter(|outputs| !outputs.is_empty())
}

fn read_image(image: &Image) -> Option<Output> {
    match (&image.b64_json, &image.url) {
        (Some(Text(base64)), _) if !base64.is_empty() => answer::bytes(base64),
        (_, Some(Text(url))) if !url.is_empty() => answer::file(url),
        _ => None,
    }
}
