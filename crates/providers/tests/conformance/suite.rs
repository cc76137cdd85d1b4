//! The suite. `conformance!(name, subject)` makes a test of each of its parts for one provider.

use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;
use spool_domain::adapter::TroubleClass::{
    self, Busy, ContentPolicy, Credential, Gone, Unavailable, Unknown,
};
use spool_domain::adapter::{
    Adapter, Callback, Callbacks, CancelWord, Handle, Safety, Token, Trouble, Word, Work,
};
use spool_domain::catalogue::Makes;
use spool_fakes::upstream::{Behaviour, Fake, Look};

use crate::line::{Line, now_ms, work};

/// A provider to be tried.
pub(crate) struct Subject {
    /// Its adapter.
    pub(crate) adapter: Arc<dyn Adapter>,
    /// Starts its fake.
    pub(crate) start: fn() -> Pin<Box<dyn Future<Output = Fake>>>,
    /// What the sample makes.
    pub(crate) makes: Makes,
    /// The sample's model, as a route names it.
    pub(crate) model: &'static str,
    /// The sample's input, as a route gives it.
    pub(crate) input: Value,
    /// Whether the answer to the submit brings the outputs.
    pub(crate) synchronous: bool,
    /// Whether the provider can refuse a content, and the fake does so when it is told to.
    pub(crate) refuses: bool,
    /// The class of a job that the provider fails; none where the fake has no such end.
    pub(crate) failure: Option<TroubleClass>,
    /// Whether a throttled submit is told apart from other refusals.
    pub(crate) throttles: bool,
    /// Whether a wrong credential is told apart. Not where a server asks for none.
    pub(crate) guards: bool,
    /// What a canceled job's fake answers: `Ended`, `Noted`, or none where nothing can be canceled.
    pub(crate) cancels: Option<CancelWord>,
}

/// A token that the engine could have made.
pub(crate) fn token(n: u32) -> Token {
    Token(format!("{n:032x}"))
}

struct Bench {
    subject: Subject,
    fake: Fake,
}

impl Bench {
    async fn of(subject: Subject) -> Self {
        let fake = (subject.start)().await;
        Self { subject, fake }
    }

    fn line(&self) -> Line<'_> {
        let (base_url, key) = (self.fake.base_url(), self.fake.key().to_owned());
        Line { adapter: self.subject.adapter.as_ref(), base_url, key }
    }

    fn work(&self) -> Work {
        work(self.subject.makes, self.subject.model, self.subject.input.clone())
    }

    async fn submit(&self, behaviour: impl Into<Option<Behaviour>>) -> Result<Word, Trouble> {
        if let Some(behaviour) = behaviour.into() {
            self.fake.next(behaviour);
        }
        self.line().submit(&self.work(), &token(1)).await.unwrap()
    }

    async fn accepted(&self, behaviour: impl Into<Option<Behaviour>>) -> Handle {
        match self.submit(behaviour).await {
            Ok(Word::Accepted(handle, _)) => handle,
            other => panic!("not accepted: {other:?}"),
        }
    }

    /// How a job that is told to behave so ends, wherever the provider says it.
    async fn ending(&self, behaviour: Behaviour) -> Word {
        match self.submit(behaviour).await {
            Ok(Word::Accepted(handle, _)) => self.line().end(&self.work(), &handle).await,
            Ok(end) => end,
            Err(trouble) => Word::Failed(trouble),
        }
    }
}

pub(crate) async fn a_job_goes_its_way_and_its_files_are_real(subject: Subject) {
    let bench = Bench::of(subject).await;
    let word = match bench.submit(None).await.unwrap() {
        Word::Accepted(handle, _) => {
            assert!(!bench.subject.synchronous, "the answer to the submit brings the outputs");
            assert_eq!(bench.fake.accepted().len(), 1);
            bench.line().end(&bench.work(), &handle).await
        }
        word => {
            assert!(bench.subject.synchronous, "a job is followed: {word:?}");
            word
        }
    };
    let Word::Finished { outputs, .. } = word else { panic!("not finished: {word:?}") };
    assert!(!outputs.is_empty());
    for output in &outputs {
        let (status, bytes) = bench.line().fetch(output).await;
        assert_eq!(status, 200, "{output:?}");
        assert!(!bytes.is_empty());
    }
    assert_eq!(bench.fake.bill().len(), 1, "one job, one line on the bill");
}

