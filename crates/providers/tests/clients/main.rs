//! The vendors' own client libraries against our fakes: what they understand is the true protocol, not only ours.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that is not as expected")]

use std::path::Path;

use spool_fakes::upstream::{Behaviour, CALLBACK_SECRET, Fake};
use tokio::process::Command;

/// Runs a program of this folder with these arguments; it must end well.
async fn drive(program: &str, arguments: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("../../target/tools/venv/bin/python");
    assert!(python.exists(), "the client libraries are not there: run `make tools`");
    let output = Command::new(python)
        .arg(root.join("tests/clients").join(program))
        .args(arguments)
        // Nothing of the machine's own settings, and no way around the loopback address.
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("NO_PROXY", "*")
        .output()
        .await
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{program}:\n{}{}", text(&output.stdout), text(&output.stderr));
}

/// Runs a program with the fake's address and key.
async fn try_client(program: &str, fake: &Fake) {
    drive(program, &[&fake.base_url(), fake.key()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replicates_client_runs_follows_cancels_and_verifies() {
    let fake = spool_fakes::replicate::start().await;
    fake.next(Behaviour::Queue { waiting: 1, running: 1 });
    try_client("replicate_client.py", &fake).await;
    assert_eq!(fake.bill().len(), 1, "the canceled one is not paid");
    let (headers, body) = fake.callback_of(&fake.accepted()[0], true).unwrap();
    let headers =
        serde_json::to_string(&headers.into_iter().collect::<std::collections::BTreeMap<_, _>>()).unwrap();
    drive(
        "replicate_webhook.py",
        &[&fake.base_url(), fake.key(), &headers, std::str::from_utf8(&body).unwrap()],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openais_client_draws_speaks_and_writes_down() {
    let fake = spool_fakes::openai::hosted().await;
    fake.next(Behaviour::Busy { retry_after_s: 1 });
    try_client("openai_client.py", &fake).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn runways_client_follows_and_deletes_a_task() {
    let fake = spool_fakes::runway::start().await;
    drive("runway_client.py", &[&fake.origin(), fake.key()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lumas_client_follows_a_clip_and_a_picture() {
    let fake = spool_fakes::luma::start().await;
    try_client("luma_client.py", &fake).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn elevenlabs_client_speaks_and_makes_a_sound() {
    let fake = spool_fakes::elevenlabs::start().await;
    try_client("elevenlabs_client.py", &fake).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn googles_client_draws_and_follows_a_clip() {
    let fake = spool_fakes::google::start().await;
    drive("google_client.py", &[&fake.origin(), fake.key(), CALLBACK_SECRET]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dashscopes_client_follows_a_task() {
    let fake = spool_fakes::dashscope::start().await;
    try_client("dashscope_client.py", &fake).await;
}
