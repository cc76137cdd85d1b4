use serde_json::{Value, json};
use spool_domain::adapter::TroubleClass::{
    Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Adapter, Callback, Callbacks, FileForm, Handle, Method, Output, Trouble, Word};
use spool_domain::money::MicroUsd;

use super::Bfl;
use crate::adapters::cassette::{body_of, class, plain, reply, submit, with, work};

const ID: &str = "0b6d6d1c-5c53-4b8d-8c1e-2f6f9b1f4a55";
const POLLING_URL: &str = "https://api.eu2.bfl.ai/v1/get_result?id=0b6d6d1c-5c53-4b8d-8c1e-2f6f9b1f4a55";

fn handle(facts: &[(&str, &str)]) -> Handle {
    let facts = facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Handle { id: ID.to_owned(), facts: facts.collect() }
}

fn regional() -> Handle {
    handle(&[("polling_url", POLLING_URL), ("cost", "3.0")])
}

fn look(status: u16, body: Value) -> Result<Word, Trouble> {
    Bfl.read_poll(&regional(), &reply(status, body))
}

// --- submit ---

#[test]
fn the_model_is_the_path_and_pictures_are_bare_base64() {
    let input = json!({ "prompt": "a kite", "width": 1024, "height": 752, "seed": 7, "output_format": "jpeg",
        "input_image": "data:image/png;base64,AAEC", "input_image_2": "https://host/b.png" });
    let call = submit(&Bfl, &work("flux-2-pro", input, 1)).unwrap();
    assert_eq!((call.method, call.target.as_str()), (Method::Post, "/v1/flux-2-pro"));
    assert_eq!(call.headers, [("content-type", "application/json".to_owned())]);
    assert_eq!(
        body_of(&call),
        json!({ "prompt": "a kite", "width": 1024, "height": 752, "seed": 7, "output_format": "jpeg",
            "input_image": "AAEC", "input_image_2": "https://host/b.png" })
    );
}

#[test]
fn keyframes_keep_their_form_and_lose_their_labels() {
    let picture = "data:image/png;base64,AAEC";
    for (given, sent) in [
        (json!(picture), json!("AAEC")),
        (json!([picture, "https://host/b.png"]), json!(["AAEC", "https://host/b.png"])),
        (json!([[0, picture], [1.5, picture]]), json!([[0, "AAEC"], [1.5, "AAEC"]])),
    ] {
        let input = json!({ "mode": "i2v", "prompt": "p", "keyframes": given });
        assert_eq!(body_of(&submit(&Bfl, &work("flux-3-video", input, 1)).unwrap())["keyframes"], sent);
    }
}

#[test]
fn no_callback_is_asked_for_because_the_polling_address_would_be_missing_then() {
    let mut order = work("flux-dev", json!({ "prompt": "p" }), 1);
    order.callback_url = Some("https://spool.test/v1/callbacks/x".to_owned());
    assert_eq!(body_of(&submit(&Bfl, &order).unwrap()), json!({ "prompt": "p" }));
    assert_eq!(Bfl.manifest().callbacks, Callbacks::None);
    assert!(!Bfl.accepts_callback(&Callback::default()));
}

#[test]
fn endpoints_that_speak_of_base64_alone_get_the_bytes() {
    for model in ["flux-2-pro", "flux-2-klein-4b", "flux-3-video"] {
        assert_eq!(Bfl.file_form(model), FileForm::UrlOrData, "{model}");
    }
    for model in
        ["flux-pro-1.1-ultra", "flux-kontext-max", "flux-pro-1.0-fill", "flux-pro-1.0-expand", "flux-dev"]
    {
        assert_eq!(Bfl.file_form(model), FileForm::Bytes, "{model}");
    }
}

#[test]
fn a_parameter_cannot_leave_the_endpoints_path() {
    for model in ["", "../credits", "flux?x=1", "/flux", "a b", "flux-tools/../x", "%2e"] {
        assert_eq!(submit(&Bfl, &work(model, json!({}), 1)).unwrap_err().class, Caller, "{model}");
    }
    let call = submit(&Bfl, &work("flux-tools/video-upscale-v1", json!({}), 1)).unwrap();
    assert_eq!(call.target, "/v1/flux-tools/video-upscale-v1");
}

