//! The objects that files and camera moves stand in; a route gives plain addresses and ids.

use serde_json::{Map, Value, json};

/// Lists whose items are pictures.
const PICTURES: [&str; 2] = ["input_images", "input_images_end"];

/// The input with every file and move in the form that Higgsfield takes.
pub(super) fn shaped(input: &Map<String, Value>) -> Map<String, Value> {
    let mut input = input.clone();
    for (name, value) in &mut input {
        match value {
            Value::Array(items) if PICTURES.contains(&name.as_str()) => {
                for item in items.iter_mut().filter(|item| item.is_string()) {
                    *item = json!({ "type": "image_url", "image_url": item });
                }
            }
            Value::Array(items) if name == "motions" => {
                for item in items.iter_mut().filter(|item| item.is_string()) {
                    // As strong as it gets: that is what a move is chosen for.
                    *item = json!({ "id": item, "strength": 1 });
                }
            }
            Value::Object(file) => {
                for kind in ["image_url", "audio_url"] {
                    if file.contains_key(kind) {
                        file.entry("type").or_insert_with(|| json!(kind));
                    }
                }
            }
            _ => {}
        }
    }
    input
}
