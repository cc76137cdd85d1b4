//! The event stream of a job.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::jobs::{check, fox, run, start};
use crate::world::{Answer, World};

/// One event as a reader sees it.
struct Seen {
    id: Option<u32>,
    name: String,
    data: Value,
}

fn parse(text: &str) -> Vec<Seen> {
    let blocks = text.split("\n\n").filter(|block| block.lines().any(|line| line.starts_with("data:")));
    let one = |block: &str| {
        let field = |name: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(name));
            line.map(|value| value.trim_start_matches(':').trim_start().to_owned())
        };
        Seen {
            id: field("id").map(|id| id.parse().unwrap()),
            name: field("event").unwrap(),
            data: serde_json::from_str(&field("data").unwrap()).unwrap(),
        }
    };
    blocks.map(one).collect()
}

async fn watch(world: &World, id: &str, last: Option<&str>) -> Answer {
    let request = world.request("GET", &format!("/v1/jobs/{id}/events"));
    match last {
        Some(last) => request.header("last-event-id", last),
        None => request,
    }
    .send()
    .await
}

/// A stream that is read while it goes on.
struct Live {
    stream: TcpStream,
    text: String,
}

impl Live {
    async fn open(world: &World, id: &str) -> Self {
        let mut stream = TcpStream::connect(world.address).await.unwrap();
        let head = format!(
            "GET /v1/jobs/{id}/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
            world.key
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        Self { stream, text: String::new() }
    }

    async fn until(&mut self, wanted: &str) {
        let mut piece = [0; 4096];
        while !self.text.contains(wanted) {
            let count = self.stream.read(&mut piece).await.unwrap();
            assert!(count > 0, "the stream ended before {wanted}: {}", self.text);
            self.text.push_str(std::str::from_utf8(&piece[..count]).unwrap());
        }
    }

    async fn rest(mut self) -> String {
        self.stream.read_to_string(&mut self.text).await.unwrap();
        self.text
    }
}

#[tokio::test]
async fn a_finished_jobs_history_is_told_whole_and_ends() {
    let world = World::new().await;
    for (prompt, kind, status) in
        [("a fox", "succeeded", "succeeded"), ("a fox [sandbox outcome=fail]", "failed", "failed")]
    {
        let made = run(&world, "flux-1.1-pro", fox(prompt)).await;
        let id = made.body()["job_id"].as_str().unwrap().to_owned();
        let answer = watch(&world, &id, None).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/event-stream")));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let seen = parse(&answer.text());
        for (place, event) in seen.iter().enumerate() {
            check(&world, "JobEvent", &event.data).await;
            assert_eq!((event.id, &event.data["no"]), (Some(place as u32 + 1), &Value::from(place + 1)));
            assert_eq!(event.data["kind"], event.name);
        }
        assert_eq!((seen[0].name.as_str(), &seen[0].data["status"]), ("queued", &"queued".into()));
        assert_eq!((seen[1].name.as_str(), &seen[1].data["status"]), ("submitting", &"processing".into()));
        let last = seen.last().unwrap();
        assert_eq!((last.name.as_str(), &last.data["status"]), (kind, &status.into()));
    }
    assert_eq!(world.engine.waited_for(), 0);
    world.close().await;
}

#[tokio::test]
async fn a_reader_who_comes_again_gets_the_rest_and_then_nothing() {
    let world = World::new().await;
    let made = run(&world, "flux-1.1-pro", fox("a fox")).await;
    let id = made.body()["job_id"].as_str().unwrap().to_owned();
    let count = parse(&watch(&world, &id, None).await.text()).len() as u32;
    assert!(count >= 3);
    for last in 0..count {
        let seen = parse(&watch(&world, &id, Some(&last.to_string())).await.text());
        let ids: Vec<Option<u32>> = seen.iter().map(|event| event.id).collect();
        assert_eq!(ids, (last + 1..=count).map(Some).collect::<Vec<_>>());
    }
    for last in [count, count + 7] {
        let answer = watch(&world, &id, Some(&last.to_string())).await;
        assert_eq!((answer.status, answer.bytes.len()), (204, 0));
    }
    let wrong = watch(&world, &id, Some("soon")).await;
    assert_eq!((wrong.status, wrong.fault().0.as_str()), (400, "INVALID_INPUT"));
    assert_eq!(wrong.body()["error"]["details"]["field"], "Last-Event-ID");
    world.close().await;
}

#[tokio::test]
async fn events_arrive_while_the_job_goes_on_and_the_end_ends_the_stream() {
    let world = World::new().await;
    let id = start(&world, "slow [sandbox delay=300]").await;
    let mut live = Live::open(&world, &id).await;
    live.until("event: running").await;
    assert!(!live.text.contains("event: canceled"));
    let answer = world.request("DELETE", &format!("/v1/jobs/{id}")).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = live.rest().await;
    let last = text.find("event: canceled").unwrap();
    assert!(text[last..].contains(r#""status":"cancelled""#), "{text}");
    assert!(text.find("event: queued").unwrap() < text.find("event: submitting").unwrap());
    assert!(text.find("event: running").unwrap() < last);
    world.close().await;
}

#[tokio::test]
async fn progress_is_told_without_a_number_of_its_own() {
    let world = World::new().await;
    let id = start(&world, "a while [sandbox delay=3 progress=on]").await;
    let answer = watch(&world, &id, None).await;
    let seen = parse(&answer.text());
    let told: Vec<&Seen> = seen.iter().filter(|event| event.data.get("progress").is_some()).collect();
    assert!(!told.is_empty(), "{}", answer.text());
    for event in &told {
        check(&world, "JobEvent", &event.data).await;
        assert_eq!(event.data["status"], "processing");
        assert_eq!(event.id.is_none(), event.name == "progress");
    }
    let numbered: Vec<u32> = seen.iter().filter_map(|event| event.id).collect();
    assert_eq!(numbered, (1..=numbered.len() as u32).collect::<Vec<_>>());
    assert_eq!(seen.last().unwrap().name, "succeeded");
    world.close().await;
}

#[tokio::test]
async fn o1_a_server_that_stops_ends_its_streams() {
    let world = World::new().await;
    let id = start(&world, "slow [sandbox delay=300]").await;
    let mut live = Live::open(&world, &id).await;
    live.until("event: running").await;
    world.api.stopping().cancel();
    assert!(!live.rest().await.contains("event: canceled"));
    world.cancel(&id).await;
    world.close().await;
}

#[tokio::test]
async fn a_reader_who_goes_away_is_forgotten() {
    let world = World::new().await;
    let id = start(&world, "slow [sandbox delay=300]").await;
    let mut live = Live::open(&world, &id).await;
    live.until("event: running").await;
    assert_eq!(world.engine.waited_for(), 1);
    drop(live);
    while world.engine.waited_for() > 0 {
        tokio::task::yield_now().await;
    }
    world.cancel(&id).await;
    world.close().await;
}
