//! Making a message small enough (W5). Ids and addresses stay; what is long and can be fetched goes.

use serde_json::{Map, Value};

/// From this length on a text is cut, bytes. No id is so long.
const LONG: usize = 600;

/// So much of a long text is kept, bytes.
const KEPT: usize = 200;

/// Says that something was left out, and is to be fetched.
const MARKER: &str = "truncated";

/// The value if it has at most so many bytes as JSON; else one with the marker that has.
pub(super) fn fitted(mut data: Value, bytes_max: usize) -> Value {
    let fits = |data: &Value| data.to_string().len() <= bytes_max;
    if fits(&data) {
        return data;
    }
    if let Value::Object(fields) = &mut data {
        fields.insert(MARKER.to_owned(), Value::Bool(true));
    }
    cut(&mut data);
    // What is still too long is long by its number of entries, such as the words of a transcript.
    while !fits(&data) {
        if !leave_out_the_longest(&mut data) {
            return short(data);
        }
    }
    data
}

/// An address that can be fetched; a `data:` URL is a text.
fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://") || text.starts_with('/')
}

fn is_long(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() > LONG && !is_address(text))
}

/// Cuts long texts. A `data:` URL that is cut would be a wrong one, so it goes altogether.
fn cut(value: &mut Value) {
    let unusable =
        |value: &Value| is_long(value) && value.as_str().is_some_and(|text| text.starts_with("data:"));
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !unusable(value));
            fields.values_mut().for_each(cut);
        }
        Value::Array(items) => {
            items.retain(|item| !unusable(item));
            items.iter_mut().for_each(cut);
        }
        Value::String(text) if text.len() > LONG && !is_address(text) => {
            let end = (0..=KEPT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text.truncate(end);
            text.push('…');
        }
        _ => {}
    }
}

/// Removes the longest list that holds no address, wherever it is; whether there was one.
fn leave_out_the_longest(data: &mut Value) -> bool {
    let mut lists = Vec::new();
    find_lists(data, String::new(), &mut lists);
    let Some((_, pointer)) = lists.into_iter().max() else { return false };
    if let Some(list) = data.pointer_mut(&pointer) {
        *list = Value::Array(Vec::new());
    }
    true
}

fn find_lists(value: &Value, pointer: String, found: &mut Vec<(usize, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                find_lists(value, format!("{pointer}/{name}"), found);
            }
        }
        Value::Array(items) if !items.is_empty() && !has_address(value) => {
            found.push((value.to_string().len(), pointer));
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                find_lists(item, format!("{pointer}/{place}"), found);
            }
        }
        _ => {}
    }
}

fn has_address(value: &Value) -> bool {
    match value {
        Value::String(text) => is_address(text),
        Value::Array(items) => items.iter().any(has_address),
        Value::Object(fields) => fields.values().any(has_address),
        _ => false,
    }
}

/// The last resort: what stands at the top and is short, so that the job can at least be fetched.
fn short(data: Value) -> Value {
    let Value::Object(fields) = data else { return data };
    let plain = |value: &Value| !value.is_object() && !value.is_array();
    Value::Object(fields.into_iter().filter(|(_, value)| plain(value)).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MAX: usize = 19_800;

    #[test]
    fn what_fits_is_left_as_it_is() {
        let data = json!({ "id": "gen_1", "text": "x".repeat(10_000) });
        assert_eq!(fitted(data.clone(), MAX), data);
    }

    #[test]
    fn w5_long_texts_are_cut_and_ids_and_addresses_stay() {
        let url = format!("https://host/{}", "y".repeat(700));
        let data = json!({
            "id": "gen_1", "output": { "media": [
                { "type": "text", "text": "ü".repeat(20_000) }, { "type": "image", "url": url },
            ]},
        });
        let fit = fitted(data, MAX);
        assert_eq!((&fit["id"], &fit["truncated"]), (&json!("gen_1"), &json!(true)));
        assert_eq!(fit["output"]["media"][1]["url"], json!(url));
        let text = fit["output"]["media"][0]["text"].as_str().unwrap();
        assert!(text.starts_with("üü") && text.ends_with('…') && text.len() < 300, "{text}");
    }

    #[test]
    fn w5_a_text_that_is_its_own_url_is_left_out() {
        let data = json!({ "id": "task_1", "outputs": [format!("data:text/plain,{}", "a".repeat(30_000)), "https://host/1"] });
        assert_eq!(fitted(data, MAX)["outputs"], json!(["https://host/1"]));
    }

    #[test]
    fn w5_long_lists_go_and_short_ones_stay() {
        let words: Vec<Value> = (0..2_000).map(|n| json!({ "text": "word", "start": n })).collect();
        let data =
            json!({ "task_id": "1", "data": { "words": words, "tags": ["a"], "audio_url": "https://h/1" } });
        let fit = fitted(data, MAX);
        assert_eq!((&fit["data"]["words"], &fit["data"]["tags"]), (&json!([]), &json!(["a"])));
        assert_eq!(fit["data"]["audio_url"], "https://h/1");
    }

    #[test]
    fn w5_whatever_it_is_it_fits_at_the_end() {
        let urls: Vec<String> = (0..1_000).map(|n| format!("https://host/{n}/{}", "z".repeat(50))).collect();
        let fit = fitted(json!({ "id": "1", "status": "completed", "outputs": urls }), MAX);
        assert_eq!(fit, json!({ "id": "1", "status": "completed", "truncated": true }));
    }
}
