//! kill -9 at any moment: what was acknowledged is there, and the books are sound (D1, J1).

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use futures::future::join_all;
use spool_domain::ids::JobId;
use spool_domain::order::Mode;
use spool_domain::store::Page;

use crate::world::{ONE, World, sqlite_in};

const FOLDER: &str = "SPOOL_CRASH_FOLDER";
const ROUND: &str = "SPOOL_CRASH_ROUND";

#[tokio::test]
async fn j1_what_was_acknowledged_survives_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for round in 1..=5 {
        acknowledged.extend(run_and_kill(dir.path(), round));
        let world = sqlite_in(dir.path(), 0);
        world.is_sound().await;
        for (moment, id) in &acknowledged {
            check(&world, moment, *id).await;
        }
    }
    assert!(acknowledged.iter().any(|(moment, _)| moment == "submitted"));
    assert!(acknowledged.iter().any(|(moment, _)| moment == "ended"));
}

/// Starts a writer, waits for some acknowledgements, and kills it in the middle of its work.
fn run_and_kill(dir: &Path, round: u64) -> Vec<(String, JobId)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "crash::writes_until_it_is_killed", "--nocapture"])
        .env(FOLDER, dir)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut acknowledged = Vec::new();
    let mut line = String::new();
    while reader.read_line(&mut line).unwrap() > 0 {
        // The last line may be torn by the kill.
        if let Some(words) = line.strip_suffix('\n').and_then(|line| line.strip_prefix("ack ")) {
            let (moment, id) = words.split_once(' ').unwrap();
            acknowledged.push((moment.to_owned(), JobId::parse(id).unwrap()));
            if acknowledged.len() as u64 == 150 + 37 * round {
                child.kill().unwrap();
            }
        }
        line.clear();
    }
    assert!(!child.wait().unwrap().success(), "it was killed");
    assert!(acknowledged.len() as u64 >= 150 + 37 * round);
    acknowledged
}

async fn check(world: &World, moment: &str, id: JobId) {
    let mut found = None;
    for account in world.store.accounts().await.unwrap() {
        found = found.or(world.store.job(account.id, Mode::Live, id).await.unwrap());
    }
    let job = found.unwrap_or_else(|| panic!("job {id} was {moment} and is lost"));
    assert!(
        moment == "submitted" || job.phase.is_done(),
        "job {id} was {moment} and is {}",
        job.phase.name()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the crash test starts it in a process of its own"]
async fn writes_until_it_is_killed() {
    let (Ok(dir), Ok(round)) = (std::env::var(FOLDER), std::env::var(ROUND)) else {
        panic!("started without a folder");
    };
    // Every round has its own second, so that ids differ.
    let world = sqlite_in(Path::new(&dir), 1_000 * round.parse::<i64>().unwrap());
    world.store.take_over(ONE).await.unwrap();
    let account = world.account(1_000_000).await;
    let worker = async || {
        loop {
            let job = world.admit(world.order(account)).await;
            println!("ack submitted {}", job.id);
            for job in world.store.claim(ONE, 1, 30_000, &[]).await.unwrap().jobs {
                let job = world.commit(world.failed(&job)).await;
                println!("ack ended {}", job.id);
            }
            world.store.jobs(account, Mode::Live, Page { limit: 1, before: None }).await.unwrap();
        }
    };
    join_all((0..8).map(|_| worker())).await;
}
