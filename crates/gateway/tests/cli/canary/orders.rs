//! What is ordered: for each provider a model of the shipped catalogue with an input that the price expectations have for it, in
//! which every prompt and every file is a canary.

use std::path::Path;

use serde_json::{Map, Value};
use spool_domain::catalogue::{Catalogue, Kind, Media, Model, Params, Role, Unknown, Words, shipped};
use spool_fakes::files;
use spool_providers::registry;

/// One order to be made again and again.
pub struct Order {
    pub model: String,
    input: Map<String, Value>,
    /// The paths of the prompts in the input.
    prompts: Vec<String>,
    /// The paths of the files.
    files: Vec<(String, Media)>,
}

/// The shipped models and the inputs that prices are expected for.
pub struct Orders {
    catalogue: Catalogue,
    inputs: Vec<(String, Map<String, Value>)>,
}

/// Files by the kind that is wanted.
pub struct Shelf {
    urls: [String; 3],
}

impl Shelf {
    pub fn of(files: &files::Fake) -> Self {
        let mut png = std::io::Cursor::new(Vec::new());
        image::RgbImage::from_pixel(256, 256, image::Rgb([90, 20, 20]))
            .write_to(&mut png, image::ImageFormat::Png)
            .unwrap();
        let media = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fakes/media");
        let urls = [
            files.put("picture.png", "image/png", png.into_inner()),
            files.put("clip.mp4", "video/mp4", std::fs::read(media.join("clip.mp4")).unwrap()),
            files.put("sound.mp3", "audio/mpeg", std::fs::read(media.join("sound.mp3")).unwrap()),
        ];
        Self { urls }
    }

    fn url(&self, of: Media, signature: &str) -> String {
        let [image, video, audio] = &self.urls;
        let url = match of {
            Media::Image => image,
            Media::Video => video,
            Media::Audio => audio,
        };
        format!("{url}?X-Signature={signature}&Expires=2000000000")
    }
}

impl Orders {
    pub fn read() -> Self {
        let catalogue = Catalogue::read(&shipped(), registry::NAMES).unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/tests/engine/catalogue/prices");
        let mut inputs = Vec::new();
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        for file in files {
            let text = std::fs::read_to_string(file).unwrap();
            let read: Value = toml::from_str(&text).unwrap();
            for model in read["model"].as_array().unwrap() {
                for case in model["case"].as_array().unwrap() {
                    let id = model["id"].as_str().unwrap().to_owned();
                    inputs.push((id, case["input"].as_object().unwrap().clone()));
                }
            }
        }
        Self { catalogue, inputs }
    }

    /// Up to two orders for a provider: one with a file if any of its models takes one, and one with a prompt.
    pub fn to(&self, provider: &str) -> Vec<Order> {
        let mut orders: Vec<Order> = Vec::new();
        for (id, input) in &self.inputs {
            // Of fal's hundreds of endpoints its fake knows a few.
            if provider == "fal" && id != "google/nano-banana" {
                continue;
            }
            let Some(model) = self.catalogue.find(id) else { continue };
            let Some(order) = order(&model, input, provider) else { continue };
            let fits = match &orders[..] {
                [] => true,
                [first] => first.files.is_empty() != order.files.is_empty() && first.model != order.model,
                _ => break,
            };
            let starts_from_files = orders.is_empty() && !order.files.is_empty();
            if starts_from_files || (fits && !order.prompts.is_empty()) {
                orders.push(order);
            }
        }
        orders
    }
}

fn order(model: &Model, input: &Map<String, Value>, provider: &str) -> Option<Order> {
    let words = Words::Names { unknown: Unknown::Refuse, numeric_strings: false };
    // Earlier jobs would have to be there.
    if input.values().any(|value| value == "job") {
        return None;
    }
    let params = model.validate(input, words).ok()?;
    model.routes.iter().find(|route| route.provider == provider && route.serves(&params))?;
    let given = Params(input.clone().into_iter().collect());
    let files = model.files(&given).into_iter().map(|at| (at.path, at.of)).collect();
    let is_prompt = |name: &String| {
        model.params.get(name).is_some_and(|param| {
            matches!(param.kind, Kind::Text { uuid: false, .. })
                && matches!(param.role, Some(Role::Prompt | Role::NegativePrompt))
        })
    };
    let prompts = input.keys().filter(|name| is_prompt(name)).cloned().collect();
    Some(Order { model: model.id.clone(), input: input.clone(), prompts, files })
}

impl Order {
    /// The input with this text in the place of every prompt, and with addresses signed by this in the place of files.
    pub fn input(&self, prompt: &str, signature: &str, shelf: &Shelf) -> Value {
        let mut params = Params(self.input.clone().into_iter().collect());
        for name in &self.prompts {
            params.0.insert(name.clone(), format!("{prompt} over the sea").into());
        }
        for (path, of) in &self.files {
            params.put_file(path, shelf.url(*of, signature));
        }
        Value::Object(params.0.into_iter().collect())
    }
}
