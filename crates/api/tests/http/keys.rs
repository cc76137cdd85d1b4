//! S6: keys at the door.

use std::time::{Duration, Instant};

use spool_domain::order::Mode;
use spool_domain::store::Store;
use spool_domain::time::{Clock, Timestamp};

use crate::world::{Dice, World};

async fn try_key(world: &World, header: Option<&str>) -> (u16, Vec<u8>, usize) {
    let request = crate::world::Request::new(world.address, "GET", "/v1/models");
    let request = match header {
        Some(header) => request.header("authorization", header),
        None => request,
    };
    let answer = request.send().await;
    (answer.status, answer.bytes.to_vec(), answer.headers.len())
}

#[tokio::test]
async fn s6_every_reason_to_refuse_a_key_is_the_same_401() {
    let world = World::new().await;
    let soon = Timestamp(world.clock.now().0 + 5_000);
    let lapsed = world.new_key_until(world.account, Mode::Test, Some(soon)).await;
    assert_eq!(try_key(&world, Some(&format!("Bearer {lapsed}"))).await.0, 200);
    let revoked = world.new_key(world.account, Mode::Test).await;
    let id = spool_api::keys::parse(&revoked).unwrap().id;
    assert!(world.store.revoke_key(&id, world.clock.now()).await.unwrap());
    world.pass_ms(5_000);

    let unknown = spool_api::keys::generate(&Dice, Mode::Test).into_text();
    // A good key's id with another secret: right checksum, wrong hash.
    let forged = {
        let row = spool_api::keys::parse(&world.key).unwrap();
        let body = format!("{}{}", &world.key[..20], "A".repeat(43));
        assert!(body.contains(&row.id.0));
        let mut rest = u64::from(crc32fast::hash(body.as_bytes()));
        let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut checksum = Vec::new();
        for _ in 0..6 {
            checksum.push(digits[(rest % 62) as usize]);
            rest /= 62;
        }
        checksum.reverse();
        format!("{body}{}", String::from_utf8(checksum).unwrap())
    };
    assert!(spool_api::keys::parse(&forged).is_some());

    let missing = try_key(&world, None).await;
    assert_eq!(missing.0, 401);
    let bad_checksum = format!("Bearer {}x", &world.key[..world.key.len() - 1]);
    for header in [
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Basic {}", world.key),
        world.key.clone(),
        bad_checksum,
        format!("Bearer {unknown}"),
        format!("Bearer {forged}"),
        format!("Bearer {lapsed}"),
        format!("Bearer {revoked}"),
    ] {
        assert_eq!(try_key(&world, Some(&header)).await, missing, "{}", header.split(' ').next().unwrap());
    }
    assert_eq!(try_key(&world, Some(&format!("bearer {}", world.key))).await.0, 200);
    world.close().await;
}

#[tokio::test]
async fn s6_a_revoked_key_stops_working_within_a_second() {
    let world = World::new().await;
    let header = format!("Bearer {}", world.key);
    assert_eq!(try_key(&world, Some(&header)).await.0, 200);
    let id = spool_api::keys::parse(&world.key).unwrap().id;
    world.store.revoke_key(&id, world.clock.now()).await.unwrap();
    let revoked = Instant::now();
    // Asked all the time, so that no answer can be a fresh look by chance.
    loop {
        let began = Instant::now();
        let (status, ..) = try_key(&world, Some(&header)).await;
        if status == 401 {
            break;
        }
        assert!(began.duration_since(revoked) < Duration::from_secs(1));
    }
    world.close().await;
}
