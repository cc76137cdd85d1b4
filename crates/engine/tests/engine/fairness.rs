//! One account's flood does not make another one wait for all of it (O3).

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use spool_domain::ids::AccountId;
use spool_domain::ledger;
use spool_domain::money::MicroUsd;
use spool_domain::order::{Caller, Mode};
use spool_engine::settings::{Assets, Settings};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};

use crate::rules::Scripted;
use crate::world::{Setting, World};

/// A provider that takes a request and answers it only when it is let go.
struct Held {
    url: String,
    asked: mpsc::UnboundedReceiver<()>,
    gate: Arc<Semaphore>,
    server: tokio::task::JoinHandle<()>,
}

impl Held {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (ask, asked) = mpsc::unbounded_channel();
        let gate = Arc::new(Semaphore::new(0));
        let answer = async |State((ask, gate)): State<(mpsc::UnboundedSender<()>, Arc<Semaphore>)>| {
            ask.send(()).unwrap();
            gate.acquire().await.unwrap().forget();
            r#"{"url":"https://made.example/1.png"}"#
        };
        let router = Router::new().fallback(answer).with_state((ask, Arc::clone(&gate)));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, asked, gate, server }
    }

    async fn is_asked(&mut self) {
        self.asked.recv().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn o3_a_quiet_account_begins_while_a_noisy_one_waits_for_its_own() {
    let (mut noisy_provider, mut quiet_provider) = (Held::start().await, Held::start().await);
    let settings =
        Settings { workers: 4, workers_per_account: 3, assets: Assets::Pass, ..Settings::default() };
    let live = vec![
        (Scripted::named("scripted"), noisy_provider.url.clone(), ""),
        (Scripted::named("second"), quiet_provider.url.clone(), ""),
    ];
    let world = World::with(Setting { settings, live, ..Setting::default() }).await;
    let quiet = Caller {
        account: world.store.create_account("quiet", world.engine.clock().now()).await.unwrap().id,
        ..world.live.clone()
    };
    assert_ne!(quiet.account, AccountId(1));
    let credit =
        ledger::top_up(quiet.account, Mode::Live, "x", MicroUsd(1_000_000), world.engine.clock().now());
    assert!(world.store.book(credit).await.unwrap());

    let mut noisy = Vec::new();
    for n in 0..8 {
        noisy.push(world.order(&world.live, "test/picture", &format!("noise {n}"), 1).await.unwrap());
    }
    for _ in 0..3 {
        noisy_provider.is_asked().await;
    }
    // Three of four workers are the noisy account's, and the last one is kept.
    let first = world.order(&quiet, "test/quiet", "a whisper", 1).await.unwrap();
    quiet_provider.is_asked().await;
    assert_eq!(noisy_provider.asked.try_recv().ok(), None);
    quiet_provider.gate.add_permits(1);
    assert!(first.wait(Duration::from_secs(60)).await.phase.is_done());

    // What was passed over goes on as soon as its own account has room.
    noisy_provider.gate.add_permits(8);
    for ticket in noisy {
        assert!(ticket.wait(Duration::from_secs(60)).await.phase.is_done());
    }
    for held in [noisy_provider, quiet_provider] {
        held.server.abort();
    }
    world.close().await;
}
