//! Sealed credentials: the store keeps bytes, versions and lines in the log.

use serde_json::Map;
use spool_domain::credential::{CredentialRow, Envelope, RemovedCredential};
use spool_domain::ids::AccountId;
use spool_domain::operator::Note;

use crate::world::{ONE, World};

fn note(world: &World, action: &'static str) -> Note {
    let subject = "provider:fal".to_owned();
    Note { actor: "console".to_owned(), action, subject, detail: Map::new(), at: world.now() }
}

fn row(world: &World, name: &str, version: u32) -> CredentialRow {
    CredentialRow {
        provider: "fal".to_owned(),
        name: name.to_owned(),
        version,
        weight: 3,
        accounts: vec![AccountId(1), AccountId(7)],
        envelope: Envelope {
            wrapped_key: vec![1, 0, 255],
            secret: vec![2, version as u8],
            callback_secret: (version > 1).then(|| vec![3]),
        },
        created_at: world.now(),
        changed_at: world.now(),
    }
}

async fn actions(world: &World) -> Vec<String> {
    let lines = world.store.log_before(Default::default(), None, 100).await.unwrap();
    lines.into_iter().rev().map(|line| line.action).collect()
}

pub(crate) async fn a_credential_is_kept_version_by_version_with_its_line_in_the_log(world: &World) {
    let store = &world.store;
    assert_eq!(store.credentials().await.unwrap(), []);
    assert!(!store.put_credential(row(world, "main", 2), note(world, "none")).await.unwrap());
    let first = row(world, "main", 1);
    assert!(store.put_credential(first.clone(), note(world, "first")).await.unwrap());
    assert!(!store.put_credential(first.clone(), note(world, "none")).await.unwrap(), "a late twin");
    let other = CredentialRow { accounts: Vec::new(), ..row(world, "backup", 1) };
    assert!(store.put_credential(other.clone(), note(world, "other")).await.unwrap());
    assert_eq!(store.credentials().await.unwrap(), [other.clone(), first.clone()], "by name");
    world.pass_ms(1_000);
    let second = row(world, "main", 2);
    assert!(!store.put_credential(row(world, "main", 3), note(world, "none")).await.unwrap());
    assert!(store.put_credential(second.clone(), note(world, "second")).await.unwrap());
    let kept = CredentialRow { created_at: first.created_at, ..second };
    assert_eq!(store.credentials().await.unwrap(), [other, kept]);
    let removed = store.remove_credential("fal", "main", true, note(world, "remove")).await.unwrap();
    assert_eq!(removed, RemovedCredential::Done { open_jobs: 0 });
    let again = store.remove_credential("fal", "main", false, note(world, "none")).await.unwrap();
    assert_eq!(again, RemovedCredential::Missing);
    assert_eq!(store.credentials().await.unwrap().len(), 1);
    assert_eq!(actions(world).await, ["first", "other", "second", "remove"]);
}

pub(crate) async fn a_credential_with_open_jobs_is_not_removed_unless_forced(world: &World) {
    let store = &world.store;
    assert!(store.put_credential(row(world, "main", 1), note(world, "put")).await.unwrap());
    let account = world.account(2).await;
    world.admit(world.order(account)).await;
    assert_eq!(store.jobs_under("fal", "main").await.unwrap(), 0, "it waits and may take any");
    let job = world.commit(world.accepted(&world.claim(ONE).await, "r-1")).await;
    for (provider, name, open_jobs) in [("fal", "main", 1), ("fal", "other", 0), ("openai", "main", 0)] {
        assert_eq!(store.jobs_under(provider, name).await.unwrap(), open_jobs, "{provider} {name}");
    }
    let refused = store.remove_credential("fal", "main", true, note(world, "none")).await.unwrap();
    assert_eq!(refused, RemovedCredential::InUse { open_jobs: 1 });
    assert_eq!(store.credentials().await.unwrap().len(), 1);
    let forced = store.remove_credential("fal", "main", false, note(world, "force")).await.unwrap();
    assert_eq!(forced, RemovedCredential::Done { open_jobs: 1 });
    world.pass_ms(600_000);
    assert_eq!(world.claim(ONE).await.id, job.id);
    let over = world.succeeded(&world.read(&job).await);
    world.commit(over).await;
    assert_eq!(store.jobs_under("fal", "main").await.unwrap(), 0);
    assert_eq!(actions(world).await, ["put", "force"]);
}
