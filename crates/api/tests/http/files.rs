//! Files that callers bring: uploads, and jobs that start from them in every dialect.

use serde_json::{Value, json};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_engine::settings::Settings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{Answer, Request, Setting, World};

/// A picture of one pixel.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn pixel() -> Vec<u8> {
    let digits = |byte: u8| -> u32 {
        match byte {
            b'A'..=b'Z' => u32::from(byte - b'A'),
            b'a'..=b'z' => u32::from(byte - b'a') + 26,
            b'0'..=b'9' => u32::from(byte - b'0') + 52,
            b'+' => 62,
            _ => 63,
        }
    };
    let bytes: Vec<u8> = PIXEL.bytes().filter(|byte| *byte != b'=').collect();
    let mut whole = Vec::new();
    for group in bytes.chunks(4) {
        let bits = group.iter().fold(0u32, |bits, byte| bits << 6 | digits(*byte)) << (6 * (4 - group.len()));
        whole.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    whole
}

fn data_uri() -> String {
    format!("data:image/png;base64,{PIXEL}")
}

async fn world() -> World {
    World::with(Setting::default()).await
}

async fn raw(world: &World, kind: &str, bytes: Vec<u8>) -> Answer {
    let request = world.request("POST", "/v1/files").header("content-type", kind);
    request.header("x-filename", "dot.png").bytes(bytes).send().await
}

async fn form(world: &World, method: &str, path: &str, parts: &[(&str, &[u8])]) -> Answer {
    let mut body = Vec::new();
    for (name, content) in parts {
        let head =
            format!("--xx\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"dot.png\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--xx--\r\n");
    let request = world.request(method, path).header("content-type", "multipart/form-data; boundary=xx");
    request.bytes(body).send().await
}

fn path_of(url: &Value) -> String {
    let url = url.as_str().unwrap();
    url[url.find("/v1/").unwrap()..].to_owned()
}

/// Holds an answer against the document.
async fn check(world: &World, shape: &str, body: &Value) {
    let document = Request::new(world.address, "GET", "/openapi.json").send().await.body();
    let mut schema = document["components"]["schemas"][shape].clone();
    schema["components"] = document["components"].clone();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let wrong: Vec<_> = validator.iter_errors(body).map(|error| error.to_string()).collect();
    assert_eq!(wrong, Vec::<String>::new(), "{shape}: {body}");
}

#[tokio::test]
async fn a_file_is_uploaded_as_a_form_or_as_the_body_and_read_back_by_its_url() {
    let world = world().await;
    for answer in [
        raw(&world, "image/png", pixel()).await,
        raw(&world, "application/octet-stream", pixel()).await,
        form(&world, "POST", "/v1/files", &[("purpose", b"input"), ("file", &pixel())]).await,
    ] {
        let body = answer.body();
        assert_eq!(answer.status, 201, "{body}");
        check(&world, "File", &body).await;
        assert_eq!(
            (&body["object"], &body["type"], &body["format"]),
            (&json!("file"), &json!("image"), &json!("png"))
        );
        assert_eq!(
            (&body["width"], &body["height"], &body["name"]),
            (&json!(1), &json!(1), &json!("dot.png"))
        );
        assert_eq!(body["size_bytes"], pixel().len());
        let read = Request::new(world.address, "GET", &path_of(&body["url"])).send().await;
        assert_eq!((read.status, read.bytes.to_vec()), (200, pixel()));
        assert_eq!(
            (read.header("content-type"), read.header("x-content-type-options")),
            (Some("image/png"), Some("nosniff"))
        );
        let again = world.get(&format!("/v1/files/{}", body["id"].as_str().unwrap())).await.body();
        assert_eq!((&again["id"], &again["sha256"]), (&body["id"], &body["sha256"]));
    }
    let page = world.get("/v1/files?limit=2").await.body();
    check(&world, "FileList", &page).await;
    assert_eq!((page["data"].as_array().unwrap().len(), &page["has_more"]), (2, &json!(true)));
    let last = page["data"][1]["id"].as_str().unwrap();
    let rest = world.get(&format!("/v1/files?limit=2&before={last}")).await.body();
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["has_more"]), (1, &json!(false)));
    world.close().await;
}

