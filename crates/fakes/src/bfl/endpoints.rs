//! The endpoints and what they take. A field that is not documented is refused, so that a parameter that would be
//! lost in silence is noticed.

use serde_json::{Map, Value};

use crate::shape::{self, Field, Kind, Misfit, may, must};

/// An endpoint.
pub(super) struct Endpoint {
    pub(super) name: &'static str,
    fields: &'static [Field],
    /// What width and height are multiples of; 0 where there are none.
    grid: i64,
    /// The most input pictures, numbered from the second on.
    pictures: usize,
    /// The file that comes where no format is asked for.
    usual: &'static str,
}

const PROMPT: Field = must("prompt", Kind::Text(100_000));
const MAY_PROMPT: Field = may("prompt", Kind::Text(100_000));
const SEED: Field = may("seed", Kind::Int(i64::MIN, i64::MAX));
const CALL_BACK: Field = may("webhook_url", Kind::Url);
const SECRET: Field = may("webhook_secret", Kind::Text(1_000));
const SAFETY: Field = may("safety_tolerance", Kind::Int(0, 6));
const NEW_SAFETY: Field = may("safety_tolerance", Kind::Int(0, 5));
const FORMAT: Field = may("output_format", Kind::Word(&["jpeg", "png"]));
const NEW_FORMAT: Field = may("output_format", Kind::Word(&["jpeg", "png", "webp"]));
const WIDTH: Field = may("width", Kind::Int(0, 4096));
const HEIGHT: Field = may("height", Kind::Int(0, 4096));
const OLD_WIDTH: Field = may("width", Kind::Int(256, 1440));
const OLD_HEIGHT: Field = may("height", Kind::Int(256, 1440));
const IMAGE_PROMPT: Field = may("image_prompt", Kind::Base64);
const UPSAMPLING: Field = may("prompt_upsampling", Kind::Flag);
const RATIO: Field =
    may("aspect_ratio", Kind::Word(&["21:9", "16:9", "3:2", "4:3", "1:1", "3:4", "2:3", "9:16", "9:21"]));

const FLUX_2: &[Field] = &[PROMPT, SEED, CALL_BACK, SECRET, NEW_SAFETY, NEW_FORMAT, WIDTH, HEIGHT];
const FLEX: &[Field] = &[
    PROMPT,
    SEED,
    CALL_BACK,
    SECRET,
    NEW_SAFETY,
    NEW_FORMAT,
    WIDTH,
    HEIGHT,
    UPSAMPLING,
    may("guidance", Kind::Number(1.5, 10.0)),
    may("steps", Kind::Int(1, 50)),
];
const PRO: &[Field] =
    &[PROMPT, SEED, CALL_BACK, SECRET, SAFETY, FORMAT, OLD_WIDTH, OLD_HEIGHT, IMAGE_PROMPT, UPSAMPLING];
const DEV: &[Field] = &[
    PROMPT,
    SEED,
    CALL_BACK,
    SECRET,
    SAFETY,
    FORMAT,
    OLD_WIDTH,
    OLD_HEIGHT,
    IMAGE_PROMPT,
    UPSAMPLING,
    may("steps", Kind::Int(1, 50)),
    may("guidance", Kind::Number(1.0, 20.0)),
];
const ULTRA: &[Field] = &[
    PROMPT,
    SEED,
    CALL_BACK,
    SECRET,
    SAFETY,
    FORMAT,
    RATIO,
    IMAGE_PROMPT,
    may("raw", Kind::Flag),
    may("image_prompt_strength", Kind::Number(0.0, 1.0)),
];
const KONTEXT: &[Field] = &[PROMPT, SEED, CALL_BACK, SECRET, SAFETY, FORMAT, RATIO, UPSAMPLING];
const FILL: &[Field] = &[
    must("image", Kind::Base64),
    may("mask", Kind::Base64),
    MAY_PROMPT,
    SEED,
    CALL_BACK,
    SECRET,
    SAFETY,
    FORMAT,
    UPSAMPLING,
    may("steps", Kind::Int(15, 50)),
    may("guidance", Kind::Number(1.5, 100.0)),
];
const EXPAND: &[Field] = &[
    must("image", Kind::Base64),
    may("top", Kind::Int(0, 2048)),
    may("bottom", Kind::Int(0, 2048)),
    may("left", Kind::Int(0, 2048)),
    may("right", Kind::Int(0, 2048)),
    MAY_PROMPT,
    SEED,
    CALL_BACK,
    SECRET,
    SAFETY,
    FORMAT,
    UPSAMPLING,
    may("steps", Kind::Int(15, 50)),
    may("guidance", Kind::Number(1.5, 100.0)),
];

const MODE: Field = must("mode", Kind::Word(&["t2v", "i2v", "v2v", "draft_enhance"]));
const CLIP: [Field; 10] = [
    MODE,
    may("aspect_ratio", Kind::Word(&["auto", "21:9", "2:1", "16:9", "4:3", "1:1", "3:4", "9:16"])),
    may("resolution", Kind::Word(&["hd", "fhd"])),
    may("duration", Kind::Json),
    may("generate_audio", Kind::Flag),
    may("safety_tolerance", Kind::Int(0, 4)),
    may("version", Kind::Word(&["latest"])),
    may("draft", Kind::Flag),
    may("batch", Kind::Int(1, 4)),
    PROMPT,
];

