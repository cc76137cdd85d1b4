//! `kill -9` at random moments, again and again, on the same data folder: every acknowledged job ends right, the
//! sandbox's own bill equals our cost entries, and no provider beside the server is paid twice for a job (J1, U1, U2, U4,
//! M10, M12). The seed is printed; set `CRASH_SEED` to repeat a run and `CRASH_ROUNDS` for a longer one.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says where")]

mod providers;

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use providers::Upstreams;
use serde_json::{Value, json};

/// What a job orders, and how it must end.
struct Wish {
    prompt: &'static str,
    model: &'static str,
    n: u32,
    status: &'static str,
    code: Option<&'static str>,
}

const fn wish(prompt: &'static str, model: &'static str, status: &'static str) -> Wish {
    Wish { prompt, model, n: 1, status, code: None }
}

const IMAGE: &str = "flux-schnell";
const VIDEO: &str = "kuaishou/kling-2.6";

/// The mix: jobs that are submitting, running and storing when the power goes, and every way to lose an answer.
fn wishes() -> Vec<Wish> {
    vec![
        wish("a lighthouse", IMAGE, "completed"),
        wish("a lighthouse [sandbox delay=0.2]", IMAGE, "completed"),
        wish("a lighthouse [sandbox delay=0.6]", IMAGE, "completed"),
        wish("a lighthouse [sandbox outcome=lost-answer]", IMAGE, "completed"),
        wish("a lighthouse [sandbox outcome=late-accept]", IMAGE, "completed"),
        wish("waves [sandbox delay=0.1]", VIDEO, "completed"),
        Wish { n: 3, ..wish("three boats", IMAGE, "completed") },
        Wish {
            code: Some("provider_unavailable"),
            ..wish("a wreck [sandbox outcome=fail]", IMAGE, "failed")
        },
        Wish {
            code: Some("provider_unavailable"),
            ..wish("a ghost [sandbox outcome=expired-asset]", IMAGE, "failed")
        },
        Wish { code: Some("content_policy"), ..wish("a pirate [sandbox outcome=refuse]", IMAGE, "failed") },
    ]
}

/// A small generator of random numbers (SplitMix64): a seed gives the same run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }
}

/// The running server. Killed when dropped, so that no test run leaves one behind.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_spool"))
            // Thousands of jobs are read at the end, by one key and as fast as they come.
            .args(["serve", "--listen", "127.0.0.1:0", "--set", "limits.requests_per_second=0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map(Result::unwrap)
            .find_map(|line| line.split("http://").nth(1)?.split(['/', ' ']).next()?.parse().ok())
            .expect("the server prints its address");
        // Nobody reads on; the pipe is kept open so that a later line does not end the server.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it the polite way.
    fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success(), "a polite stop exits with 0");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One exchange; nothing if the server died on the way.
fn exchange(
    address: SocketAddr,
    key: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(90))).ok()?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8(answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, serde_json::from_str(body).ok()?))
}

