//! Files as `data:` URIs anywhere inside of an input, for providers that want each of them uploaded first.

use serde_json::Value;

/// The first `data:` URI in this value that is meant.
pub(super) fn find<'a>(value: &'a Value, is_meant: &dyn Fn(&str) -> bool) -> Option<&'a str> {
    match value {
        Value::String(text) => Some(text.as_str()).filter(|text| text.starts_with("data:") && is_meant(text)),
        Value::Array(items) => items.iter().find_map(|item| find(item, is_meant)),
        Value::Object(fields) => fields.values().find_map(|field| find(field, is_meant)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// The same, to be replaced.
pub(super) fn find_mut<'a>(value: &'a mut Value, is_meant: &dyn Fn(&str) -> bool) -> Option<&'a mut Value> {
    find(value, is_meant)?;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| find_mut(item, is_meant)),
        Value::Object(fields) => fields.values_mut().find_map(|field| find_mut(field, is_meant)),
        text => Some(text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn files_are_found_in_order_wherever_they_are() {
        let mut input =
            json!({ "a": 1, "b": "text", "c": ["https://f.test/1", { "d": "data:x,1" }], "e": "data:x,22" });
        assert_eq!(find(&input, &|_| true), Some("data:x,1"));
        assert_eq!(find(&input, &|text| text.len() > 8), Some("data:x,22"));
        *find_mut(&mut input, &|_| true).unwrap() = json!("https://f.test/2");
        *find_mut(&mut input, &|_| true).unwrap() = json!("https://f.test/3");
        assert_eq!(
            input,
            json!({ "a": 1, "b": "text", "c": ["https://f.test/1", { "d": "https://f.test/2" }], "e": "https://f.test/3" })
        );
        assert!(find(&input, &|_| true).is_none() && find_mut(&mut input, &|_| true).is_none());
    }
}
