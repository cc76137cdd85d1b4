//! Requests over HTTP, with the headers and the answer as they are.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// An answer with everything in it.
pub struct Answer {
    pub status: u16,
    /// Status line, headers and body.
    pub text: String,
    pub json: Value,
}

/// One exchange on a connection of its own.
pub fn ask(host: &str, key: &str, call: (&str, &str), headers: &[(&str, &str)], body: &str) -> Answer {
    let (method, path) = call;
    let mut stream = TcpStream::connect(host).unwrap();
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    let json = text.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str(body).ok());
    Answer { status, json: json.unwrap_or_default(), text }
}
