//! The OpenAI adapter against a server that speaks the documented protocol.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that is not as expected")]

mod wire;

use hyper::StatusCode;
use serde_json::{Value, json};
use spool_domain::adapter::TroubleClass::{
    self, Busy, Caller, ContentPolicy, Credential, Quota, Unavailable, Unknown,
};
use spool_domain::adapter::{Adapter, Call, Output, Trouble, Word};
use spool_fakes::Gate;
use spool_fakes::bill::sha256;
use spool_fakes::openai::{Behaviour, Fake, KEY};
use spool_providers::adapters::openai::OpenAi;
use wire::{Line, Lost, token, work};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

fn line<'a>(fake: &Fake, key: &'a str) -> Line<'a> {
    Line { adapter: &OpenAi, base_url: fake.base_url(), key }
}

async fn ask(fake: &Fake, model: &str, input: Value, count: u32) -> Result<Result<Word, Trouble>, Lost> {
    let call = OpenAi.submit(&work(model, input, count), &token()).unwrap();
    Ok(OpenAi.read_submit("", &line(fake, KEY).exchange(&call).await?))
}

fn kite() -> Value {
    json!({ "prompt": "a red kite", "size": "1024x1536" })
}

fn trouble(read: Result<Result<Word, Trouble>, Lost>) -> (TroubleClass, String) {
    let trouble = read.unwrap().unwrap_err();
    (trouble.class, trouble.code)
}

#[tokio::test]
async fn two_pictures_come_whole_and_are_billed_once() {
    let fake = Fake::start().await;
    let Ok(Ok(Word::Finished { outputs, billed: None })) = ask(&fake, "gpt-image-2", kite(), 2).await else {
        panic!()
    };
    assert_eq!(outputs.len(), 2);
    for output in &outputs {
        let Output::Bytes(file) = output else { panic!("{output:?}") };
        assert!(file.starts_with(PNG));
    }
    assert_ne!(outputs[0], outputs[1]);
    let [paid] = &fake.bill()[..] else { panic!() };
    assert_eq!((paid.model.as_str(), paid.outputs), ("gpt-image-2", 2));
    assert_eq!(paid.prompt_sha256, sha256("a red kite"));
}

#[tokio::test]
async fn an_edit_with_reference_pictures_is_in_order() {
    let fake = Fake::start().await;
    let input = json!({ "prompt": "wider", "images": ["https://files.test/1.png"], "mask_url": "https://files.test/m.png" });
    assert!(matches!(ask(&fake, "gpt-image-2", input, 1).await, Ok(Ok(Word::Finished { .. }))));
    assert_eq!(fake.bill().len(), 1);
}

#[tokio::test]
async fn what_is_not_in_order_is_refused_and_not_billed() {
    let fake = Fake::start().await;
    let rows = [
        ("gpt-image-2", json!({ "prompt": "p", "colour": "red" }), Caller, "unknown_parameter"),
        ("gpt-image-2", json!({ "prompt": "p", "response_format": "b64_json" }), Caller, "unknown_parameter"),
        ("gpt-image-2", json!({ "prompt": "p", "size": "1000x1000" }), Caller, "invalid_value"),
        ("gpt-image-1.5", json!({ "prompt": "p", "size": "1280x1280" }), Caller, "invalid_value"),
        ("gpt-image-2", json!({ "prompt": "p", "quality": "max" }), Caller, "invalid_value"),
        ("gpt-image-2", json!({}), Caller, "missing_required_parameter"),
        ("dall-e-3", json!({ "prompt": "p" }), Credential, "model_not_found"),
    ];
    for (model, input, class, code) in rows {
        assert_eq!(
            trouble(ask(&fake, model, input.clone(), 1).await),
            (class, code.to_owned()),
            "{model} {input}"
        );
    }
    let call = OpenAi.submit(&work("gpt-image-2", kite(), 1), &token()).unwrap();
    let read = OpenAi.read_submit("", &line(&fake, "sk-other").exchange(&call).await.unwrap());
    assert_eq!(read.unwrap_err(), Trouble::of(Credential, "invalid_api_key"));
    assert_eq!(fake.bill(), []);
}