#[test]
fn j1_no_acknowledged_job_is_lost_or_paid_twice_over_a_hundred_crashes() {
    let rounds: u64 = std::env::var("CRASH_ROUNDS").map_or(100, |text| text.parse().unwrap());
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64;
    let seed: u64 = std::env::var("CRASH_SEED").map_or(now, |text| text.parse().unwrap());
    println!("crash test: seed {seed}, {rounds} rounds");
    let mut random = Random(seed);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let wishes = wishes();
    let acknowledged: Mutex<Vec<(String, usize)>> = Mutex::default();
    let upstreams = Upstreams::start(&data);
    // Id, prompt, and which provider it went to.
    let live: Mutex<Vec<(String, String, usize)>> = Mutex::default();

    let (mut key, mut live_key) = (String::new(), String::new());
    for round in 0..rounds {
        let server = Server::start(&data);
        if key.is_empty() {
            key = std::fs::read_to_string(data.join("test.key")).unwrap().trim().to_owned();
            live_key = providers::live_key(&data);
        }
        let paid: Vec<(usize, String)> = (0..1 + random.below(3))
            .map(|n| (upstreams.pick(&mut random), format!("boat {n} of round {round}")))
            .collect();
        let orders: Vec<usize> =
            (0..4 + random.below(5)).map(|_| random.below(wishes.len() as u64) as usize).collect();
        let pauses: Vec<u64> = orders.iter().map(|_| random.below(40)).collect();
        let power_cut = Duration::from_millis(20 + random.below(500));
        std::thread::scope(|scope| {
            let (address, key, wishes, acknowledged) = (server.address, &key, &wishes, &acknowledged);
            let (live_key, upstreams, live) = (&live_key, &upstreams, &live);
            scope.spawn(move || {
                for (place, prompt) in paid {
                    let upstream = &upstreams.all[place];
                    let mut input = upstream.input.clone();
                    input["prompt"] = prompt.clone().into();
                    let body = json!({"model": upstream.model, "wait": 0, "input": input});
                    let answer = exchange(address, live_key, "POST", "/v1/generations", Some(&body));
                    let Some((status, answer)) = answer else { return };
                    assert_eq!(status, 202, "{answer}");
                    live.lock().unwrap().push((answer["id"].as_str().unwrap().to_owned(), prompt, place));
                }
            });
            scope.spawn(move || {
                for (order, pause_ms) in orders.into_iter().zip(pauses) {
                    let wish = &wishes[order];
                    let body = json!({"model": wish.model, "n": wish.n, "wait": 0, "input": {"prompt": wish.prompt}});
                    // No answer means no promise: such a job may exist or not, and the audit covers it.
                    let Some((status, answer)) = exchange(address, key, "POST", "/v1/generations", Some(&body)) else {
                        return;
                    };
                    assert_eq!(status, 202, "{answer}");
                    acknowledged.lock().unwrap().push((answer["id"].as_str().unwrap().to_owned(), order));
                    std::thread::sleep(Duration::from_millis(pause_ms));
                }
            });
            std::thread::sleep(power_cut);
            server.kill();
        });
    }

    let server = Server::start(&data);
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(
        acknowledged.len() as u64 >= rounds / 2,
        "too few jobs to prove anything: {}",
        acknowledged.len()
    );
    // A killed submit waits for the quiet period of a minute after the last start before it may be sent again (U5).
    let give_up = Instant::now() + Duration::from_secs(240);
    for (id, order) in &acknowledged {
        let wish = &wishes[*order];
        loop {
            let path = format!("/v1/generations/{id}?wait=30");
            let (status, job) =
                exchange(server.address, &key, "GET", &path, None).expect("the server answers");
            assert_eq!(status, 200, "job {id} is lost: {job} (seed {seed})");
            match job["status"].as_str().unwrap() {
                "queued" | "running" => {
                    assert!(Instant::now() < give_up, "job {id} does not end: {job} (seed {seed})")
                }
                status => {
                    assert_eq!(status, wish.status, "{}: {job} (seed {seed})", wish.prompt);
                    assert_eq!(job["error"]["code"].as_str(), wish.code, "{job} (seed {seed})");
                    let outputs = job["output"]["media"].as_array().map_or(0, Vec::len);
                    assert_eq!(
                        outputs,
                        if status == "completed" { wish.n as usize } else { 0 },
                        "{job} (seed {seed})"
                    );
                    break;
                }
            }
        }
    }
    upstreams.calm();
    let mut ended = HashMap::new();
    for (id, prompt, place) in live.into_inner().unwrap() {
        let give_up = Instant::now() + Duration::from_secs(240);
        let end = loop {
            let path = format!("/v1/generations/{id}?wait=30");
            let (status, job) =
                exchange(server.address, &live_key, "GET", &path, None).expect("the server answers");
            assert_eq!(status, 200, "job {id} is lost: {job} (seed {seed})");
            match job["status"].as_str().unwrap() {
                "completed" => break "completed".to_owned(),
                "queued" | "running" => {
                    assert!(Instant::now() < give_up, "job {id} does not end: {job} (seed {seed})")
                }
                // This dialect has no code of its own for an answer that was lost; its sentence tells.
                _ if job["error"]["message"]
                    .as_str()
                    .unwrap()
                    .starts_with("The provider's answer was lost") =>
                {
                    break "outcome_unknown".to_owned();
                }
                _ => break job["error"].to_string(),
            }
        };
        ended.insert(prompt, (place, end));
    }
    // Jobs that were admitted but not acknowledged end too, before the books are closed.
    let settled = Instant::now() + Duration::from_secs(120);
    let audit = loop {
        let audit = audit(&data);
        if audit["open_jobs"] == 0 || Instant::now() > settled {
            break audit;
        }
        std::thread::sleep(Duration::from_millis(500));
    };
    server.stop();
    let unresolved = upstreams.judge(&ended, seed);
    println!(
        "crash test: {} acknowledged jobs of the sandbox and {} of providers, {unresolved} of them without a way to ask what \
         became of them; audit {audit}",
        acknowledged.len(),
        ended.len()
    );
    assert_eq!(audit["open_jobs"], 0, "{audit} (seed {seed})");
    assert_eq!(audit["broken"], json!([]), "{audit} (seed {seed})");
    assert_eq!(audit["sandbox"]["billed_usd"], audit["sandbox"]["cost_entries_usd"], "{audit} (seed {seed})");
    assert_eq!(audit["sandbox"]["billed_jobs"], audit["sandbox"]["cost_entries"], "{audit} (seed {seed})");
}

fn audit(data: &Path) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_spool"))
        .args(["audit", "--json", "--data"])
        .arg(data)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(&text)
        .unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)))
}