pub(crate) async fn a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most(subject: Subject) {
    let bench = Bench::of(subject).await;
    let manifest = bench.subject.adapter.manifest();
    if bench.subject.throttles {
        let trouble = bench.submit(Behaviour::Busy { retry_after_s: 7 }).await.unwrap_err();
        assert_eq!(trouble.class, Busy, "{trouble:?}");
    }
    for status in [500, 503] {
        let behaviour = Behaviour::Fail(hyper::StatusCode::from_u16(status).unwrap());
        let trouble = bench.submit(behaviour).await.unwrap_err();
        assert!(matches!(trouble.class, Unavailable | Unknown), "{status}: {trouble:?}");
        assert!(
            !trouble.code.contains(' ') && trouble.message.is_none(),
            "records get words, not sentences: {trouble:?}"
        );
    }
    let trouble = bench.submit(Behaviour::Html).await.unwrap_err();
    assert_eq!(trouble.class, Unknown, "a page proves nothing: {trouble:?}");
    assert_eq!(bench.fake.bill().len(), 0);
    bench.fake.next(Behaviour::Drop);
    assert!(bench.line().submit(&bench.work(), &token(2)).await.is_err());
    assert_eq!(bench.fake.bill().len(), 0);
    bench.fake.next(Behaviour::AcceptThenDrop);
    assert!(bench.line().submit(&bench.work(), &token(3)).await.is_err());
    assert_eq!(bench.fake.bill().len(), 1);
    bench.fake.next(Behaviour::Truncated);
    match bench.line().submit(&bench.work(), &token(4)).await.unwrap() {
        Err(trouble) => assert_eq!(trouble.class, Unknown, "half an answer proves nothing: {trouble:?}"),
        // Files that are sent as they are cannot be told to be cut.
        Ok(Word::Finished { outputs, .. }) => {
            assert!(matches!(outputs[..], [spool_domain::adapter::Output::Bytes(_)]), "{outputs:?}");
        }
        Ok(word) => panic!("half an answer was understood: {word:?}"),
    }
    assert!(manifest.no_job_statuses.iter().all(|status| (400..600).contains(status)));
}

pub(crate) async fn a_wrong_credential_is_told(subject: Subject) {
    let bench = Bench::of(subject).await;
    if !bench.subject.guards {
        return;
    }
    let wrong = Line { key: "wrong:wrong".to_owned(), ..bench.line() };
    let mut work = bench.work();
    let trouble = match bench.subject.adapter.prepare(&work).unwrap() {
        Some(call) => {
            let reply = wrong.exchange(&call).await.unwrap();
            bench.subject.adapter.read_prepared(&mut work, &reply).unwrap_err()
        }
        None => wrong.submit(&work, &token(1)).await.unwrap().unwrap_err(),
    };
    assert_eq!(trouble.class, Credential, "{trouble:?}");
    assert_eq!(bench.fake.bill().len(), 0);
}

pub(crate) async fn looks_that_go_wrong_leave_the_job_alone(subject: Subject) {
    let bench = Bench::of(subject).await;
    if bench.subject.synchronous {
        return;
    }
    let handle = bench.accepted(None).await;
    for look in [
        Look::Page(hyper::StatusCode::BAD_GATEWAY),
        Look::Page(hyper::StatusCode::OK),
        Look::Page(hyper::StatusCode::NOT_FOUND),
        Look::Busy { retry_after_s: 3 },
    ] {
        bench.fake.next_look(look.clone());
        let read = bench.line().look(&bench.work(), &handle).await.unwrap();
        assert!(read.is_err(), "{look:?} says nothing of the job: {read:?}");
    }
    bench.fake.next_look(Look::Drop);
    assert!(bench.line().look(&bench.work(), &handle).await.is_err());
    bench.fake.next_look(Look::Truncated);
    let read = bench.line().look(&bench.work(), &handle).await.unwrap();
    assert!(matches!(read, Err(_) | Ok(Word::Pending { .. })), "{read:?}");
    let end = bench.line().end(&bench.work(), &handle).await;
    assert!(matches!(end, Word::Finished { .. }), "{end:?}");
    assert_eq!(bench.fake.bill().len(), 1);
}

