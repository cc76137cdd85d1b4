//! The paths under `/images`, what they take and what they cost.

use serde_json::{Map, Value};

use crate::shape::{self, Field, Kind, Misfit, may, must};

const OLD_SIZES: &[&str] = &[
    "1024x1024",
    "1365x1024",
    "1024x1365",
    "1536x1024",
    "1024x1536",
    "1820x1024",
    "1024x1820",
    "2048x1024",
    "1024x2048",
    "1434x1024",
    "1024x1434",
    "1280x1024",
    "1024x1280",
    "1707x1024",
    "1024x1707",
];
const NEW_SIZES: &[&str] = &[
    "1024x1024",
    "1536x768",
    "768x1536",
    "1280x832",
    "832x1280",
    "1216x896",
    "896x1216",
    "1152x896",
    "896x1152",
    "1344x768",
    "768x1344",
];
const PRO_SIZES: &[&str] = &[
    "2048x2048",
    "3072x1536",
    "1536x3072",
    "2560x1664",
    "1664x2560",
    "2432x1792",
    "1792x2432",
    "2304x1792",
    "1792x2304",
    "2688x1536",
    "1536x2688",
];
const STYLES: &[&str] =
    &["any", "realistic_image", "digital_illustration", "vector_illustration", "icon", "logo_raster"];

const FORMAT: Field = may("response_format", Kind::Word(&["url", "b64_json"]));
const COUNT: Field = may("n", Kind::Int(1, 6));
const IMAGE: Field = must("image_url", Kind::UrlOrData);
const MASK: Field = must("mask_url", Kind::UrlOrData);
const PROMPT: Field = must("prompt", Kind::Text(1_000));

const OLD: &[Field] = &[
    must("model", Kind::Text(40)),
    PROMPT,
    COUNT,
    FORMAT,
    may("size", Kind::Word(OLD_SIZES)),
    may("style", Kind::Word(STYLES)),
    may("negative_prompt", Kind::Text(1_000)),
];
const NEW: &[Field] = &[
    must("model", Kind::Text(40)),
    must("prompt", Kind::Text(10_000)),
    COUNT,
    FORMAT,
    may("size", Kind::Word(NEW_SIZES)),
];
const PRO: &[Field] = &[
    must("model", Kind::Text(40)),
    must("prompt", Kind::Text(10_000)),
    COUNT,
    FORMAT,
    may("size", Kind::Word(PRO_SIZES)),
];

/// The models: name, fields, units of one picture.
const MODELS: &[(&str, &[Field], u64)] = &[
    ("recraftv2", OLD, 22),
    ("recraftv2_vector", OLD, 44),
    ("recraftv3", OLD, 40),
    ("recraftv3_vector", OLD, 80),
    ("recraftv4", NEW, 40),
    ("recraftv4_vector", NEW, 80),
    ("recraftv4_pro", PRO, 250),
    ("recraftv4_pro_vector", PRO, 300),
    ("recraftv4_1", NEW, 35),
];

/// The work on given pictures: path, fields, units, and whether the answer is a list.
const WORK: &[(&str, &[Field], u64, bool)] = &[
    ("imageToImage", &[IMAGE, PROMPT, must("strength", Kind::Number(0.0, 1.0)), COUNT, FORMAT], 40, true),
    ("inpaint", &[IMAGE, MASK, PROMPT, COUNT, FORMAT], 40, true),
    ("generateBackground", &[IMAGE, MASK, PROMPT, COUNT, FORMAT], 40, true),
    ("replaceBackground", &[IMAGE, PROMPT, COUNT, FORMAT], 40, true),
    ("eraseRegion", &[IMAGE, MASK, FORMAT], 2, false),
    ("removeBackground", &[IMAGE, FORMAT], 10, false),
    ("vectorize", &[IMAGE, FORMAT], 10, false),
    ("crispUpscale", &[IMAGE, FORMAT], 4, false),
    ("creativeUpscale", &[IMAGE, FORMAT], 250, false),
];

const DRAWING: &str = "generations";

fn model(name: &str) -> Option<&'static (&'static str, &'static [Field], u64)> {
    MODELS.iter().find(|(known, ..)| *known == name)
}

fn work(path: &str) -> Option<&'static (&'static str, &'static [Field], u64, bool)> {
    WORK.iter().find(|(known, ..)| *known == path)
}

pub(super) fn is_known(path: &str) -> bool {
    path == DRAWING || work(path).is_some()
}

/// Whether the answer is a list.
pub(super) fn draws(path: &str) -> bool {
    work(path).is_none_or(|(.., list)| *list)
}

/// The units of one picture.
pub(super) fn units(path: &str, name: &str) -> u64 {
    let drawn = || model(name).map_or(0, |(_, _, units)| *units);
    work(path).map_or_else(drawn, |(_, _, units, _)| *units)
}

pub(super) fn check(path: &str, input: &Map<String, Value>) -> Result<(), Misfit> {
    if let Some((_, fields, ..)) = work(path) {
        return shape::check(fields, input, true);
    }
    // Without a model the default would draw, which changes with time.
    let name = input.get("model").and_then(Value::as_str).unwrap_or_default();
    match model(name) {
        Some((_, fields, _)) => shape::check(fields, input, true),
        None => Err(Misfit { field: "model".to_owned(), why: "is not known" }),
    }
}
