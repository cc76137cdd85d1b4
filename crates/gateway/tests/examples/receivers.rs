//! The receivers of signed webhooks, with messages that the library of either language signed.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::ground::{Ground, Server, said};
use crate::tools::example;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ANOTHER_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const MESSAGES: usize = 25;

/// A running receiver; ended when dropped.
struct Receiver {
    child: Child,
    url: String,
}

impl Receiver {
    /// Starts one that answers 500 to about a third of the good messages.
    fn start(ground: &Ground, path: &str) -> Self {
        Self::start_at(ground, path, SECRET, 0, "7")
    }

    /// The same at this port, with this secret and its own chance.
    fn start_at(ground: &Ground, path: &str, secret: &str, port: u16, seed: &str) -> Self {
        let mut child = example(path)
            .envs([("WEBHOOK_SECRET", secret), ("FAIL_PERCENT", "33"), ("SEED", seed)])
            .env("PORT", port.to_string())
            .env("LOG", ground.path(&log_of(path)))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut port).unwrap();
        // Nobody reads on; the pipe is kept open so that a later line does not end the receiver.
        std::thread::spawn(move || out.lines().map_while(Result::ok).for_each(drop));
        Self { child, url: format!("http://127.0.0.1:{}/webhooks/spool", port.trim()) }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // Its parent passes SIGTERM on, but could not pass on a SIGKILL.
        let _ = std::process::Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

fn log_of(path: &str) -> String {
    format!("{}.log", path.replace('/', "-"))
}

/// Sends messages signed with the secret: status and id of each.
fn send(path: &str, url: &str, secret: &str) -> Vec<(String, String)> {
    let mut command = example(path);
    let out = said(command.args([url, &MESSAGES.to_string()]).env("WEBHOOK_SECRET", secret)).well();
    let answers: Vec<_> = out
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(status, id)| (status.to_owned(), id.to_owned()))
        .collect();
    assert_eq!(answers.len(), MESSAGES, "{out}");
    answers
}

#[test]
fn a_receiver_takes_what_was_signed_with_its_secret_and_nothing_else() {
    let ground = Ground::new();
    let mut statuses = Vec::new();
    for receiver in ["webhooks/receiver.py", "webhooks/receiver.mjs"] {
        let running = Receiver::start(&ground, receiver);
        let mut answers = Vec::new();
        for sender in ["webhooks/send.py", "webhooks/send.mjs"] {
            answers.extend(send(sender, &running.url, SECRET));
            for (status, id) in send(sender, &running.url, ANOTHER_SECRET) {
                assert_eq!(status, "400", "{receiver} took {id} of a stranger");
            }
        }
        let taken: Vec<&str> =
            answers.iter().filter(|(status, _)| status == "204").map(|(_, id)| id.as_str()).collect();
        let log = std::fs::read_to_string(ground.path(&log_of(receiver))).unwrap();
        assert_eq!(log.lines().collect::<Vec<_>>(), taken, "{receiver}");
        assert!(answers.iter().all(|(status, _)| status == "204" || status == "500"), "{answers:?}");
        let refused = answers.len() - taken.len();
        assert!((5..=30).contains(&refused), "{receiver} refused {refused} of {}", answers.len());
        statuses.push(answers.into_iter().map(|(status, _)| status).collect::<Vec<_>>());
    }
    assert_eq!(statuses[0], statuses[1], "the same seed refuses the same messages in both languages");
}

const RECEIVERS: [&str; 2] = ["webhooks/receiver.py", "webhooks/receiver.mjs"];

#[test]
fn w1_w2_receivers_that_fail_and_restart_get_every_event_and_can_verify_each() {
    let ground = Ground::new();
    let server = Server::start(ground.command(["serve", "--listen", "127.0.0.1:0"]).envs([
        ("SPOOL_EGRESS_ALLOW", "127.0.0.0/8"),
        ("SPOOL_WEBHOOKS_RETRY_PAUSES_S", "0,1,1,1,1,1,2,2,2,2,2,2,3,3,3,3,3,3"),
    ]));
    let key = ground.test_key();
    // The secret is known only after the address is, so each receiver's port is chosen first.
    let ports = RECEIVERS.map(|_| TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
    let secrets = ports.map(|port| {
        let url = format!("http://127.0.0.1:{port}/webhooks/spool");
        let body = json!({ "url": url, "events": ["job.succeeded", "job.failed"] });
        let (status, endpoint) = server.ask(&key, "POST", "/v1/webhooks/endpoints", &body.to_string());
        assert_eq!(status, 201, "{endpoint}");
        endpoint["secret"].as_str().unwrap().to_owned()
    });
    let start = |seed: &str| -> Vec<Receiver> {
        let each = RECEIVERS.iter().zip(&secrets).zip(ports);
        each.map(|((path, secret), port)| Receiver::start_at(&ground, path, secret, port, seed)).collect()
    };
    let mut wanted = BTreeSet::new();
    let mut order = |jobs: usize, outcome: &str| {
        for n in 0..jobs {
            let input = json!({ "prompt": format!("a fox, number {n} {outcome}") });
            let body = json!({ "model": "flux-schnell", "input": input });
            let (_, generation) = server.ask(&key, "POST", "/v1/generations", &body.to_string());
            let id = generation["id"].as_str().unwrap_or_else(|| panic!("{generation}"));
            let job = id.strip_prefix("gen_").unwrap();
            let news = if generation["status"] == "completed" { "succeeded" } else { "failed" };
            wanted.insert(format!("msg_{job}_{news}"));
        }
    };
    let running = start("1");
    order(12, "");
    drop(running);
    order(4, "[sandbox outcome=fail]");
    let running = start("2");
    order(6, "");

    let pending = || -> usize {
        let (_, page) = server.ask(&key, "GET", "/v1/webhooks/deliveries?state=pending&limit=100", "");
        listed(&page).len()
    };
    // That a delivery is over rings no bell outside the server.
    while pending() > 0 {
        std::thread::sleep(Duration::from_millis(200));
    }
    for path in RECEIVERS {
        let log = std::fs::read_to_string(ground.path(&log_of(path))).unwrap();
        let taken: BTreeSet<String> = log.lines().map(str::to_owned).collect();
        assert_eq!(taken, wanted, "{path}");
    }
    // None was refused for its signature, and some were sent again.
    let (_, page) = server.ask(&key, "GET", "/v1/webhooks/deliveries?limit=100", "");
    let mut tries = 0;
    for delivery in listed(&page) {
        assert_eq!(delivery["state"], "delivered", "{delivery}");
        let path = format!("/v1/webhooks/deliveries/{}", delivery["id"].as_str().unwrap());
        let (_, delivery) = server.ask(&key, "GET", &path, "");
        for one in delivery["log"].as_array().unwrap() {
            tries += 1;
            let status = one["status"].as_u64();
            assert!([None, Some(204), Some(500)].contains(&status), "{one}");
        }
    }
    assert!(tries > 2 * wanted.len(), "{tries} tries for {} messages to two receivers", wanted.len());
    drop(running);
}

/// The items of a list.
fn listed(page: &Value) -> &Vec<Value> {
    page["deliveries"].as_array().unwrap_or_else(|| panic!("{page}"))
}
