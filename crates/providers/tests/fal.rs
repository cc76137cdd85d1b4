//! The fal adapter against a queue that speaks the documented protocol.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that is not as expected")]

mod wire;

use hyper::StatusCode;
use serde_json::{Value, json};
use spool_domain::adapter::TroubleClass::{
    self, Busy, Caller, ContentPolicy, Credential, Gone, Quota, Unavailable, Unknown,
};
use spool_domain::adapter::{Adapter, Call, Callback, CancelWord, Handle, Output, Trouble, Word};
use spool_fakes::Gate;
use spool_fakes::fal::{Behaviour, Callbacks, Fake, KEY, Look, Shape};
use spool_providers::adapters::fal::Fal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wire::{Line, Lost, token, work};

const SCHNELL: &str = "fal-ai/flux/schnell";

struct Client {
    fake: Fake,
    adapter: Fal,
}

impl Client {
    async fn start() -> Self {
        let fake = Fake::start().await;
        let adapter = Fal::with_callback_keys_at(fake.callback_keys_url());
        Self { fake, adapter }
    }

    async fn exchange(&self, call: &Call) -> Result<spool_domain::adapter::Reply, Lost> {
        Line { adapter: &self.adapter, base_url: self.fake.base_url(), key: KEY }.exchange(call).await
    }

    async fn submit_to(
        &self,
        model: &str,
        input: Value,
        callback: Option<&str>,
    ) -> Result<Result<Word, Trouble>, Lost> {
        let mut order = work(model, input, 1);
        order.callback_url = callback.map(str::to_owned);
        let call = self.adapter.submit(&order, &token()).unwrap();
        Ok(self.adapter.read_submit("", &self.exchange(&call).await?))
    }

    async fn submit(&self) -> Result<Result<Word, Trouble>, Lost> {
        self.submit_to(SCHNELL, kite(), None).await
    }

    async fn accepted(&self, model: &str, input: Value, callback: Option<&str>) -> Handle {
        match self.submit_to(model, input, callback).await {
            Ok(Ok(Word::Accepted(handle, _))) => handle,
            other => panic!("not accepted: {other:?}"),
        }
    }

    /// One look, with the second call where the first asks for it.
    async fn look(&self, handle: &Handle) -> Result<Result<Word, Trouble>, Lost> {
        let mut call = self.adapter.poll(handle);
        for _ in 0..2 {
            match self.adapter.read_poll(handle, &self.exchange(&call).await?) {
                Ok(Word::Then(next)) => call = next,
                read => return Ok(read),
            }
        }
        panic!("a look takes two calls at most")
    }

    /// Looks until the job has ended.
    async fn end(&self, handle: &Handle) -> Word {
        for _ in 0..10 {
            match self.look(handle).await.unwrap().unwrap() {
                Word::Pending { .. } => {}
                end => return end,
            }
        }
        panic!("ten looks and no end")
    }

    async fn cancel(&self, handle: &Handle) -> CancelWord {
        let reply = self.exchange(&self.adapter.cancel(handle).unwrap()).await.unwrap();
        self.adapter.read_cancel(handle, &reply).unwrap()
    }
}

fn kite() -> Value {
    json!({ "prompt": "a red kite", "image_size": { "width": 64, "height": 48 }, "output_format": "png" })
}

fn failed(word: Word) -> (TroubleClass, String) {
    match word {
        Word::Failed(trouble) => (trouble.class, trouble.code),
        other => panic!("this did not fail: {other:?}"),
    }
}

// --- the way of a job ---

