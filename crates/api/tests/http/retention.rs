//! How long run/jobs shows a job after its end.

use serde_json::json;
use spool_api::dialects::Dialects;
use spool_domain::ids::JobId;
use spool_domain::time::Clock;
use spool_engine::Forgotten;

use crate::jobs::{fox, run, start};
use crate::world::{Answer, Setting, World};

const HOUR_MS: i64 = 3_600_000;

/// What run/jobs says of a job at every door, and then two others of the same job.
async fn seen(world: &World, id: &str) -> ([Answer; 4], [Answer; 3]) {
    let bare = id.strip_prefix("job_").unwrap();
    let at = |path: String| async move { world.get(&path).await };
    (
        [
            at(format!("/v1/jobs/{id}")).await,
            at(format!("/v1/jobs/{id}/result")).await,
            at(format!("/v1/jobs/{id}/events")).await,
            world.request("DELETE", &format!("/v1/jobs/{id}")).send().await,
        ],
        [
            at(format!("/v1/generations/gen_{bare}")).await,
            at(format!("/v1/task/task_{bare}")).await,
            at(format!("/v1/tasks/{bare}")).await,
        ],
    )
}

/// Runs a job, and stops the clock at the moment of its end.
async fn ended(world: &World) -> String {
    let made = run(world, "flux-1.1-pro", fox("a fox")).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let id = made.body()["job_id"].as_str().unwrap().to_owned();
    world.stop_clock();
    world.pass_ms(ended_at(world, &id).await - world.clock.now().0);
    id
}

/// When a job ended, milliseconds of Unix time.
async fn ended_at(world: &World, id: &str) -> i64 {
    let job = JobId::parse(id.strip_prefix("job_").unwrap()).unwrap();
    world.engine.job(&world.caller(), job).await.unwrap().ended_at.unwrap().0
}

#[tokio::test]
async fn a_day_after_its_end_a_job_is_gone_from_this_dialect_and_from_no_other() {
    let world = World::with(Setting::default()).await;
    let id = ended(&world).await;
    world.pass_ms(24 * HOUR_MS - 1);
    let (here, elsewhere) = seen(&world, &id).await;
    assert_eq!(here.map(|answer| answer.status), [200, 200, 200, 400], "the last: it is over");
    assert_eq!(elsewhere.map(|answer| answer.status), [200; 3]);

    world.pass_ms(1);
    let (here, elsewhere) = seen(&world, &id).await;
    let missing = world.get(&format!("/v1/jobs/job_{}", JobId([7; 20]))).await;
    for answer in here {
        assert_eq!((answer.status, answer.fault().0.as_str()), (404, "JOB_NOT_FOUND"));
        assert_eq!(answer.bytes, missing.bytes, "a job that is gone looks like one that never was");
    }
    assert_eq!(elsewhere.map(|answer| answer.status), [200; 3]);
    world.close().await;
}

#[tokio::test]
async fn a_job_that_goes_on_is_shown_however_long_it_takes() {
    let world = World::with(Setting::default()).await;
    world.stop_clock();
    let id = start(&world, "slow [sandbox delay=60]").await;
    // Not far enough for the engine to give it up for its age.
    world.pass_ms(30_000);
    assert_eq!(world.get(&format!("/v1/jobs/{id}")).await.body()["data"]["status"], "processing");
    let ended = world.request("DELETE", &format!("/v1/jobs/{id}")).send().await;
    assert_eq!(ended.body()["data"]["status"], json!("cancelled"), "{}", ended.text());
    world.pass_ms(24 * HOUR_MS);
    assert_eq!(world.get(&format!("/v1/jobs/{id}")).await.status, 404);
    world.close().await;
}

#[tokio::test]
async fn the_operator_says_how_long_and_0_is_for_ever() {
    for (jobs_kept_h, after_h, status) in [(1, 1, 404), (48, 47, 200), (48, 48, 404), (0, 1_000_000, 200)] {
        let dialects = Dialects { jobs_kept_h };
        let world = World::with(Setting { dialects, ..Setting::default() }).await;
        let id = ended(&world).await;
        world.pass_ms(after_h * HOUR_MS);
        assert_eq!(world.get(&format!("/v1/jobs/{id}")).await.status, status, "{jobs_kept_h} {after_h}");
        world.close().await;
    }
}

#[tokio::test]
async fn k5_a_key_lives_a_day_longer_than_its_job_and_the_sandbox_remembers_a_week() {
    let world = World::with(Setting::default()).await;
    let send = async |prompt: &str| {
        let request = world.request("POST", "/v1/models/flux-1.1-pro/run").json(fox(prompt));
        request.header("idempotency-key", "a").send().await
    };
    let first = send("a fox").await;
    assert_eq!(first.status, 200, "{}", first.text());
    world.stop_clock();
    let end = ended_at(&world, first.body()["job_id"].as_str().unwrap()).await;
    let at = async |ms: i64| {
        world.pass_ms(end + ms - world.clock.now().0);
        world.engine.forget_old().await
    };
    assert_eq!(at(24 * HOUR_MS).await, Forgotten::default());
    assert_eq!(send("another fox").await.fault().0, "INVALID_INPUT", "the key is taken");
    assert_eq!(at(24 * HOUR_MS + 1).await, Forgotten { keys: 1, ..Forgotten::default() });
    // The same request is the same job still, and another one may have the key now.
    let again = send("a fox").await;
    assert_eq!(
        (again.header("idempotent-replayed"), &again.body()["job_id"]),
        (Some("true"), &first.body()["job_id"])
    );
    assert_eq!(at(7 * 24 * HOUR_MS + 10_000).await, Forgotten { resident_jobs: 1, ..Forgotten::default() });
    world.close().await;
}

#[tokio::test]
async fn a_delivery_can_be_looked_at_for_a_month_after_it_was_over() {
    let world = World::with(Setting { loopback: true, ..Setting::default() }).await;
    let receiver = spool_fakes::receiver::Fake::start().await;
    let mut body = fox("a fox");
    body["webhook_url"] = receiver.url("/").into();
    let run = world.request("POST", "/v1/models/flux-1.1-pro/run").json(body).send().await;
    assert_eq!(run.status, 202, "{}", run.text());
    receiver.wait_for(1).await;
    let deliveries = async |state: &str| {
        let page = world.get(&format!("/v1/webhooks/deliveries?state={state}")).await.body();
        page["deliveries"].as_array().unwrap().len()
    };
    // The answer was given; that it is written down rings no bell outside.
    while deliveries("delivered").await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    world.pass_ms(29 * 24 * HOUR_MS);
    assert_eq!(world.engine.forget_old().await.deliveries, 0);
    world.pass_ms(24 * HOUR_MS + 60_000);
    assert_eq!(world.engine.forget_old().await.deliveries, 1);
    assert_eq!(deliveries("delivered").await, 0);
    world.close().await;
}