#[test]
fn the_handle_keeps_where_to_look_and_what_it_costs() {
    let documented =
        json!({ "id": ID, "polling_url": POLLING_URL, "cost": 3.0, "input_mp": 0.0, "output_mp": 1.05 });
    assert_eq!(Bfl.read_submit("", &reply(200, documented)), Ok(Word::Accepted(regional(), 1_000)));
    assert_eq!(Bfl.poll(&regional()).target, POLLING_URL);
    for body in [
        json!({ "id": ID, "status": "Pending", "webhook_url": "https://host/x" }),
        json!({ "id": ID, "polling_url": null, "cost": null }),
        json!({ "id": ID, "polling_url": "get_result" }),
    ] {
        let Ok(Word::Accepted(handle, _)) = Bfl.read_submit("", &reply(200, body)) else { panic!() };
        assert_eq!(Bfl.poll(&handle).target, format!("/v1/get_result?id={ID}"));
    }
}

#[test]
fn u11_a_success_that_names_no_job_is_not_understood() {
    for body in ["", "<html>", "{}", r#"{"id":""}"#, r#"{"id":"a&x=1"}"#, r#"{"id":"0b6d6"#] {
        let read = Bfl.read_submit("", &plain(200, "application/json", body));
        assert_eq!(class(read), (Unknown, "unreadable_200".to_owned()), "{body}");
    }
}

#[test]
fn every_documented_status_has_its_class_at_submit() {
    let sentence = json!({ "detail": "words" });
    let finding = json!({ "detail": [{ "loc": ["body", "width"], "msg": "must be a multiple of 16", "type": "multiple_of" }] });
    let rows = [
        (400, sentence.clone(), Caller, "http_400"),
        (402, sentence.clone(), Quota, "http_402"),
        (401, sentence.clone(), Credential, "http_401"),
        (403, json!({ "detail": "Not authenticated" }), Credential, "http_403"),
        (404, sentence.clone(), Credential, "http_404"),
        (408, sentence.clone(), Timeout, "http_408"),
        (422, finding.clone(), Caller, "multiple_of"),
        (429, sentence.clone(), Busy, "http_429"),
        (500, sentence.clone(), Unavailable, "http_500"),
        (502, sentence.clone(), Unavailable, "http_502"),
        (503, sentence, Unavailable, "http_503"),
        (418, json!({}), Unknown, "http_418"),
    ];
    for (status, body, expected, code) in rows {
        assert_eq!(class(Bfl.read_submit("", &reply(status, body))), (expected, code.to_owned()), "{status}");
    }
    let words = Bfl.read_submit("", &reply(422, finding)).unwrap_err().message;
    assert_eq!(words.as_deref(), Some("width: must be a multiple of 16"));
    let busy = with(reply(429, json!({})), "retry-after", "4");
    assert_eq!(Bfl.read_submit("", &busy).unwrap_err().retry_after_s, Some(4));
}

// --- looks ---

#[test]
fn waiting_and_unknown_states_are_pending() {
    for status in ["Pending", "Queued", "Hibernating", "ready"] {
        let read = look(200, json!({ "id": ID, "status": status, "result": null, "progress": null }));
        assert_eq!(read, Ok(Word::Pending { progress: None, wait_ms: 1_000 }), "{status}");
    }
}

#[test]
fn a_result_is_one_address_and_its_cost_in_cents() {
    let sample = "https://delivery-eu1.bfl.ai/x.jpeg?sig=1";
    let ready = json!({ "id": ID, "status": "Ready", "progress": null, "details": null, "preview": null,
        "result": { "sample": sample, "prompt": "p", "seed": 42, "start_time": 1.0, "end_time": 2.0, "duration": 1.0 } });
    let finished = |billed| Ok(Word::Finished { outputs: vec![Output::Url(sample.to_owned())], billed });
    assert_eq!(look(200, ready.clone()), finished(Some(MicroUsd(30_000))));
    assert_eq!(Bfl.read_poll(&handle(&[]), &reply(200, ready.clone())), finished(None));
    assert_eq!(
        Bfl.read_poll(&handle(&[("cost", "1.4")]), &reply(200, ready)),
        finished(Some(MicroUsd(14_000)))
    );
    for result in [Value::Null, json!({}), json!({ "sample": null }), json!({ "sample": "" })] {
        let read = look(200, json!({ "id": ID, "status": "Ready", "result": result }));
        assert_eq!(read, Ok(Word::Failed(Trouble::of(Unknown, "no_outputs"))));
    }
}

