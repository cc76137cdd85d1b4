//! The `-i name=value` of `spool run`.

use serde_json::{Map, Value};

/// Reads all of them; an error says which one is wrong.
pub fn read(given: &[String]) -> Result<Map<String, Value>, String> {
    let mut input = Map::new();
    for pair in given {
        let Some((name, text)) = pair.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Err(format!("`-i {pair}` is not of the form name=value"));
        };
        if input.insert(name.to_owned(), value(text)).is_some() {
            return Err(format!("`{name}` is given twice"));
        }
    }
    Ok(input)
}

/// Numbers, true, false, lists and objects as JSON; everything else is a text, quotes included, so that prompts
/// need no second layer of quoting.
fn value(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_))) => value,
        Ok(Value::Null | Value::String(_)) | Err(_) => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_that_read_as_json_are_json_and_all_others_are_texts() {
        let given = [
            "prompt=a = b",
            "n=5",
            "f=0.5",
            "on=true",
            "l=[1,2]",
            "o={\"a\":1}",
            "q=\"x\"",
            "e=",
            "z=null",
            "s=1024x1024",
        ];
        let read = read(&given.map(str::to_owned)).unwrap();
        let wanted = json!({
            "prompt": "a = b", "n": 5, "f": 0.5, "on": true, "l": [1, 2], "o": {"a": 1}, "q": "\"x\"", "e": "",
            "z": "null", "s": "1024x1024"
        });
        assert_eq!(Value::Object(read), wanted);
    }

    #[test]
    fn what_is_no_pair_or_said_twice_is_refused() {
        assert!(read(&["prompt".to_owned()]).unwrap_err().contains("name=value"));
        assert!(read(&["=x".to_owned()]).is_err());
        assert!(read(&["a=1".to_owned(), "a=2".to_owned()]).unwrap_err().contains("twice"));
    }
}
