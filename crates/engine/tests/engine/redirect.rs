//! A result's server that sends the copy on to an address it must not reach.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use spool_domain::fault::Kind;
use spool_domain::job::{Outcome, Phase};
use spool_engine::address::Allow;
use spool_engine::settings::Settings;
use tokio::net::TcpListener;

use crate::rules::{Scripted, Server, answer};
use crate::world::{Setting, World};

#[tokio::test(flavor = "multi_thread")]
async fn s4_a_result_is_not_fetched_from_where_a_redirect_must_not_lead() {
    // Another address of this machine: only 127.0.0.1 is allowed.
    let trap = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let port = trap.local_addr().unwrap().port();
    let heard = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&heard);
    tokio::spawn(async move {
        while trap.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    for host in ["127.0.0.2", "0x7f.2", "2130706434", "[::ffff:127.0.0.2]", "169.254.169.254", "[::1]"] {
        let location = format!("http://{host}:{port}/a.png");
        let moved = format!("HTTP/1.1 302 X\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let files = Server::start(move |_, _| Some(moved.clone())).await;
        let url = format!("{}/a.png", files.base);
        let provider = Server::start(move |_, _| answer(200, &url)).await;
        let allow = Arc::new(Allow::parse(["127.0.0.1/32"]).unwrap());
        let settings = Settings { allow, http_allowed: true, ..Settings::default() };
        // It keeps results for no time, so the first failed copy is the last.
        let live = vec![(Scripted::keeping("scripted", 0), provider.base.clone(), "")];
        let world = World::with(Setting { settings, live, ..Setting::default() }).await;
        let job = world.run(&world.live, "test/picture", "x").await;
        let Phase::Done(Outcome::Failed(fault)) = &job.phase else { panic!("{host}: {job:?}") };
        assert_eq!(fault.kind, Kind::AssetLost, "{host}");
        world.close().await;
    }
    assert_eq!(heard.load(Ordering::SeqCst), 0);
    drop(tokio::net::TcpStream::connect(("127.0.0.2", port)).await.unwrap());
    while heard.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}