const ENDPOINTS: &[Endpoint] = &[
    image("flux-2-pro", FLUX_2, 16, 8, "jpeg"),
    image("flux-2-pro-preview", FLUX_2, 16, 8, "jpeg"),
    image("flux-2-max", FLUX_2, 16, 8, "jpeg"),
    image("flux-2-flex", FLEX, 16, 8, "jpeg"),
    image("flux-2-klein-4b", FLUX_2, 16, 4, "jpeg"),
    image("flux-2-klein-9b", FLUX_2, 16, 4, "jpeg"),
    image("flux-2-klein-9b-preview", FLUX_2, 16, 4, "jpeg"),
    image("flux-pro-1.1", PRO, 32, 0, "jpeg"),
    image("flux-pro-1.1-ultra", ULTRA, 0, 0, "jpeg"),
    image("flux-dev", DEV, 32, 0, "jpeg"),
    image("flux-kontext-pro", KONTEXT, 0, 4, "png"),
    image("flux-kontext-max", KONTEXT, 0, 4, "png"),
    image("flux-pro-1.0-fill", FILL, 0, 0, "jpeg"),
    image("flux-pro-1.0-expand", EXPAND, 0, 0, "jpeg"),
    image("flux-3-video", &CLIP, 0, 0, "mp4"),
];

const fn image(
    name: &'static str,
    fields: &'static [Field],
    grid: i64,
    pictures: usize,
    usual: &'static str,
) -> Endpoint {
    Endpoint { name, fields, grid, pictures, usual }
}

/// The endpoint of this path.
pub(super) fn find(name: &str) -> Option<&'static Endpoint> {
    ENDPOINTS.iter().find(|endpoint| endpoint.name == name)
}

impl Endpoint {
    /// The extension of what it makes of this input.
    pub(super) fn makes(&self, input: &Value) -> &'static str {
        let asked = input["output_format"].as_str();
        ["jpeg", "png", "webp"].into_iter().find(|word| Some(*word) == asked).unwrap_or(self.usual)
    }

    pub(super) fn check(&self, input: &Map<String, Value>) -> Result<(), Misfit> {
        let refused = |field: &str, why| Err(Misfit { field: field.to_owned(), why });
        if self.usual == "mp4" {
            return check_clip(input);
        }
        let mut rest = input.clone();
        for place in 1..=self.pictures {
            let name = if place == 1 { "input_image".to_owned() } else { format!("input_image_{place}") };
            if let Some(picture) = rest.remove(&name) {
                shape::check(
                    &[must("it", Kind::UrlOrBase64)],
                    &Map::from_iter([("it".to_owned(), picture)]),
                    true,
                )
                .map_err(|misfit| Misfit { field: name, ..misfit })?;
            }
        }
        shape::check(self.fields, &rest, true)?;
        let side = |name: &str| input.get(name).and_then(Value::as_i64).unwrap_or(0);
        for name in ["width", "height"] {
            if self.grid > 0 && (side(name) % self.grid != 0 || (1..64).contains(&side(name))) {
                return refused(name, "is not on the grid");
            }
        }
        if side("width") * side("height") > 2048 * 2048 {
            return refused("width", "more than four megapixels");
        }
        if self.name.starts_with("flux-kontext")
            && input.contains_key("input_image")
            && side("safety_tolerance") > 2
        {
            return refused("safety_tolerance", "at most 2 with a picture");
        }
        Ok(())
    }
}

/// Each mode has fields of its own, and no others.
fn check_clip(input: &Map<String, Value>) -> Result<(), Misfit> {
    let refused = |field: &str, why| Err(Misfit { field: field.to_owned(), why });
    let own = match input.get("mode").and_then(Value::as_str) {
        Some("t2v") => None,
        Some("i2v") => Some("keyframes"),
        Some("v2v") => Some("start_video"),
        Some("draft_enhance") => {
            let fields =
                [MODE, must("draft_cache", Kind::UrlOrBase64), may("safety_tolerance", Kind::Int(0, 4))];
            return shape::check(&fields, input, true);
        }
        _ => return refused("mode", "is required"),
    };
    let mut rest = input.clone();
    if let Some(name) = own {
        let Some(given) = rest.remove(name) else { return refused(name, "is required") };
        let one = |value: &Value| {
            let given = Map::from_iter([("it".to_owned(), value.clone())]);
            shape::check(&[must("it", Kind::UrlOrBase64)], &given, true).is_ok()
        };
        let good = match &given {
            Value::Array(items) if name == "keyframes" => items.iter().all(|item| match item {
                Value::Array(pair) => pair.len() == 2 && pair[0].is_number() && one(&pair[1]),
                item => one(item),
            }),
            given => one(given),
        };
        if !good {
            return refused(name, "does not fit");
        }
    }
    shape::check(&CLIP, &rest, true)?;
    match input.get("duration") {
        None => Ok(()),
        Some(word) if word == "auto" => Ok(()),
        Some(number) if number.as_i64().is_some_and(|seconds| (5..=20).contains(&seconds)) => Ok(()),
        Some(_) => refused("duration", "5 to 20 seconds or auto"),
    }
}
