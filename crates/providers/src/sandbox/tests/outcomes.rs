//! Each instruction, seen from the engine's side of the adapter.

use spool_domain::adapter::{Adapter, Call, CancelWord, Method, TroubleClass, Word};
use spool_domain::catalogue::Makes;

use super::bench::{Bench, image, work};
use crate::sandbox::Sandbox;

#[test]
fn without_instruction_an_image_is_done_and_billed_after_forty_milliseconds() {
    let bench = Bench::new();
    let (handle, wait_ms) = bench.accepted(&image("a red fox"), "t1");
    assert_eq!(wait_ms, 40);
    assert_eq!(bench.poll(&handle), Ok(Word::Pending { progress: None, wait_ms: 40 }));
    bench.pass_ms(40);
    let (outputs, billed) = bench.finished(&handle);
    assert_eq!((outputs.len(), billed), (1, 10_000));
    assert_eq!(bench.bill(), (1, 1, 10_000));
}

#[test]
fn each_kind_takes_its_usual_time() {
    let cases = [
        (Makes::Video, "mp4", 1_000),
        (Makes::Audio, "wav", 300),
        (Makes::Audio, "mp3", 300),
        (Makes::Text, "text", 50),
    ];
    for (makes, format, run_ms) in cases {
        let bench = Bench::new();
        let (handle, _) = bench.accepted(&work(makes, format, (64, 48), 1_000, "x"), "t1");
        bench.pass_ms(run_ms - 1);
        assert_eq!(bench.poll(&handle), Ok(Word::Pending { progress: None, wait_ms: 1 }), "{format}");
        bench.pass_ms(1);
        bench.finished(&handle);
    }
}

#[test]
fn a_delay_is_kept_to_the_millisecond_and_progress_is_told_where_it_is_asked_for() {
    let bench = Bench::new();
    let (handle, wait_ms) = bench.accepted(&image("fox [sandbox delay=2 progress=on]"), "t1");
    assert_eq!(wait_ms, 1_000);
    for percent in [0, 25, 50, 75] {
        assert_eq!(bench.poll(&handle), Ok(Word::Pending { progress: Some(percent), wait_ms: 250 }));
        bench.pass_ms(500);
    }
    bench.finished(&handle);

    let (handle, wait_ms) = bench.accepted(&image("fox [sandbox delay=0]"), "t2");
    assert_eq!(wait_ms, 0);
    bench.finished(&handle);
}

#[test]
fn fail_and_timeout_are_taken_then_failed_and_not_billed() {
    for (word, class) in [("fail", TroubleClass::Unavailable), ("timeout", TroubleClass::Timeout)] {
        let bench = Bench::new();
        let (handle, _) = bench.accepted(&image(&format!("fox [sandbox outcome={word} delay=1]")), "t1");
        bench.pass_ms(999);
        assert!(matches!(bench.poll(&handle), Ok(Word::Pending { .. })));
        bench.pass_ms(1);
        let Ok(Word::Failed(trouble)) = bench.poll(&handle) else { panic!("{word} did not fail") };
        assert_eq!(trouble.class, class);
        assert_eq!(bench.bill(), (1, 0, 0));
        let media = bench.reply(&Call::get(format!("sandbox:/media/{}/0", handle.id)));
        assert_eq!(media.status, 404);
    }
}

#[test]
fn refuse_and_unavailable_are_proof_that_there_is_no_job() {
    for (word, class, status) in
        [("refuse", TroubleClass::ContentPolicy, 422), ("unavailable", TroubleClass::Unavailable, 503)]
    {
        let bench = Bench::new();
        for token in ["t1", "t2", "t3"] {
            let trouble = bench.refused(&image(&format!("fox [sandbox outcome={word}]")), token);
            assert_eq!(trouble.class, class);
            assert_eq!(bench.lookup(token), None);
        }
        assert!(Sandbox.manifest().no_job_statuses.contains(&status));
        assert_eq!(bench.bill(), (0, 0, 0));
    }
}

