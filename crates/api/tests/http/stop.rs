//! O1: the server stops in order.

use serde_json::json;
use spool_domain::ids::JobId;
use spool_domain::order::{Caller, Mode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::World;

#[tokio::test]
async fn o1_who_waits_is_answered_when_the_server_stops() {
    let world = World::new().await;
    let slow =
        json!({ "model": "flux-1.1-pro", "input": { "prompt": "slow [sandbox delay=300]" }, "wait": 60 });
    let held = tokio::spawn(world.request("POST", "/v1/generations").json(slow).send());
    while world.engine.waited_for() == 0 {
        tokio::task::yield_now().await;
    }
    world.api.stopping().cancel();
    let answer = held.await.unwrap();
    assert_eq!(answer.status, 202);
    let id = JobId::parse(&answer.body()["id"].as_str().unwrap()[4..]).unwrap();
    let key = spool_api::keys::parse(&world.key).unwrap().id;
    let caller = Caller { account: world.account, key, mode: Mode::Test };
    world.engine.cancel(&caller, id).await.unwrap();
    world.close().await;
}

#[tokio::test]
async fn o1_a_stopping_server_is_not_ready() {
    let world = World::new().await;
    // The head is half sent before the stop, so that the connection is busy and not let go.
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    assert_eq!(world.get("/readyz").await.status, 200);
    world.api.stopping().cancel();
    stream.write_all(b"connection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.ends_with("{\"status\":\"draining\"}"), "{answer}");
    world.close().await;
}