pub(crate) async fn a_state_that_nobody_knows_is_no_end(subject: Subject) {
    let bench = Bench::of(subject).await;
    if bench.subject.synchronous {
        return;
    }
    let handle = bench.accepted(Behaviour::UnknownStatus { looks: 2 }).await;
    for _ in 0..2 {
        let read = bench.line().look(&bench.work(), &handle).await.unwrap();
        assert!(matches!(read, Ok(Word::Pending { .. })), "{read:?}");
    }
    assert!(matches!(bench.line().end(&bench.work(), &handle).await, Word::Finished { .. }));
}

pub(crate) async fn a_refusal_is_the_refusal_it_is(subject: Subject) {
    let bench = Bench::of(subject).await;
    if !bench.subject.refuses {
        return;
    }
    let end = bench.ending(Behaviour::Refuse).await;
    let Word::Failed(trouble) = end else { panic!("not refused: {end:?}") };
    assert_eq!(trouble.class, ContentPolicy, "{trouble:?}");
    assert!(!trouble.code.contains(' '), "{trouble:?}");
    assert_eq!(bench.fake.bill().len(), 0);
}

pub(crate) async fn a_failed_job_fails_by_its_class(subject: Subject) {
    let bench = Bench::of(subject).await;
    let Some(expected) = bench.subject.failure else { return };
    let end = bench.ending(Behaviour::FailJob).await;
    let Word::Failed(trouble) = end else { panic!("not failed: {end:?}") };
    assert_eq!(trouble.class, expected, "{trouble:?}");
    assert!(!trouble.code.contains(' '), "{trouble:?}");
}

pub(crate) async fn outputs_that_are_gone_are_no_result(subject: Subject) {
    let bench = Bench::of(subject).await;
    if bench.subject.synchronous {
        return;
    }
    match bench.ending(Behaviour::Expire).await {
        Word::Failed(trouble) => assert!(matches!(trouble.class, Gone | Unknown), "{trouble:?}"),
        Word::Finished { outputs, .. } => {
            let (status, _) = bench.line().fetch(&outputs[0]).await;
            assert!(matches!(status, 403 | 404 | 410), "{status}");
        }
        other => panic!("neither gone nor refused: {other:?}"),
    }
}