#[test]
fn a_throttled_order_is_taken_when_it_comes_again_after_the_wait() {
    let bench = Bench::new();
    let fox = image("fox [sandbox outcome=throttle]");
    let trouble = bench.refused(&fox, "t1");
    assert_eq!((trouble.class, trouble.retry_after_s), (TroubleClass::Busy, Some(1)));
    bench.pass_ms(999);
    assert_eq!(bench.refused(&fox, "t2").class, TroubleClass::Busy, "too early");
    bench.pass_ms(1);
    assert_eq!(
        bench.refused(&image("owl [sandbox outcome=throttle]"), "t3").class,
        TroubleClass::Busy,
        "another order"
    );
    let (handle, _) = bench.accepted(&fox, "t4");
    bench.pass_ms(40);
    bench.finished(&handle);
    assert_eq!(bench.bill(), (1, 1, 10_000));

    bench.pass_ms(60_000);
    assert_eq!(bench.refused(&fox, "t5").class, TroubleClass::Busy, "the next test starts afresh");
}

#[test]
fn two_jobs_with_the_same_throttled_order_are_both_put_off_and_both_taken() {
    let bench = Bench::new();
    let fox = image("fox [sandbox outcome=throttle]");
    bench.refused(&fox, "a1");
    bench.refused(&fox, "b1");
    bench.pass_ms(1_000);
    bench.accepted(&fox, "a2");
    bench.accepted(&fox, "b2");
    bench.refused(&fox, "c1");
}

#[test]
fn a_flaky_job_stumbles_twice_and_is_made_all_the_same() {
    let bench = Bench::new();
    let (handle, _) = bench.accepted(&image("fox [sandbox outcome=flaky]"), "t1");
    for _ in 0..2 {
        assert_eq!(bench.poll(&handle).unwrap_err().class, TroubleClass::Unavailable);
        bench.pass_ms(520);
    }
    let (outputs, billed) = bench.finished(&handle);
    assert_eq!(billed, 10_000);
    assert_eq!(bench.fetch(&outputs[0]).status, 503);
    bench.pass_ms(7_000);
    assert_eq!(bench.fetch(&outputs[0]).status, 200);
}

#[test]
fn a_lost_answer_leaves_a_job_that_a_lookup_finds() {
    let bench = Bench::new();
    assert_eq!(bench.lookup("t1"), None);
    assert_eq!(bench.submit(&image("fox [sandbox outcome=lost-answer]"), "t1"), None);
    let handle = bench.lookup("t1").unwrap();
    bench.pass_ms(40);
    bench.finished(&handle);
    assert_eq!(bench.bill(), (1, 1, 10_000));
}

#[test]
fn a_late_accept_is_found_only_after_two_seconds() {
    let bench = Bench::new();
    assert_eq!(bench.submit(&image("fox [sandbox outcome=late-accept]"), "t1"), None);
    bench.pass_ms(1_999);
    assert_eq!(bench.lookup("t1"), None);
    bench.pass_ms(1);
    let handle = bench.lookup("t1").unwrap();
    assert!(matches!(bench.poll(&handle), Ok(Word::Pending { .. })));
    bench.pass_ms(40);
    assert_eq!(bench.finished(&handle).1, 10_000);
}

#[test]
fn an_expired_asset_is_billed_and_gone() {
    let bench = Bench::new();
    let (handle, _) = bench.accepted(&image("fox [sandbox outcome=expired-asset]"), "t1");
    bench.pass_ms(40);
    let (outputs, billed) = bench.finished(&handle);
    assert_eq!(billed, 10_000);
    assert_eq!(bench.fetch(&outputs[0]).status, 410);
    assert_eq!(bench.bill(), (1, 1, 10_000));

    let text = work(Makes::Text, "text", (0, 0), 0, "x [sandbox outcome=expired-asset]");
    assert_eq!(bench.refused(&text, "t2").class, TroubleClass::Caller);
}