#[tokio::test]
async fn what_is_no_media_file_is_refused_whatever_it_says_it_is() {
    let world = world().await;
    for (kind, bytes, param) in [
        ("image/png", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "file"),
        ("image/png", b"<html></html>".to_vec(), "file"),
        ("video/mp4", Vec::new(), "file"),
        ("application/json", pixel(), "Content-Type"),
        ("text/plain", pixel(), "Content-Type"),
        ("multipart/form-data", pixel(), "Content-Type"),
    ] {
        let answer = raw(&world, kind, bytes).await;
        assert_eq!(
            (answer.status, answer.fault()),
            (400, ("invalid_input".to_owned(), Some(param.to_owned()))),
            "{kind}"
        );
    }
    let pixel = pixel();
    for parts in [&[("other", pixel.as_slice())][..], &[("file", &pixel), ("file", &pixel)], &[]] {
        let answer = form(&world, "POST", "/v1/files", parts).await;
        assert_eq!((answer.status, answer.fault().0.as_str()), (400, "invalid_input"), "{}", answer.text());
    }
    assert_eq!(world.get("/v1/files").await.body()["data"], json!([]));
    world.close().await;
}

/// Sends what no client would, and gives the answer's head.
async fn by_hand(world: &World, head: &str, body: &[u8]) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let head = format!(
        "POST /v1/files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: image/png\r\n{head}\r\n",
        world.key
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).await.unwrap();
    (stream, String::from_utf8_lossy(&answer[..read]).into_owned())
}

#[tokio::test]
async fn too_large_is_heard_before_the_body_where_the_sender_says_so_and_on_the_way_elsewhere() {
    let settings = Settings { upload_bytes_max: 100_000, ..Settings::default() };
    let world = World::with(Setting { settings, ..Setting::default() }).await;
    // Nothing of the body is ever sent.
    let (_, answer) = by_hand(&world, "content-length: 100001\r\n", b"").await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    let chunk = [b"186a1\r\n".as_slice(), &vec![b'x'; 100_001]].concat();
    // The chunk is not the last one, so no end of the body is ever seen.
    let (_, answer) = by_hand(&world, "transfer-encoding: chunked\r\n", &chunk).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("too_large"), "{answer}");
    let answer = form(&world, "POST", "/v1/files", &[("file", &vec![b'x'; 100_001])]).await;
    assert_eq!((answer.status, answer.fault().0.as_str()), (413, "too_large"));
    assert_eq!(world.store_files().await, 0);
    world.close().await;
}

#[tokio::test]
async fn o2_the_sixty_fifth_upload_at_a_time_hears_to_come_back() {
    let world = world().await;
    let head = "content-length: 100\r\nexpect: 100-continue\r\n";
    let mut senders = Vec::new();
    for _ in 0..64 {
        let (stream, answer) = by_hand(&world, head, b"").await;
        // The server asks for the body only once it has a place for it.
        assert!(answer.starts_with("HTTP/1.1 100"), "{answer}");
        senders.push(stream);
    }
    let (_, answer) = by_hand(&world, head, b"").await;
    assert!(
        answer.starts_with("HTTP/1.1 503") && answer.to_lowercase().contains("retry-after: 5"),
        "{answer}"
    );
    drop(senders);
    world.close().await;
}

#[tokio::test]
async fn s9_a_strangers_file_does_not_exist_and_s12_a_deleted_one_is_beyond_any_signature() {
    let mut world = world().await;
    let file = raw(&world, "image/png", pixel()).await.body();
    let path = format!("/v1/files/{}", file["id"].as_str().unwrap());
    let mine = world.key.clone();
    let other = world.new_account("other", MicroUsd(1_000_000)).await;
    for (account, mode) in [(other, Mode::Test), (world.account, Mode::Live)] {
        world.key = world.new_key(account, mode).await;
        let missing = world.get(&format!("/v1/files/file_{}", "0".repeat(32))).await;
        for method in ["GET", "DELETE"] {
            let answer = world.request(method, &path).send().await;
            assert_eq!((answer.status, &answer.bytes), (404, &missing.bytes), "{method}");
        }
        assert_eq!(world.get("/v1/files").await.body()["data"], json!([]));
    }
    world.key = mine;
    let link = path_of(&file["url"]);
    assert_eq!(Request::new(world.address, "GET", &link).send().await.status, 200);
    let gone = world.request("DELETE", &path).send().await;
    check(&world, "FileDeleted", &gone.body()).await;
    assert_eq!(
        (gone.status, gone.body()),
        (200, json!({ "id": file["id"], "object": "file", "deleted": true }))
    );
    assert_eq!(Request::new(world.address, "GET", &link).send().await.status, 404);
    assert_eq!(world.request("DELETE", &path).send().await.status, 404);
    world.close().await;
}