pub(crate) async fn callbacks_are_told_from_forgeries(subject: Subject) {
    let bench = Bench::of(subject).await;
    let adapter = &bench.subject.adapter;
    let kind = adapter.manifest().callbacks;
    if kind == Callbacks::None {
        assert!(!adapter.accepts_callback(&Callback::default()));
        return;
    }
    let mut order = bench.work();
    order.callback_url = Some("http://127.0.0.1:9/v1/callbacks/x".to_owned());
    let Ok(Ok(Word::Accepted(handle, _))) = bench.line().submit(&order, &token(1)).await else {
        panic!("not accepted")
    };
    assert_eq!(bench.fake.bill()[0].callback_url, order.callback_url, "the provider was told where to call");
    bench.fake.finish(&bench.fake.accepted()[0]);
    let keys = match adapter.callback_keys() {
        Some(call) => {
            // Published keys lie on a host of their own; the fake has them under the same path.
            let target = call.target.replacen("https://", "", 1);
            let path = target.find('/').map_or(target.as_str(), |at| &target[at..]).to_owned();
            let target = if call.target.starts_with("https://") {
                format!("{}{path}", bench.fake.origin())
            } else {
                call.target.clone()
            };
            let call = spool_domain::adapter::Call { target, ..call };
            Some(bench.line().exchange(&call).await.unwrap())
        }
        None => None,
    };
    let secret = match kind {
        Callbacks::Credential => Some(bench.fake.key()),
        Callbacks::Secret => Some(spool_fakes::upstream::CALLBACK_SECRET),
        _ => None,
    };
    let id = bench.fake.accepted()[0].clone();
    let judge = |genuine: bool, secret: Option<&str>| {
        let (headers, body) = bench.fake.callback_of(&id, genuine).unwrap();
        let callback = Callback {
            path: "/v1/callbacks/x",
            query: "",
            headers: &headers,
            body: &body,
            now_unix_s: now_ms() / 1_000,
            keys: keys.as_ref(),
            secret,
        };
        (adapter.accepts_callback(&callback), {
            let name = token(1);
            let lost = spool_domain::adapter::Lost {
                token: &name,
                model: bench.subject.model,
                since_unix_ms: now_ms(),
            };
            adapter.callback_job(&lost, &callback)
        })
    };
    let (accepted, job) = judge(true, secret);
    assert!(accepted, "a genuine callback is taken");
    assert_eq!(judge(true, secret).0, accepted, "a repeated one too: it only wakes");
    if let Some(job) = job {
        assert_eq!(job.id, handle.id);
        assert!(matches!(bench.line().end(&order, &job).await, Word::Finished { .. }), "it can be followed");
    }
    match kind {
        Callbacks::Unsigned => {}
        Callbacks::Keys | Callbacks::Credential => assert!(!judge(false, secret).0, "a forged one is not"),
        Callbacks::Secret => {
            assert!(!judge(false, secret).0, "a forged one is not");
            assert!(judge(true, None).0, "without a secret the path is all there is");
        }
        Callbacks::None => unreachable!(),
    }
}

pub(crate) async fn a_job_is_canceled_where_that_can_be(subject: Subject) {
    let bench = Bench::of(subject).await;
    let Some(expected) = bench.subject.cancels else {
        let handle = Handle { id: "x".to_owned(), facts: Default::default() };
        assert!(bench.subject.adapter.cancel(&handle).is_none());
        return;
    };
    let adapter = &bench.subject.adapter;
    let cancel = async |handle: &Handle| {
        let reply = bench.line().exchange(&adapter.cancel(handle).unwrap()).await.unwrap();
        adapter.read_cancel(handle, &reply)
    };
    let handle = bench.accepted(None).await;
    assert_eq!(cancel(&handle).await, Ok(expected));
    if expected == CancelWord::Noted {
        let end = bench.line().end(&bench.work(), &handle).await;
        assert!(matches!(end, Word::Canceled | Word::Failed(_)), "{end:?}");
    }
    assert_eq!(bench.fake.bill().len(), 0, "canceled in time");
    // Under a token of its own: where one token is one job, the same one would be the canceled job again.
    let Ok(Ok(Word::Accepted(handle, _))) = bench.line().submit(&bench.work(), &token(2)).await else {
        panic!("not accepted")
    };
    bench.line().end(&bench.work(), &handle).await;
    let late = cancel(&handle).await;
    assert!(!matches!(late, Ok(CancelWord::Ended)), "it had ended: {late:?}");
    assert_eq!(bench.fake.bill().len(), 1);
}

pub(crate) async fn u5_a_lost_answer_is_found_where_the_manifest_says_so(subject: Subject) {
    let bench = Bench::of(subject).await;
    let safety = bench.subject.adapter.manifest().safety;
    match safety {
        Safety::Blind => {}
        Safety::Lookup => {
            assert_eq!(bench.line().seek(&bench.work(), &token(1)).await, None);
            bench.fake.next(Behaviour::AcceptThenDrop);
            assert!(bench.line().submit(&bench.work(), &token(1)).await.is_err());
            let handle = bench.line().seek(&bench.work(), &token(1)).await.expect("it is there");
            assert_eq!(bench.line().seek(&bench.work(), &token(2)).await, None, "nobody else's");
            assert!(matches!(bench.line().end(&bench.work(), &handle).await, Word::Finished { .. }));
        }
        Safety::Idempotent => {
            bench.fake.next(Behaviour::AcceptThenDrop);
            assert!(bench.line().submit(&bench.work(), &token(1)).await.is_err());
            let handle = bench.accepted(None).await;
            assert!(matches!(bench.line().end(&bench.work(), &handle).await, Word::Finished { .. }));
        }
    }
    assert!(bench.fake.bill().len() <= 1, "one job, one line on the bill");
}