#[tokio::test]
async fn a_job_waits_runs_and_hands_out_its_picture() {
    let client = Client::start().await;
    client.fake.next(Behaviour::Queue { waiting: 2, running: 1 });
    let handle = client.accepted(SCHNELL, kite(), None).await;
    assert!(
        handle.facts["status_url"].ends_with(&format!("/fal-ai/flux/requests/{}/status", handle.id)),
        "no subpath"
    );
    for wait_ms in [2_000, 1_500, 1_000] {
        assert_eq!(client.look(&handle).await.unwrap(), Ok(Word::Pending { progress: None, wait_ms }));
    }
    let Word::Finished { outputs, billed: None } = client.end(&handle).await else { panic!() };
    let [Output::Url(url)] = &outputs[..] else { panic!() };
    let file = client.exchange(&Call::get(url.as_str())).await.unwrap();
    assert!(file.body.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert_eq!(client.fake.polls_of(&handle.id), 4);
    let [paid] = &client.fake.bill()[..] else { panic!() };
    assert_eq!((paid.id.as_str(), paid.model.as_str()), (handle.id.as_str(), SCHNELL));
}

#[tokio::test]
async fn every_kind_of_endpoint_hands_out_something() {
    let client = Client::start().await;
    client.fake.add_app("workflows/acme/pipeline", Shape::Image);
    let url = "https://files.test/1";
    for (model, input) in [
        ("fal-ai/nano-banana/edit", json!({ "prompt": "p", "image_urls": [url], "num_images": 2 })),
        ("fal-ai/birefnet", json!({ "image_url": url, "output_mask": true })),
        ("fal-ai/film", json!({ "start_image_url": url, "end_image_url": url, "output_type": "video" })),
        ("fal-ai/kling-video/v2.5-turbo/pro/text-to-video", json!({ "prompt": "p", "duration": "5" })),
        ("fal-ai/elevenlabs/sound-effects/v2", json!({ "text": "rain" })),
        ("cassetteai/sound-effects-generator", json!({ "prompt": "rain", "duration": 5 })),
        ("fal-ai/f5-tts", json!({ "gen_text": "hi", "ref_audio_url": url, "model_type": "F5-TTS" })),
        ("workflows/acme/pipeline", json!({ "anything": 1 })),
    ] {
        let handle = client.accepted(model, input, None).await;
        let Word::Finished { outputs, .. } = client.end(&handle).await else { panic!("{model}") };
        assert!(!outputs.is_empty(), "{model}");
        for output in outputs {
            let Output::Url(url) = output else { panic!("{model}: {output:?}") };
            assert_eq!(client.exchange(&Call::get(url)).await.unwrap().status, 200, "{model}");
        }
    }
    let handle = client.accepted("fal-ai/whisper", json!({ "audio_url": url }), None).await;
    let outputs = vec![Output::Text("one two three".to_owned())];
    assert_eq!(client.end(&handle).await, Word::Finished { outputs, billed: None });
}

#[tokio::test]
async fn bad_ends_are_understood_and_billed_only_where_something_was_made() {
    let client = Client::start().await;
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    let rows = [
        (Behaviour::Refuse, ContentPolicy, "content_policy_violation", 0),
        (Behaviour::Nsfw, ContentPolicy, "nsfw", 1),
        (
            Behaviour::FailResult { status: unprocessable, kind: "image_load_error" },
            Caller,
            "image_load_error",
            0,
        ),
        (
            Behaviour::FailResult {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                kind: "internal_server_error",
            },
            Unavailable,
            "internal_server_error",
            0,
        ),
        (Behaviour::Crash { kind: "runner_disconnected" }, Unavailable, "runner_disconnected", 0),
        (Behaviour::Expire, Gone, "http_404", 1),
    ];
    let mut billed = 0;
    for (behaviour, class, code, more) in rows {
        client.fake.next(behaviour.clone());
        let handle = client.accepted(SCHNELL, kite(), None).await;
        assert_eq!(failed(client.end(&handle).await), (class, code.to_owned()), "{behaviour:?}");
        billed += more;
        assert_eq!(client.fake.bill().len(), billed, "{behaviour:?}");
    }
}

#[tokio::test]
async fn input_that_is_not_in_order_fails_the_job_with_the_fields_name() {
    let client = Client::start().await;
    let input = json!({ "image_size": "huge", "colour": "red" });
    let handle = client.accepted(SCHNELL, input, None).await;
    let Word::Failed(trouble) = client.end(&handle).await else { panic!() };
    assert_eq!((trouble.class, trouble.code.as_str()), (Caller, "missing"));
    assert_eq!(
        trouble.message.as_deref(),
        Some(
            "prompt: field required; image_size: value is not permitted; colour: extra fields not permitted"
        )
    );
    assert_eq!(client.fake.bill(), []);
}

#[tokio::test]
async fn an_unknown_state_is_waited_out() {
    let client = Client::start().await;
    client.fake.next(Behaviour::UnknownStatus { looks: 1 });
    let handle = client.accepted(SCHNELL, kite(), None).await;
    assert!(matches!(client.look(&handle).await.unwrap(), Ok(Word::Pending { .. })));
    assert!(matches!(client.end(&handle).await, Word::Finished { .. }));
}

#[tokio::test]
async fn u6_looks_that_fail_do_not_fail_the_job() {
    let client = Client::start().await;
    let handle = client.accepted(SCHNELL, kite(), None).await;
    client.fake.next_look(Look::Busy { retry_after_s: 3 });
    let busy = client.look(&handle).await.unwrap().unwrap_err();
    assert_eq!((busy.class, busy.retry_after_s), (Busy, Some(3)));
    client.fake.next_look(Look::Page(StatusCode::BAD_GATEWAY));
    assert_eq!(client.look(&handle).await.unwrap().unwrap_err().class, Unavailable);
    client.fake.next_look(Look::Truncated);
    assert_eq!(client.look(&handle).await.unwrap().unwrap_err().class, Unknown);
    client.fake.next_look(Look::Drop);
    assert!(client.look(&handle).await.is_err());
    assert!(matches!(client.end(&handle).await, Word::Finished { .. }));
}

#[tokio::test]
async fn a_result_asked_for_too_early_is_still_to_come() {
    let client = Client::start().await;
    let handle = client.accepted(SCHNELL, kite(), None).await;
    let early = client.exchange(&Call::get(handle.facts["response_url"].as_str())).await.unwrap();
    assert_eq!(early.status, 400);
    assert!(matches!(client.adapter.read_poll(&handle, &early), Ok(Word::Pending { .. })));
}

// --- submit ---

#[tokio::test]
async fn refused_submits_are_understood_and_make_no_job() {
    let client = Client::start().await;
    for (behaviour, class, code) in [
        (Behaviour::Busy { retry_after_s: 2 }, Busy, "http_429"),
        (Behaviour::Locked, Quota, "http_403"),
        (Behaviour::Fail(StatusCode::INTERNAL_SERVER_ERROR), Unavailable, "internal_error"),
        (Behaviour::Html, Unknown, "unreadable_200"),
    ] {
        client.fake.next(behaviour.clone());
        let trouble = client.submit().await.unwrap().unwrap_err();
        assert_eq!((trouble.class, trouble.code.as_str()), (class, code), "{behaviour:?}");
    }
    let unknown = client.submit_to("fal-ai/nothing", json!({}), None).await.unwrap().unwrap_err();
    assert_eq!(unknown.class, Credential);
    let call = client.adapter.submit(&work(SCHNELL, kite(), 1), &token()).unwrap();
    let stranger = Line { adapter: &client.adapter, base_url: client.fake.base_url(), key: "other:key" };
    let refused = client.adapter.read_submit("", &stranger.exchange(&call).await.unwrap()).unwrap_err();
    assert_eq!(refused.class, Credential);
    assert_eq!(client.fake.accepted(), Vec::<String>::new());
}

#[tokio::test]
async fn a_lost_answer_may_or_may_not_have_made_a_job() {
    let client = Client::start().await;
    client.fake.next(Behaviour::Drop);
    assert!(client.submit().await.is_err());
    assert_eq!(client.fake.bill().len(), 0);
    client.fake.next(Behaviour::AcceptThenDrop);
    assert!(client.submit().await.is_err());
    assert_eq!(client.fake.bill().len(), 1);
    client.fake.next(Behaviour::Truncated);
    assert_eq!(client.submit().await.unwrap(), Err(Trouble::of(Unknown, "unreadable_200")));
    assert_eq!(client.fake.bill().len(), 2);
}

#[tokio::test]
async fn a_submit_can_be_accepted_after_its_sender_has_died() {
    let client = Client::start().await;
    let gate = Gate::closed();
    client.fake.next(Behaviour::AcceptLate(gate.clone()));
    tokio::select! {
        _ = client.submit() => panic!("nobody may answer yet"),
        () = gate.reached() => {}
    }
    assert_eq!(client.fake.bill(), []);
    gate.open();
    client.fake.has_accepted(1).await;
    assert_eq!(client.fake.bill().len(), 1);
}

// --- cancel ---

#[tokio::test]
async fn j7_the_bill_agrees_with_what_cancel_was_told() {
    let client = Client::start().await;
    let queued = client.accepted(SCHNELL, kite(), None).await;
    assert_eq!(client.cancel(&queued).await, CancelWord::Ended);
    assert_eq!(client.end(&queued).await, Word::Canceled);

    let running = client.accepted(SCHNELL, kite(), None).await;
    client.look(&running).await.unwrap().unwrap();
    assert_eq!(client.cancel(&running).await, CancelWord::Noted);
    assert_eq!(client.end(&running).await, Word::Canceled);
    assert_eq!(client.fake.bill(), []);

    client.fake.next(Behaviour::IgnoreCancel);
    let stubborn = client.accepted(SCHNELL, kite(), None).await;
    assert_eq!(client.cancel(&stubborn).await, CancelWord::Noted);
    assert!(matches!(client.end(&stubborn).await, Word::Finished { .. }));
    assert_eq!(client.cancel(&stubborn).await, CancelWord::TooLate);
    assert_eq!(client.fake.bill().len(), 1);

    let mut stranger = stubborn.clone();
    let missing = stranger.facts["cancel_url"].replace(&stubborn.id, "nobody");
    stranger.facts.insert("cancel_url".to_owned(), missing);
    assert_eq!(client.cancel(&stranger).await, CancelWord::Noted, "only the job's own state tells");
}

// --- callbacks ---

/// Receives one callback: headers and body.
async fn receive(listener: &TcpListener) -> (Vec<(String, String)>, Vec<u8>) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut bytes = Vec::new();
    let head_end = loop {
        stream.read_buf(&mut bytes).await.unwrap();
        if let Some(place) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break place;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let headers: Vec<_> = head
        .lines()
        .skip(1)
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers.iter().find(|(name, _)| name == "content-length").unwrap().1.parse().unwrap();
    while bytes.len() < head_end + 4 + length {
        stream.read_buf(&mut bytes).await.unwrap();
    }
    stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
    (headers, bytes.split_off(head_end + 4))
}

fn now_unix_s(headers: &[(String, String)]) -> i64 {
    headers.iter().find(|(name, _)| name == "x-fal-webhook-timestamp").unwrap().1.parse().unwrap()
}

#[tokio::test]
async fn u9_genuine_callbacks_are_believed_however_often_they_come_and_forged_ones_never() {
    let client = Client::start().await;
    let keys = client.exchange(&client.adapter.callback_keys().unwrap()).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1/callbacks/fal?token=a%2Bb", listener.local_addr().unwrap());
    for (callbacks, times, genuine) in [(Callbacks::Delivered(2), 2, true), (Callbacks::Forged, 1, false)] {
        client.fake.callbacks(callbacks);
        let handle = client.accepted(SCHNELL, kite(), Some(&url)).await;
        client.fake.finish(&handle.id);
        for _ in 0..times {
            let (headers, body) = receive(&listener).await;
            let now_unix_s = now_unix_s(&headers);
            let said: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!((&said["request_id"], &said["status"]), (&json!(handle.id), &json!("OK")));
            let accepts = |body: &[u8], now_unix_s| {
                client.adapter.accepts_callback(&Callback {
                    headers: &headers,
                    body,
                    now_unix_s,
                    keys: Some(&keys),
                    ..Callback::default()
                })
            };
            assert_eq!(accepts(&body, now_unix_s), genuine);
            assert!(!accepts(&body, now_unix_s + 301), "too old");
            assert!(!accepts(b"{}", now_unix_s), "another body");
        }
        assert!(matches!(client.end(&handle).await, Word::Finished { .. }), "the truth is fetched");
    }
    assert!(client.fake.bill().iter().all(|paid| paid.callback_url.as_deref() == Some(url.as_str())));
}

#[tokio::test]
async fn a_lost_callback_costs_nothing_but_time() {
    let client = Client::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/cb", listener.local_addr().unwrap());
    client.fake.callbacks(Callbacks::Delivered(0));
    let handle = client.accepted(SCHNELL, kite(), Some(&url)).await;
    assert!(matches!(client.end(&handle).await, Word::Finished { .. }));
    // By hand it can be sent again, as fal's own repeats would.
    let (status, (_, body)) = tokio::join!(client.fake.call_back(&handle.id, true), receive(&listener));
    assert_eq!(status, Some(204));
    assert!(serde_json::from_slice::<Value>(&body).unwrap()["payload"]["images"].is_array());
}