#[tokio::test]
async fn every_dialect_starts_a_job_from_a_data_uri_a_file_and_an_earlier_job() {
    let world = world().await;
    let file = raw(&world, "image/png", pixel()).await.body();
    let fox = json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, "wait": 60 });
    let earlier = world.post(fox).await.body()["id"].as_str().unwrap().to_owned();
    for image in [data_uri(), file["id"].as_str().unwrap().to_owned(), earlier] {
        let words = json!({ "prompt": "x", "aspect_ratio": "1:1", "image_urls": [image] });
        let body =
            json!({ "model": "nano-banana", "input": { "prompt": "x", "images": [image] }, "wait": 60 });
        let answer = world.post(body).await;
        assert_eq!(
            (answer.status, &answer.body()["status"]),
            (200, &json!("completed")),
            "{}",
            answer.text()
        );
        let run =
            world.request("POST", "/v1/models/nano-banana/run").json(json!({ "input": words })).send().await;
        assert_eq!(run.status, 200, "{}", run.text());
        let body = json!({ "model": "google/nano-banana", "input": words });
        let task = world.request("POST", "/v1/tasks").json(body.clone()).send().await;
        assert_eq!(task.status, 200, "{}", task.text());
        world.finish(&format!("gen_{}", task.body()["data"]["task_id"].as_str().unwrap())).await;
        let submitted = world.request("POST", "/v1/task/submit").json(body).send().await;
        assert_eq!(submitted.status, 200, "{}", submitted.text());
        let id = submitted.body()["id"].as_str().unwrap().replace("task_", "gen_");
        world.finish(&id).await;
    }
    // What came in the requests is what had been uploaded.
    assert_eq!(world.store_files().await, 1);
    world.close().await;
}

#[tokio::test]
async fn a_wrong_input_is_named_in_the_callers_words_and_a_dry_run_keeps_nothing() {
    let world = world().await;
    let missing = format!("file_{}", "0".repeat(32));
    let ask = |image: String| {
        let body = json!({ "model": "nano-banana", "input": { "prompt": "x", "images": [image] } });
        world.request("POST", "/v1/generations").header("spool-dry-run", "true").json(body)
    };
    let answer = ask(missing).send().await;
    assert_eq!(
        answer.fault(),
        ("invalid_input".to_owned(), Some("input.images.0".to_owned())),
        "{}",
        answer.text()
    );
    let answer = ask("nonsense".to_owned()).send().await;
    assert_eq!(answer.fault().1.as_deref(), Some("input.images.0"));
    assert_eq!(ask(data_uri()).send().await.status, 200);
    assert_eq!(world.store_files().await, 0);
    world.close().await;
}

#[tokio::test]
async fn the_file_host_of_the_tasks_dialect_takes_forms_base64_and_addresses() {
    let world = world().await;
    let put = |body: Value| world.request("PUT", "/upload").json(body).send();
    for answer in [
        form(&world, "PUT", "/upload", &[("file", &pixel())]).await,
        put(json!({ "base64": PIXEL })).await,
        put(json!({ "base64": data_uri() })).await,
    ] {
        let body = answer.body();
        assert_eq!((answer.status, &body["success"]), (200, &json!(true)), "{body}");
        check(&world, "Upload", &body).await;
        let read = Request::new(world.address, "GET", &path_of(&body["file_url"])).send().await;
        assert_eq!(read.bytes.to_vec(), pixel());
        let input = json!({ "prompt": "x", "aspect_ratio": "1:1", "image_urls": [body["file_url"]] });
        let dry = json!({ "model": "google/nano-banana", "input": input, "dry_run": true });
        assert_eq!(world.request("POST", "/v1/tasks").json(dry).send().await.status, 200);
    }
    for (body, words) in [
        (json!({ "base64": "§" }), "base64 must be a file in base64"),
        (json!({ "base64": "bm90aGluZw==" }), "file is text"),
        (json!({ "url": "http://127.0.0.1:1/x.png" }), "url could not be fetched"),
        (json!({ "url": "ftp://a.test/x" }), "url must be an https URL"),
        (json!({ "url": "https://a.test/x", "base64": PIXEL }), "exactly one of base64 and url"),
        (json!({}), "exactly one of base64 and url"),
    ] {
        let answer = put(body.clone()).await;
        check(&world, "UploadRefused", &answer.body()).await;
        assert_eq!(answer.status, 400);
        assert!(answer.body()["message"].as_str().unwrap().contains(words), "{body}: {}", answer.text());
    }
    let stranger =
        Request::new(world.address, "PUT", "/upload").json(json!({ "base64": PIXEL })).send().await;
    assert_eq!((stranger.status, &stranger.body()["success"]), (401, &json!(false)));
    world.close().await;
}