pub(crate) async fn u13_the_list_shows_what_was_made(subject: Subject) {
    let bench = Bench::of(subject).await;
    let adapter = &bench.subject.adapter;
    let since = now_ms() - 60_000;
    if adapter.listing(since, now_ms() + 1_000).is_none() {
        return;
    }
    let Ok(Ok(Word::Accepted(handle, _))) = bench.line().submit(&bench.work(), &token(1)).await else {
        panic!("not accepted")
    };
    let mut call = adapter.listing(since, now_ms() + 1_000).unwrap();
    for _ in 0..10 {
        let page = adapter.read_listing(&bench.line().exchange(&call).await.unwrap()).unwrap();
        if let Some(listed) = page.jobs.iter().find(|listed| listed.handle.id == handle.id) {
            if let Some(listed) = &listed.token {
                assert_eq!(*listed, token(1));
            }
            return;
        }
        call = page.next.expect("the job is on one of the pages");
    }
    panic!("the list has no end")
}

pub(crate) async fn the_free_call_tells_a_good_credential_from_a_bad_one(subject: Subject) {
    let bench = Bench::of(subject).await;
    let adapter = &bench.subject.adapter;
    let Some(call) = adapter.check() else { return };
    assert_eq!(adapter.read_check(&bench.line().exchange(&call).await.unwrap()), Ok(()));
    if bench.subject.guards {
        let wrong = Line { key: "wrong:wrong".to_owned(), ..bench.line() };
        let trouble = adapter.read_check(&wrong.exchange(&call).await.unwrap()).unwrap_err();
        assert_eq!(trouble.class, Credential, "{trouble:?}");
    }
    assert_eq!(bench.fake.bill().len(), 0, "it is free");
}

pub(crate) async fn an_adopted_job_is_followed_by_its_id(subject: Subject) {
    let bench = Bench::of(subject).await;
    if bench.subject.synchronous {
        return;
    }
    let handle = bench.accepted(None).await;
    match bench.subject.adapter.adopt(&handle.id, bench.subject.model) {
        Ok(adopted) => {
            let end = bench.line().end(&bench.work(), &adopted).await;
            assert!(matches!(end, Word::Finished { .. }), "{end:?}");
        }
        Err(needed) => assert!(needed.len() > 20, "it says what is needed: {needed}"),
    }
    assert!(bench.subject.adapter.adopt("../x?y", bench.subject.model).is_err(), "an id is checked");
}

/// One test for each part of the suite, over the provider that the function `subject` describes.
macro_rules! conformance {
    ($subject:path) => {
        crate::suite::conformance!(@ $subject,
            a_job_goes_its_way_and_its_files_are_real
            a_submit_that_goes_wrong_is_told_by_class_and_paid_once_at_most
            a_wrong_credential_is_told
            looks_that_go_wrong_leave_the_job_alone
            a_state_that_nobody_knows_is_no_end
            a_refusal_is_the_refusal_it_is
            a_failed_job_fails_by_its_class
            outputs_that_are_gone_are_no_result
            callbacks_are_told_from_forgeries
            a_job_is_canceled_where_that_can_be
            u5_a_lost_answer_is_found_where_the_manifest_says_so
            u13_the_list_shows_what_was_made
            the_free_call_tells_a_good_credential_from_a_bad_one
            an_adopted_job_is_followed_by_its_id
        );

        #[tokio::test]
        async fn every_route_of_the_catalogue_is_taken() {
            crate::routes::every_route_is_taken($subject()).await;
        }
    };
    (@ $subject:path, $($name:ident)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                crate::suite::$name($subject()).await;
            }
        )*
    };
}
pub(crate) use conformance;