#[test]
fn every_documented_end_has_its_class() {
    for (status, expected, code) in [
        ("Error", Unavailable, "error"),
        ("Failed", Unavailable, "failed"),
        ("Request Moderated", ContentPolicy, "request_moderated"),
        ("Content Moderated", ContentPolicy, "content_moderated"),
    ] {
        let read = look(200, json!({ "id": ID, "status": status, "result": null }));
        assert!(matches!(read, Ok(Word::Failed(_))), "{status}");
        assert_eq!(class(read), (expected, code.to_owned()));
    }
    let reasons = json!({ "Moderation Reasons": ["Violence", "Logos"] });
    let Ok(Word::Failed(trouble)) = look(200, json!({ "status": "Request Moderated", "details": reasons }))
    else {
        panic!()
    };
    assert_eq!(trouble.message.as_deref(), Some("the request was refused: Violence, Logos"));
}

#[test]
fn u6_a_job_that_is_not_found_is_looked_at_further() {
    for status in [200, 404] {
        let read = look(status, json!({ "id": ID, "status": "Task not found", "result": null }));
        assert_eq!(read, Err(Trouble::of(Gone, "task_not_found")));
    }
}

#[test]
fn a_regional_address_that_wants_the_key_is_left_for_the_global_one() {
    for status in [401, 403] {
        let Ok(Word::Then(call)) = look(status, json!({ "detail": "Not authenticated" })) else { panic!() };
        assert_eq!(call.target, format!("/v1/get_result?id={ID}"));
        let read = Bfl.read_poll(&handle(&[]), &reply(status, json!({ "detail": "Not authenticated" })));
        assert_eq!(read.unwrap_err().class, Credential, "there is no other address");
    }
}

#[test]
fn u6_a_look_that_goes_wrong_ends_no_job() {
    for body in ["", "<html>", "{}", r#"{"status":7}"#, r#"{"status":"Ready","result":{"sam"#] {
        let read = Bfl.read_poll(&regional(), &plain(200, "application/json", body));
        assert_eq!(read, Err(Trouble::of(Unknown, "unreadable_200")), "{body}");
    }
    for (status, expected) in [(402, Quota), (404, Gone), (429, Busy), (500, Unavailable), (503, Unavailable)]
    {
        assert_eq!(look(status, json!({ "detail": "words" })).unwrap_err().class, expected, "{status}");
        assert!(Bfl.read_poll(&regional(), &plain(status, "text/html", "<h1>x</h1>")).is_err(), "{status}");
    }
    let odd = look(500, json!({ "status": "Ready", "result": { "sample": "https://host/x" } }));
    assert_eq!(
        odd.unwrap_err().class,
        Unavailable,
        "a state counts only in an answer that is none of an error"
    );
}

// --- adopting, checking ---

#[test]
fn an_operator_can_name_a_task_by_its_id_or_its_address() {
    assert_eq!(Bfl.adopt(ID, "flux-2-pro"), Ok(handle(&[])));
    assert_eq!(Bfl.adopt(POLLING_URL, "flux-2-pro"), Ok(handle(&[("polling_url", POLLING_URL)])));
    let elsewhere = format!("https://host.test/v1/get_result?id={ID}");
    assert_eq!(Bfl.adopt(&elsewhere, "flux-2-pro"), Ok(handle(&[])), "nothing is asked elsewhere");
    let lookalike = format!("https://host.test/.bfl.ai/get_result?id={ID}");
    assert_eq!(Bfl.adopt(&lookalike, "flux-2-pro"), Ok(handle(&[])));
    for given in ["", "a b", "../x?y", "https://api.bfl.ai/v1/get_result?id="] {
        assert!(Bfl.adopt(given, "flux-2-pro").is_err(), "{given}");
    }
}

#[test]
fn the_key_is_checked_by_the_balance() {
    assert_eq!(Bfl.check().unwrap().target, "/v1/credits");
    assert_eq!(Bfl.read_check(&reply(200, json!({ "credits": 123.4 }))), Ok(()));
    assert_eq!(Bfl.read_check(&reply(403, json!({}))).unwrap_err().class, Credential);
}
