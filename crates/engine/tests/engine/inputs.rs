//! Files that jobs start from: brought in the request, uploaded, or made by an earlier job.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use spool_domain::adapter::{
    Adapter, Call, CancelWord, FileForm, Handle, Manifest, Reply, Token, Trouble, Word, Work,
};
use spool_domain::fault::{Fault, Kind};
use spool_domain::file::File;
use spool_domain::ids::{AccountId, AssetId};
use spool_domain::job::{Job, Outcome, Phase};
use spool_domain::ledger;
use spool_domain::money::MicroUsd;
use spool_domain::order::{Caller, Idempotency, Mode};
use spool_domain::reference::file_id;
use spool_domain::time::{Clock, Timestamp};
use spool_engine::address::Allow;
use spool_engine::settings::Settings;
use spool_fakes::{fal, files, openai};
use spool_providers::adapters::fal::Fal;
use spool_providers::adapters::openai::OpenAi;

use crate::world::{self, Setting, Wall, World};

const BANANA: &str = "google/nano-banana";
const PUBLIC: &str = "https://media.example.com";

fn settings() -> Settings {
    Settings { allow: Arc::new(Allow::parse(["127.0.0.0/8"]).unwrap()), ..Settings::default() }
}

async fn with_fal(fake: &fal::Fake, settings: Settings) -> World {
    let adapter = Arc::new(Fal::with_callback_keys_at(fake.callback_keys_url()));
    let live = vec![(adapter as _, fake.base_url(), fal::KEY)];
    World::with(Setting { settings, live, ..Setting::default() }).await
}

/// A picture of this many pixels a side; its bytes.
fn picture(side: u32) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(side, side).write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

fn data_uri(bytes: &[u8]) -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(bytes))
}

/// Something that is no picture: half a second of silence.
fn sound() -> Vec<u8> {
    let mut bytes =
        b"RIFF\x24\x10\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\0\x10\0\0"
            .to_vec();
    bytes.resize(44 + 4096, 128);
    bytes
}

async fn upload(world: &World, caller: &Caller, bytes: &[u8]) -> File {
    let mut upload = world.engine.upload(caller, None).await.unwrap();
    bytes.chunks(1000).for_each(|piece| upload.add(piece).unwrap());
    upload.finish(Some("a.png".to_owned())).await.unwrap()
}

fn input(images: &[&str]) -> Value {
    json!({ "prompt": "x", "aspect_ratio": "1:1", "image_urls": images })
}

async fn edit(world: &World, images: &[&str]) -> Arc<Job> {
    let ticket = world.order_with(&world.live, BANANA, input(images), 1).await.unwrap();
    let job = ticket.wait(Duration::from_secs(60)).await;
    assert!(matches!(job.phase, Phase::Done(Outcome::Succeeded(_))), "{job:?}");
    job
}

async fn refused(world: &World, caller: &Caller, image: &str) -> Fault {
    let input = input(&[image]);
    let order = world::order(BANANA, input.as_object().unwrap().clone(), 1);
    let dry = world.engine.validate(caller, &order).await.unwrap_err();
    let fault = world.order_with(caller, BANANA, input, 1).await.err().unwrap();
    assert_eq!(dry, fault, "the dry run says the same");
    assert_eq!(fault.param.as_deref(), Some("input.image_urls.0"), "{fault:?}");
    assert!(fault.message.starts_with("image_urls.0 "), "{fault:?}");
    assert!(!fault.message.contains("base64,"), "content is never repeated");
    fault
}

fn asset(job: &Job) -> AssetId {
    match &job.phase {
        Phase::Done(Outcome::Succeeded(stored)) => stored[0].asset.unwrap(),
        other => panic!("{other:?}"),
    }
}

