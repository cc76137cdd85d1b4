//! The balance in its two halves.

use serde_json::json;
use spool_domain::ids::JobId;
use spool_domain::money::MicroUsd;
use spool_domain::order::{Caller, Mode};

use super::{check, finished, submitted};
use crate::world::World;

/// `hard_limit_usd` in cents, `total_usage`, and what is left.
async fn cents(world: &World) -> (i64, i64, i64) {
    let limit = world.get("/v1/dashboard/billing/subscription").await;
    // Clients of this call send dates, which say nothing about a balance.
    let usage = world.get("/v1/dashboard/billing/usage?start_date=2026-01-01&end_date=2026-01-02").await;
    assert_eq!((limit.status, usage.status), (200, 200), "{}{}", limit.text(), usage.text());
    check(world, "BillingSubscription", &limit.body()).await;
    check(world, "BillingUsage", &usage.body()).await;
    let dollars = limit.body()["hard_limit_usd"].as_f64().unwrap();
    let (limit, usage) = ((dollars * 100.0).round() as i64, usage.body()["total_usage"].as_i64().unwrap());
    (limit, usage, limit - usage)
}

#[tokio::test]
async fn the_difference_is_what_is_available_before_during_and_after_a_task() {
    let mut world = World::new().await;
    assert_eq!(world.get("/v1/dashboard/billing/subscription").await.body()["hard_limit_usd"], json!(100));
    assert_eq!(cents(&world).await, (10_000, 0, 10_000));

    let slow = submitted(&world, "flux-1.1-pro", json!({ "prompt": "slow [sandbox delay=300]" })).await;
    assert_eq!(cents(&world).await, (10_000, 4, 9_996));
    let key = spool_api::keys::parse(&world.key).unwrap().id;
    let caller = Caller { account: world.account, key, mode: Mode::Test };
    world.engine.cancel(&caller, JobId::parse(&slow["task_".len()..]).unwrap()).await.unwrap();
    finished(&world, &slow).await;
    // Only what completes is billed.
    assert_eq!(cents(&world).await, (10_000, 0, 10_000));
    let quick = submitted(&world, "flux-1.1-pro", json!({ "prompt": "a fox" })).await;
    finished(&world, &quick).await;
    assert_eq!(cents(&world).await, (9_996, 0, 9_996));

    // Live money is other money, and parts of a cent do not count.
    let other = world.new_account("other", MicroUsd(12_349_999)).await;
    world.key = world.new_key(other, Mode::Live).await;
    assert_eq!(cents(&world).await, (1_234, 0, 1_234));
    world.close().await;
}
