//! `multipart/form-data` bodies (RFC 7578), for providers that take files that way. The same parts under the same token
//! give the same bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;
use spool_domain::adapter::{Call, Method, Token, Trouble, TroubleClass};

/// A body that is being put together.
pub(super) struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    /// An empty one. The token makes the boundary: it is nothing that a caller could have put into a part.
    pub(super) fn new(token: &Token) -> Self {
        Self { boundary: format!("spool-{}", token.0), body: Vec::new() }
    }

    fn head(&mut self, disposition: &str, content_type: Option<&str>) {
        let mut head = format!("--{}\r\nContent-Disposition: form-data; {disposition}\r\n", self.boundary);
        if let Some(content_type) = content_type {
            head.push_str(&format!("Content-Type: {content_type}\r\n"));
        }
        head.push_str("\r\n");
        self.body.extend_from_slice(head.as_bytes());
    }

    /// One field. Texts stand as they are, lists and objects as JSON; null is left out.
    pub(super) fn field(&mut self, name: &str, value: &Value) {
        let text = match value {
            Value::Null => return,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        self.head(&format!("name=\"{}\"", quoted(name)), None);
        self.body.extend_from_slice(text.as_bytes());
        self.body.extend_from_slice(b"\r\n");
    }

    /// One file.
    pub(super) fn file(&mut self, name: &str, file: &File) {
        let disposition = format!("name=\"{}\"; filename=\"{}\"", quoted(name), file.name());
        self.head(&disposition, Some(&file.content_type));
        self.body.extend_from_slice(&file.bytes);
        self.body.extend_from_slice(b"\r\n");
    }

    /// The call with this body.
    pub(super) fn post(mut self, target: impl Into<String>) -> Call {
        self.body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        let content_type = format!("multipart/form-data; boundary={}", self.boundary);
        Call {
            method: Method::Post,
            headers: vec![("content-type", content_type)],
            body: Bytes::from(self.body),
            ..Call::get(target)
        }
    }
}

/// The escapes that browsers use inside the quotes.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// A file that came as a `data:` URI.
pub(super) struct File {
    /// Its media type as the URI states it, without parameters.
    pub(super) content_type: String,
    /// Its content.
    pub(super) bytes: Vec<u8>,
}

impl File {
    /// Reads a `data:` URI in base64. An error is for the caller: the parameter that brought it is named.
    pub(super) fn of(uri: &Value, param: &str) -> Result<Self, Trouble> {
        uri.as_str().and_then(Self::read).ok_or_else(|| {
            Trouble::of(TroubleClass::Caller, "no_file")
                .saying(&format!("{param} is not a file that can be sent"))
        })
    }

    fn read(uri: &str) -> Option<Self> {
        let (label, digits) = uri.strip_prefix("data:")?.split_once(";base64,")?;
        let content_type = label.split(';').next().unwrap_or_default().to_owned();
        Some(Self { content_type, bytes: STANDARD.decode(digits).ok()? })
    }

    /// A file name with the extension of its type: some providers go by it.
    pub(super) fn name(&self) -> String {
        let extension = match self.content_type.as_str() {
            "image/png" => "png",
            "image/jpeg" => "jpg",
            "image/webp" => "webp",
            "image/gif" => "gif",
            "audio/mpeg" => "mp3",
            "audio/wav" | "audio/x-wav" => "wav",
            "audio/mp4" => "m4a",
            "audio/ogg" => "ogg",
            "audio/flac" => "flac",
            "video/mp4" => "mp4",
            "video/webm" | "audio/webm" => "webm",
            "video/quicktime" => "mov",
            _ => "bin",
        };
        format!("file.{extension}")
    }
}

/// The base64 of a `data:` URI without its label, for providers that want it bare; anything else as it is.
pub(super) fn bare(text: &str) -> &str {
    match text.strip_prefix("data:") {
        Some(data) => data.split_once(";base64,").map_or(text, |(_, digits)| digits),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_is_written_as_the_standard_says_and_always_the_same() {
        let make = || {
            let mut form = Form::new(&Token("00ff".to_owned()));
            form.field("prompt", &json!("two \"boats\"\r\nat sea"));
            form.field("n", &json!(2));
            form.field("nothing", &Value::Null);
            form.field("style", &json!({"a": [1]}));
            let file = File::of(&json!("data:image/png;base64,AAEC"), "image").unwrap();
            form.file("image\"[]", &file);
            form.post("/edits")
        };
        let call = make();
        assert_eq!(call, make());
        assert_eq!(call.headers, [("content-type", "multipart/form-data; boundary=spool-00ff".to_owned())]);
        let expected = b"--spool-00ff\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\ntwo \"boats\"\r\nat sea\r\n\
            --spool-00ff\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n2\r\n\
            --spool-00ff\r\nContent-Disposition: form-data; name=\"style\"\r\n\r\n{\"a\":[1]}\r\n\
            --spool-00ff\r\nContent-Disposition: form-data; name=\"image%22[]\"; filename=\"file.png\"\r\n\
            Content-Type: image/png\r\n\r\n\x00\x01\x02\r\n--spool-00ff--\r\n";
        assert_eq!(&call.body[..], &expected[..]);
    }

    #[test]
    fn what_is_no_file_is_the_callers_fault_by_name() {
        for wrong in [json!("https://host/x.png"), json!("data:image/png;base64,%%"), json!(7)] {
            let trouble = File::of(&wrong, "image").err().unwrap();
            assert_eq!(trouble.class, TroubleClass::Caller);
            assert!(trouble.message.unwrap().starts_with("image "));
        }
    }

    #[test]
    fn base64_is_bared_of_its_label_and_addresses_stay() {
        assert_eq!(bare("data:image/png;base64,AAEC"), "AAEC");
        assert_eq!(bare("https://host/x.png"), "https://host/x.png");
    }
}