#[test]
fn a_typo_in_an_instruction_is_the_callers_fault_and_makes_no_job() {
    let bench = Bench::new();
    for prompt in ["fox [sandbox outcome=fial]", "fox [sandbox dealy=1]", "fox [sandbox"] {
        let trouble = bench.refused(&image(prompt), "t1");
        assert_eq!(trouble.class, TroubleClass::Caller);
        let message = trouble.message.unwrap();
        assert!(message.contains("outcome=fail|") && !message.contains("fox"), "{message}");
    }
    assert_eq!(bench.bill(), (0, 0, 0));
}

#[test]
fn cancel_before_the_end_ends_the_job_unbilled_and_after_it_is_too_late() {
    let bench = Bench::new();
    let (early, _) = bench.accepted(&image("fox [sandbox delay=5]"), "t1");
    let (over, _) = bench.accepted(&image("fox"), "t2");
    bench.pass_ms(40);
    assert_eq!(bench.cancel(&early), CancelWord::Ended);
    assert_eq!(bench.cancel(&early), CancelWord::Ended, "asking twice changes nothing");
    assert_eq!(bench.cancel(&over), CancelWord::TooLate);
    bench.pass_ms(10_000);
    assert_eq!(bench.poll(&early), Ok(Word::Canceled));
    assert_eq!(bench.reply(&Call::get(format!("sandbox:/media/{}/0", early.id))).status, 404);
    bench.finished(&over);
    assert_eq!(bench.bill(), (2, 1, 10_000));
}

#[test]
fn a_token_is_taken_once_and_the_second_answer_proves_nothing_about_jobs() {
    let bench = Bench::new();
    let (handle, _) = bench.accepted(&image("fox"), "t1");
    let trouble = bench.refused(&image("owl"), "t1");
    assert_eq!((trouble.class, trouble.code.as_str()), (TroubleClass::Unknown, "token_taken"));
    assert!(
        !Sandbox.manifest().no_job_statuses.contains(&409),
        "a resend must not read as `there is no job`"
    );
    assert_eq!(bench.lookup("t1"), Some(handle));
    assert_eq!(bench.bill(), (1, 1, 10_000));
}

#[test]
fn what_cannot_be_drawn_is_refused_before_it_is_taken() {
    let bench = Bench::new();
    let none = spool_domain::adapter::Work { count: 0, ..image("fox") };
    let many = spool_domain::adapter::Work { count: 101, ..image("fox") };
    let flat = work(Makes::Image, "png", (0, 64), 0, "fox");
    for work in [none, many, flat] {
        assert_eq!(bench.refused(&work, "t1").class, TroubleClass::Caller, "{:?}", work.wish);
    }
    let token = spool_domain::adapter::Token("t1".to_owned());
    let strange = Sandbox.submit(&work(Makes::Image, "tiff", (64, 64), 0, "fox"), &token).unwrap_err();
    assert_eq!(strange.class, TroubleClass::Caller);
    assert_eq!(bench.bill(), (0, 0, 0));
}

#[test]
fn calls_that_mean_nothing_are_turned_away() {
    let bench = Bench::new();
    let post = |body: &'static [u8]| Call { body: body.into(), method: Method::Post, ..Call::get("/jobs") };
    let order = br#"{"token":"a b","order":{"model":"m","format":"png","width":8,"height":8,"duration_ms":0,"count":1,"prompt":""}}"#;
    let cases = [
        (Call::get("/"), 404),
        (Call::get("/jobs"), 400),
        (Call::get("/jobs/none"), 404),
        (Call::get("/media/none/0"), 404),
        (Call { method: Method::Delete, ..Call::get("/jobs/none") }, 404),
        (Call { method: Method::Put, ..Call::get("/jobs/none") }, 405),
        (post(b"{"), 400),
        (post(order), 400),
    ];
    for (call, status) in cases {
        assert_eq!(bench.reply(&call).status, status, "{}", call.target);
    }
}