#[tokio::test]
async fn a_failing_provider_is_understood() {
    let fake = Fake::start().await;
    let rows = [
        (Behaviour::Busy { retry_after_s: 7 }, Busy, "rate_limit_exceeded", 0),
        (Behaviour::QuotaSpent, Quota, "insufficient_quota", 0),
        (Behaviour::Refuse, ContentPolicy, "moderation_blocked", 0),
        (Behaviour::Fail(StatusCode::INTERNAL_SERVER_ERROR), Unavailable, "server_error", 0),
        (Behaviour::Html, Unknown, "unreadable_200", 0),
        (Behaviour::Truncated, Unknown, "unreadable_200", 1),
        (Behaviour::Empty, Unknown, "unreadable_200", 1),
    ];
    let mut billed = 0;
    for (behaviour, class, code, more) in rows {
        fake.next(behaviour.clone());
        let trouble = ask(&fake, "gpt-image-2", kite(), 1).await.unwrap().unwrap_err();
        assert_eq!((trouble.class, trouble.code.as_str()), (class, code), "{behaviour:?}");
        assert_eq!(trouble.retry_after_s, (class == Busy).then_some(7));
        billed += more;
        assert_eq!(fake.bill().len(), billed, "{behaviour:?}");
    }
    fake.always(Behaviour::Refuse);
    for _ in 0..2 {
        assert_eq!(trouble(ask(&fake, "gpt-image-2", kite(), 1).await).0, ContentPolicy);
    }
    fake.always(None);
    assert!(matches!(ask(&fake, "gpt-image-2", kite(), 1).await, Ok(Ok(_))));
}

#[tokio::test]
async fn a_lost_answer_may_or_may_not_have_been_billed() {
    let fake = Fake::start().await;
    fake.next(Behaviour::Drop);
    assert!(ask(&fake, "gpt-image-2", kite(), 1).await.is_err());
    assert_eq!(fake.bill(), []);
    fake.next(Behaviour::AcceptThenDrop);
    assert!(ask(&fake, "gpt-image-2", kite(), 1).await.is_err());
    assert_eq!(fake.bill().len(), 1);
}

#[tokio::test]
async fn a_request_can_be_accepted_after_its_sender_has_died() {
    let fake = Fake::start().await;
    let gate = Gate::closed();
    fake.next(Behaviour::AcceptLate(gate.clone()));
    tokio::select! {
        _ = ask(&fake, "gpt-image-2", kite(), 1) => panic!("nobody may answer yet"),
        () = gate.reached() => {}
    }
    assert_eq!(fake.bill(), []);
    gate.open();
    fake.has_accepted(1).await;
    assert_eq!(fake.bill().len(), 1);
}

#[tokio::test]
async fn a_slow_answer_is_an_answer() {
    let fake = Fake::start().await;
    let gate = Gate::closed();
    fake.next(Behaviour::Held(gate.clone()));
    let open = async {
        gate.reached().await;
        assert_eq!(fake.bill().len(), 1, "accepted before it is answered");
        gate.open();
    };
    let (read, ()) = tokio::join!(ask(&fake, "gpt-image-2", kite(), 1), open);
    assert!(matches!(read, Ok(Ok(Word::Finished { .. }))));
}

#[tokio::test]
async fn self_hosted_servers_speak_the_same_dialect() {
    let fake = Fake::start_self_hosted().await;
    let input = json!({ "prompt": "p", "size": "64x48", "response_format": "b64_json", "seed": 7 });
    let Ok(Ok(Word::Finished { outputs, .. })) = ask(&fake, "sd-cpp-local", input, 1).await else { panic!() };
    assert!(matches!(&outputs[..], [Output::Bytes(file)] if file.starts_with(PNG)));

    let Ok(Ok(Word::Finished { outputs, .. })) =
        ask(&fake, "any", json!({ "prompt": "p", "size": "64x48" }), 1).await
    else {
        panic!()
    };
    let [Output::Url(url)] = &outputs[..] else { panic!() };
    assert!(url.starts_with('/'), "relative, to be joined to the base URL");
    let absolute = format!("{}{url}", fake.base_url().strip_suffix("/v1").unwrap());
    let file = line(&fake, "").exchange(&Call::get(absolute)).await.unwrap();
    assert!(file.status == 200 && file.body.starts_with(PNG));

    let odd = json!({ "prompt": "p", "quality": "low" });
    let refused = ask(&fake, "any", odd, 1).await.unwrap().unwrap_err();
    assert_eq!(refused, Trouble::of(Caller, "unknown_parameter").saying("quality: Unknown parameter."));
}
