//! What all fakes have in common, and the file server, byte by byte.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that is not as expected")]

use hyper::StatusCode;
use spool_fakes::{Gate, fal, files, openai};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends a request and reads until the other side closes; `host` is the URL's first part.
async fn raw(url: &str, request: impl Fn(&str, &str) -> String) -> Vec<u8> {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(request(host, path).as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that breaks off may end in a reset; what came before it is what counts.
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

async fn get(url: &str) -> (String, Vec<u8>) {
    let answer =
        raw(url, |host, path| format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"))
            .await;
    let place = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    (String::from_utf8(answer[..place].to_vec()).unwrap(), answer[place + 4..].to_vec())
}

#[tokio::test]
async fn files_are_served_as_they_were_put() {
    let fake = files::Fake::start().await;
    let url = fake.put("a/kite.png", "image/png", &b"\x89PNG"[..]);
    let (head, body) = get(&url).await;
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("content-type: image/png"), "{head}");
    assert_eq!(body, b"\x89PNG");
    assert_eq!((fake.fetches_of("a/kite.png"), fake.fetches_of("other")), (1, 0));

    let (head, _) = get(&fake.redirect("there", &url)).await;
    assert!(head.starts_with("HTTP/1.1 302") && head.contains(&format!("location: {url}")), "{head}");
    assert!(get(&fake.refuse("gone", StatusCode::GONE)).await.0.starts_with("HTTP/1.1 410"));
    assert!(get(&format!("{url}.not")).await.0.starts_with("HTTP/1.1 404"));

    let (head, body) = get(&fake.put_cut_short("half", "video/mp4", &b"12345678"[..])).await;
    assert!(head.contains("content-length: 8"), "{head}");
    assert_eq!(body, b"1234");
}

#[tokio::test]
async fn a_dropped_fake_takes_its_connections_and_its_late_work_with_it() {
    let fake = openai::Fake::start().await;
    let gate = Gate::closed();
    fake.next(openai::Behaviour::AcceptLate(gate.clone()));
    let url = format!("{}/images/generations", fake.base_url());
    let waiting = tokio::spawn(async move {
        raw(&url, |host, path| {
            let body = r#"{"model":"gpt-image-2","prompt":"p"}"#;
            format!(
                "POST /{path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
                 content-length: {}\r\n\r\n{body}",
                openai::KEY,
                body.len()
            )
        })
        .await
    });
    gate.reached().await;
    drop(fake);
    assert_eq!(waiting.await.unwrap(), b"", "closed without an answer");
}

#[tokio::test]
async fn two_queues_never_give_the_same_id() {
    let mut ids = Vec::new();
    for _ in 0..2 {
        let fake = fal::Fake::start().await;
        let url = format!("{}/fal-ai/flux/schnell", fake.base_url());
        let answer = raw(&url, |host, path| {
            format!(
                "POST /{path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Key {}\r\nconnection: close\r\n\
                 content-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}",
                fal::KEY
            )
        })
        .await;
        assert!(answer.starts_with(b"HTTP/1.1 200"));
        ids.extend(fake.accepted());
    }
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1]);
}
