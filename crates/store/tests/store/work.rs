//! Claims and leases.

use std::collections::HashSet;
use std::sync::Arc;

use futures::future::join_all;
use spool_domain::job::Phase;
use spool_domain::store::Committed;

use crate::world::{LEASE_MS, ONE, TWO, World};

pub(crate) async fn j8_claims_never_exceed_the_limit(world: &World) {
    let account = world.account(10).await;
    for _ in 0..10 {
        world.admit(world.order(account)).await;
    }
    let mut seen = HashSet::new();
    for (limit, expected) in [(0, 0), (4, 4), (4, 4), (4, 2), (4, 0)] {
        let jobs = world.store.claim(ONE, limit, LEASE_MS, &[]).await.unwrap().jobs;
        assert_eq!(jobs.len(), expected);
        assert!(jobs.iter().all(|job| seen.insert(job.id)), "a leased job was handed out again");
    }
}

pub(crate) async fn claims_come_most_overdue_first_and_tell_the_next_due(world: &World) {
    let account = world.account(4).await;
    assert_eq!(world.store.claim(ONE, 1, LEASE_MS, &[]).await.unwrap().next_due, None);
    let mut orders: Vec<_> = (0..4).map(|_| world.order(account)).collect();
    let dues = [5_000, 1_000, 3_000, 9_000].map(|ms| world.now().after_ms(ms));
    for (order, due) in orders.iter_mut().zip(dues) {
        order.job.due = Some(due);
        world.admit(order.clone()).await;
    }
    let claims = world.store.claim(ONE, 10, LEASE_MS, &[]).await.unwrap();
    assert!(claims.jobs.is_empty());
    assert_eq!(claims.next_due, Some(dues[1]));

    world.pass_ms(5_000);
    let claims = world.store.claim(ONE, 2, LEASE_MS, &[]).await.unwrap();
    let ids: Vec<_> = claims.jobs.iter().map(|job| job.id).collect();
    assert_eq!(ids, [orders[1].job.id, orders[2].job.id]);
    assert_eq!(claims.next_due, Some(dues[0]), "one more is due already");
    let claims = world.store.claim(ONE, 10, LEASE_MS, &[]).await.unwrap();
    assert_eq!(claims.jobs.len(), 1);
    assert_eq!(claims.next_due, Some(dues[3]));
}

pub(crate) async fn o3_jobs_of_excepted_accounts_are_passed_over(world: &World) {
    let noisy = world.account(3).await;
    let quiet = world.account(1).await;
    for _ in 0..3 {
        world.admit(world.order(noisy)).await;
    }
    let wanted = world.admit(world.order(quiet)).await;
    let claims = world.store.claim(ONE, 2, LEASE_MS, &[noisy]).await.unwrap();
    assert_eq!(claims.jobs.iter().map(|job| job.id).collect::<Vec<_>>(), [wanted.id]);
    assert_eq!(claims.next_due, Some(world.now().after_ms(LEASE_MS)), "only the quiet one's lease counts");
    assert_eq!(world.store.claim(ONE, 9, LEASE_MS, &[]).await.unwrap().jobs.len(), 3);
}

pub(crate) async fn a_claimed_job_is_left_alone_until_its_lease_lapses(world: &World) {
    let account = world.account(1).await;
    let admitted = world.admit(world.order(account)).await;
    let first = world.claim(ONE).await;
    assert_eq!(first.epoch, admitted.epoch + 1);
    world.pass_ms(LEASE_MS - 1);
    assert!(world.store.claim(TWO, 1, LEASE_MS, &[]).await.unwrap().jobs.is_empty());
    world.pass_ms(1);
    let second = world.claim(TWO).await;
    assert_eq!((second.id, second.epoch), (first.id, first.epoch + 1));
}

pub(crate) async fn renewing_lengthens_all_leases_of_a_node(world: &World) {
    let account = world.account(3).await;
    for _ in 0..3 {
        world.admit(world.order(account)).await;
    }
    world.store.claim(ONE, 2, LEASE_MS, &[]).await.unwrap();
    let other = world.claim(TWO).await;
    world.pass_ms(LEASE_MS / 2);
    assert_eq!(world.store.renew(ONE, LEASE_MS).await.unwrap(), 2);
    world.pass_ms(LEASE_MS / 2);
    let lapsed = world.store.claim(TWO, 10, LEASE_MS, &[]).await.unwrap().jobs;
    assert_eq!(lapsed.iter().map(|job| job.id).collect::<Vec<_>>(), [other.id]);
    world.pass_ms(LEASE_MS / 2);
    assert_eq!(world.store.claim(TWO, 10, LEASE_MS, &[]).await.unwrap().jobs.len(), 2);
    assert_eq!(world.store.renew(ONE, LEASE_MS).await.unwrap(), 0, "nothing is left to renew");
}

pub(crate) async fn racing_claims_share_no_job(world: &World) {
    let account = world.account(50).await;
    for _ in 0..50 {
        world.admit(world.order(account)).await;
    }
    let claims =
        join_all((0..20).map(|n| world.store.claim(if n % 2 == 0 { ONE } else { TWO }, 3, LEASE_MS, &[])))
            .await;
    let ids: Vec<_> = claims.into_iter().flat_map(|claim| claim.unwrap().jobs).map(|job| job.id).collect();
    assert_eq!(ids.len(), 50);
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 50);
}

pub(crate) async fn j3_jobs_with_the_operator_are_not_claimed(world: &World) {
    let account = world.account(1).await;
    world.admit(world.order(account)).await;
    let job = world.claim(ONE).await;
    let mut asleep = world.step(&job, Phase::Queued);
    Arc::make_mut(&mut asleep.job).due = None;
    world.store.commit(asleep).await.expect_err("an open job without a next action");
    world.commit(world.step(&job, Phase::NeedsOperator)).await;
    world.pass_ms(10 * LEASE_MS);
    let claims = world.store.claim(ONE, 1, LEASE_MS, &[]).await.unwrap();
    assert_eq!((claims.jobs.len(), claims.next_due), (0, None));
}

pub(crate) async fn u12_takeover_ends_foreign_leases_only(world: &World) {
    let account = world.account(3).await;
    for _ in 0..3 {
        world.admit(world.order(account)).await;
    }
    let foreign = world.store.claim(ONE, 2, LEASE_MS, &[]).await.unwrap().jobs;
    let own = world.claim(TWO).await;
    // Where leases cannot be known to be dead at once, they are after they lapsed.
    world.pass_ms(LEASE_MS / 2);
    world.store.renew(TWO, LEASE_MS).await.unwrap();
    world.pass_ms(LEASE_MS / 2);
    assert_eq!(world.store.take_over(TWO).await.unwrap(), 2);
    for job in &foreign {
        assert_eq!(world.store.commit(world.failed(job)).await.unwrap(), Committed::Lost);
    }
    let taken = world.store.claim(TWO, 10, LEASE_MS, &[]).await.unwrap().jobs;
    assert_eq!(taken.len(), 2);
    assert!(taken.iter().all(|job| foreign.iter().any(|old| old.id == job.id && old.epoch < job.epoch)));
    world.commit(world.failed(&own)).await;
}