async fn content(world: &World, id: AssetId) -> Vec<u8> {
    let size = match world.store.asset(id).await.unwrap() {
        Some(asset) => asset.size_bytes,
        None => world.store.served_file(id).await.unwrap().unwrap().size_bytes,
    };
    let mut pieces = world.engine.blobs().get(id, 0..size).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = std::future::poll_fn(|context| pieces.as_mut().poll_next(context)).await {
        bytes.extend_from_slice(&piece.unwrap());
    }
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_public_address_files_of_all_kinds_reach_the_provider_in_its_call() {
    let fake = fal::Fake::start().await;
    let world = with_fal(&fake, settings()).await;
    let (brought, uploaded) = (picture(8), picture(9));
    let file = upload(&world, &world.live, &uploaded).await;
    let earlier = edit(&world, &[&data_uri(&brought)]).await;
    let made = content(&world, asset(&earlier)).await;
    let mut link =
        world.engine.signer().link(file.id, "png", Wall.now().unix_s(), Wall.now().unix_s() + 60).unwrap();
    link.insert_str(0, "http://whatever.test");
    let job = edit(
        &world,
        &[
            &data_uri(&brought),
            &file_id(file.id),
            &earlier.id.to_string(),
            &format!("gen_{}#1", earlier.id),
            "https://elsewhere.test/x.png",
            &link,
        ],
    )
    .await;
    let given = fake.inputs().pop().unwrap();
    let made = format!("data:{};base64,{}", "image/png", STANDARD.encode(made));
    assert_eq!(
        given["image_urls"],
        json!([
            data_uri(&brought),
            data_uri(&uploaded),
            made,
            made,
            "https://elsewhere.test/x.png",
            data_uri(&uploaded)
        ])
    );
    let row = serde_json::to_string(&job.params).unwrap();
    assert!(row.len() < 1_000 && !row.contains("base64"), "the row stays small: {row}");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_public_address_they_are_links_that_open_the_files_and_nothing_else() {
    let fake = fal::Fake::start().await;
    let world = with_fal(&fake, Settings { public_url: Some(PUBLIC.to_owned()), ..settings() }).await;
    let (brought, uploaded) = (picture(8), picture(9));
    let file = upload(&world, &world.live, &uploaded).await;
    let earlier = edit(&world, &[&data_uri(&brought)]).await;
    let made = content(&world, asset(&earlier)).await;
    let job = edit(&world, &[&data_uri(&brought), &file_id(file.id), &format!("task_{}", earlier.id)]).await;
    let given = fake.inputs().pop().unwrap();
    let links = given["image_urls"].as_array().unwrap();
    for (link, bytes) in links.iter().zip([&brought, &uploaded, &made]) {
        let link = link.as_str().unwrap();
        assert!(link.starts_with(&format!("{PUBLIC}/v1/assets/")) && link.contains(".png?"), "{link}");
        let url = url::Url::parse(link).unwrap();
        let born = job.created_at.unix_s();
        let id = world.engine.signer().named_in(&url, born + 7 * 86_400 - 1).unwrap();
        assert_eq!(content(&world, id).await, *bytes);
        assert_eq!(world.engine.signer().named_in(&url, born + 7 * 86_400), None, "they end");
    }
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openai_gets_pictures_to_edit_inside_the_call() {
    let fake = openai::Fake::start().await;
    let live = vec![(Arc::new(OpenAi) as _, fake.base_url(), openai::KEY)];
    let world = World::with(Setting { settings: settings(), live, ..Setting::default() }).await;
    let brought = data_uri(&picture(8));
    let input = json!({ "prompt": "x", "image_urls": [brought] });
    let ticket = world.order_with(&world.live, "gpt-image-2", input, 1).await.unwrap();
    ticket.wait(Duration::from_secs(60)).await;
    assert_eq!(fake.inputs()[0]["images"], json!([{ "image_url": brought }]));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_no_fitting_file_is_refused_before_anything_is_stored() {
    let fake = fal::Fake::start().await;
    let settings = Settings { input_bytes_max: 5_000, ..settings() };
    let world = with_fal(&fake, settings).await;
    let me = &world.live;
    let other = world.store.create_account("other", Wall.now()).await.unwrap().id;
    let stranger = Caller { account: other, ..me.clone() };
    let mine = upload(&world, me, &picture(9)).await;
    let (foreign, tests) =
        (upload(&world, &stranger, &picture(8)).await, upload(&world, &world.test, &picture(8)).await);
    let (noise, large) = (upload(&world, me, &sound()).await, upload(&world, me, &noisy()).await);
    let finished = edit(&world, &[&file_id(mine.id)]).await;
    fake.next(fal::Behaviour::Refuse);
    let ticket = world.order_with(me, BANANA, input(&[&file_id(mine.id)]), 1).await.unwrap();
    let failed = ticket.wait(Duration::from_secs(60)).await;
    let missing = AssetId([7; 20]);
    for (given, words) in [
        (file_id(foreign.id), "names no file of this account"),
        (file_id(tests.id), "names no file of this account"),
        (file_id(missing), "names no file of this account"),
        (file_id(noise.id), "is a file that is audio/wav; allowed: image"),
        (file_id(large.id), "at most 5000 are allowed"),
        (missing.to_string(), "names no job of this account"),
        (format!("job_{}", failed.id), "names a job that did not succeed"),
        (format!("job_{}#2", finished.id), "names output 2 of a job that has 1"),
        ("data:image/png;base64,not?base64".to_owned(), "is a data: URI whose base64 cannot be read"),
        ("data:image/png,plain%20text".to_owned(), "is a file that is text (text/plain); allowed: image"),
        (data_uri(&sound()), "is a file that is wav (audio/wav); allowed: image"),
        (data_uri(&noisy()), "is a data: URI of more than 5000 bytes; at most that many are allowed"),
    ] {
        let fault = refused(&world, me, &given).await;
        assert_eq!(fault.kind, Kind::InvalidInput);
        assert!(fault.message.contains(words), "{words}: {}", fault.message);
    }
    let held = world.store.balance(me.account, Mode::Live).await.unwrap().held;
    assert_eq!(
        (held, world.store.files(me.account, Mode::Live, 100, None).await.unwrap().len()),
        (MicroUsd::ZERO, 3)
    );
    world.close().await;
}

/// A picture that does not compress: more than five thousand bytes.
fn noisy() -> Vec<u8> {
    let mut seed = 1u32;
    let pixels = image::RgbImage::from_fn(64, 64, |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        image::Rgb([(seed >> 8) as u8, (seed >> 16) as u8, (seed >> 24) as u8])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    image::DynamicImage::ImageRgb8(pixels).write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_link_of_ours_is_told_from_somebody_elses() {
    let fake = fal::Fake::start().await;
    let world = with_fal(&fake, Settings { public_url: Some(PUBLIC.to_owned()), ..settings() }).await;
    let file = upload(&world, &world.live, &picture(9)).await;
    let past = Wall.now().unix_s() - 1_000;
    let link = world.engine.signer().link(file.id, "png", past, past + 60).unwrap();
    let fault = refused(&world, &world.live, &format!("{PUBLIC}{link}")).await;
    assert!(fault.message.contains("has expired or was altered"), "{fault:?}");
    let theirs = format!("https://other.example{link}");
    edit(&world, &[&theirs]).await;
    assert_eq!(fake.inputs().pop().unwrap()["image_urls"][0], theirs);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_gets_its_job_although_its_file_is_gone() {
    let fake = fal::Fake::start().await;
    let world = with_fal(&fake, settings()).await;
    let file = upload(&world, &world.live, &picture(9)).await;
    let ask = || {
        let input = input(&[&file_id(file.id)]);
        let mut order = world::order(BANANA, input.as_object().unwrap().clone(), 1);
        order.idempotency = Some(Idempotency { scope: [1; 32], fingerprint: [2; 32] });
        world.engine.submit(&world.live, order)
    };
    let first = ask().await.unwrap();
    let id = first.job.id;
    first.wait(Duration::from_secs(60)).await;
    world.engine.delete_file(&world.live, file.id).await.unwrap();
    let again = ask().await.unwrap();
    assert!(again.replayed && again.job.id == id && again.job.phase.is_done());
    let fault = refused(&world, &world.live, &file_id(file.id)).await;
    assert!(fault.message.contains("names no file"), "a new request is another matter");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_content_is_kept_once_and_goes_by_itself_unless_it_was_uploaded() {
    let fake = fal::Fake::start().await;
    let world = with_fal(&fake, settings()).await;
    let brought = data_uri(&picture(8));
    edit(&world, &[&brought, &brought]).await;
    edit(&world, &[&brought]).await;
    let kept = world.engine.files(&world.live, 100, None).await.unwrap();
    assert_eq!(kept.len(), 1);
    let lapses = kept[0].lapses_at.unwrap();
    assert!(lapses.0 - Wall.now().0 > 6 * 86_400_000);
    let early = world.store.forget_lapsed_files(Timestamp(lapses.0 - 1), 10).await.unwrap();
    assert_eq!(early, []);
    assert_eq!(world.store.forget_lapsed_files(lapses, 10).await.unwrap(), [kept[0].id]);
    let file = upload(&world, &world.live, &picture(8)).await;
    edit(&world, &[&brought]).await;
    assert_eq!(world.engine.files(&world.live, 100, None).await.unwrap(), [file], "an upload serves as well");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_cannot_be_paid_leaves_no_file() {
    let fake = fal::Fake::start().await;
    let world = with_fal(&fake, settings()).await;
    let poor = world.store.create_account("poor", Wall.now()).await.unwrap().id;
    let caller = Caller { account: poor, ..world.live.clone() };
    let input = input(&[&data_uri(&picture(8))]);
    let fault = world.order_with(&caller, BANANA, input, 1).await.err().unwrap();
    assert_eq!(fault.kind, Kind::InsufficientCredit);
    assert_eq!(world.engine.files(&caller, 100, None).await.unwrap(), []);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_keeps_so_much_and_no_more() {
    let size = picture(9).len() as u64;
    let settings = Settings { stored_upload_bytes_per_account: 2 * size, ..settings() };
    let world = World::with(Setting { settings, ..Setting::default() }).await;
    let first = upload(&world, &world.test, &picture(9)).await;
    upload(&world, &world.test, &picture(9)).await;
    let full = |fault: Fault| {
        assert_eq!(fault.kind, Kind::TooLarge);
        assert!(fault.message.contains(&format!("take {} of {} bytes", 2 * size, 2 * size)), "{fault:?}");
    };
    full(world.engine.upload(&world.test, None).await.err().unwrap());
    world.engine.delete_file(&world.test, first.id).await.unwrap();
    full_after(&world, size).await;
    let other = world.store.create_account("other", Wall.now()).await.unwrap().id;
    let entry = ledger::top_up(other, Mode::Test, "other", MicroUsd(1), Wall.now());
    assert!(world.store.book(entry).await.unwrap());
    upload(&world, &Caller { account: AccountId(other.0), ..world.test.clone() }, &picture(9)).await;
    world.close().await;
}

/// What was not announced is found out at the end, and leaves nothing.
async fn full_after(world: &World, size: u64) {
    let mut upload = world.engine.upload(&world.test, None).await.unwrap();
    upload.add(&noisy()).unwrap();
    let fault = upload.finish(None).await.unwrap_err();
    assert_eq!(fault.kind, Kind::TooLarge);
    assert_eq!(world.store.stored_bytes(world.test.account).await.unwrap(), size);
    let fault = world.engine.upload(&world.test, Some(2 * size)).await.err().unwrap();
    assert_eq!(fault.kind, Kind::TooLarge);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_fetched_from_a_public_address_and_from_no_other() {
    let shelf = files::Fake::start().await;
    let open = World::with(Setting { settings: settings(), ..Setting::default() }).await;
    let there = shelf.redirect("there", &shelf.put("a.png", "text/html", picture(9)));
    let file = open.engine.upload_from(&open.test, &there.parse().unwrap()).await.unwrap();
    assert_eq!((file.width, file.format.as_str()), (Some(9), "png"));
    for (url, words) in [
        (shelf.refuse("gone", http::StatusCode::NOT_FOUND), "leads to no file"),
        (shelf.refuse("down", http::StatusCode::BAD_GATEWAY), "could not be fetched"),
        (shelf.put("page", "image/png", "<html><body>x</body></html>"), "file is html (text/html)"),
    ] {
        let fault = open.engine.upload_from(&open.test, &url.parse().unwrap()).await.unwrap_err();
        assert!(fault.message.contains(words), "{words}: {fault:?}");
    }
    open.close().await;
    let closed = World::new().await;
    let fault = closed.engine.upload_from(&closed.test, &there.parse().unwrap()).await.unwrap_err();
    assert!(fault.message.contains("could not be fetched"), "{fault:?}");
    assert_eq!(shelf.fetches_of("there"), 1, "a private address is never asked");
    closed.close().await;
}

/// fal, with files in another form.
struct Wants(Fal, FileForm);

impl Adapter for Wants {
    fn manifest(&self) -> &Manifest {
        self.0.manifest()
    }
    fn file_form(&self, _: &str) -> FileForm {
        self.1
    }
    fn submit(&self, work: &Work, token: &Token) -> Result<Call, Trouble> {
        self.0.submit(work, token)
    }
    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        self.0.read_submit("", reply)
    }
    fn poll(&self, handle: &Handle) -> Call {
        self.0.poll(handle)
    }
    fn read_poll(&self, handle: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        self.0.read_poll(handle, reply)
    }
    fn cancel(&self, handle: &Handle) -> Option<Call> {
        self.0.cancel(handle)
    }
    fn read_cancel(&self, handle: &Handle, reply: &Reply) -> Result<CancelWord, Trouble> {
        self.0.read_cancel(handle, reply)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_gets_the_form_that_it_takes_or_the_caller_hears_why_not() {
    let fake = fal::Fake::start().await;
    for (form, public_url) in [(FileForm::Data, Some(PUBLIC.to_owned())), (FileForm::Url, None)] {
        let adapter = Wants(Fal::with_callback_keys_at(fake.callback_keys_url()), form);
        let live = vec![(Arc::new(adapter) as _, fake.base_url(), fal::KEY)];
        let settings = Settings { public_url, ..settings() };
        let world = World::with(Setting { settings, live, ..Setting::default() }).await;
        let brought = data_uri(&picture(8));
        match form {
            FileForm::Data => {
                edit(&world, &[&brought]).await;
                assert_eq!(fake.inputs()[0]["image_urls"][0], brought);
            }
            _ => {
                let fault = refused(&world, &world.live, &brought).await;
                assert!(fault.message.contains("ask the operator to set `public_url`"), "{fault:?}");
                edit(&world, &["https://elsewhere.test/x.png"]).await;
                assert_eq!(world.engine.files(&world.live, 100, None).await.unwrap(), []);
            }
        }
        world.close().await;
    }
}
