//! A fake provider of clips, in the form of Volcengine's tasks: jobs are followed by looking at them, and end when they are told to,
//! with a callback or without. It counts every look. Spare, because it too shares the processors.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::Result;
use crate::load::{Client, find, request};
use crate::upstream::{Request, answer, refusal};

/// The path of the tasks behind the base URL.
const TASKS: &str = "/contents/generations/tasks";

/// Connections over which callbacks go out.
const CALLING: usize = 16;

/// The handle to it. The server runs on the runtime that started it.
pub(crate) struct Tasks {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    address: SocketAddr,
    born: Instant,
    taken: AtomicUsize,
    tasks: Vec<Task>,
}

/// Moments are nanoseconds after `born`; zero where they have not come.
#[derive(Default)]
struct Task {
    taken: AtomicU64,
    looks: AtomicU32,
    ended: AtomicU64,
    /// When its callback went out.
    called: AtomicU64,
    /// When a look was first answered with its end.
    found: AtomicU64,
    callback: OnceLock<String>,
}

/// What became of one task.
pub(crate) struct Told {
    /// Looks at it, the one that found its end included.
    pub(crate) looks: u32,
    /// From its order to the look that found its end.
    pub(crate) open: Duration,
    pub(crate) ended: Instant,
    pub(crate) found: Instant,
    /// When its callback went out, if one did.
    pub(crate) called: Option<Instant>,
}

impl Tasks {
    /// Starts it with room for so many tasks.
    pub(crate) async fn start(tasks: usize) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let tasks = (0..tasks).map(|_| Task::default()).collect();
        let shared = Arc::new(Shared { address, born: Instant::now(), taken: AtomicUsize::new(0), tasks });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                // An error is a client that went away.
                tokio::spawn(async move { drop(serve(stream, &shared).await) });
            }
        });
        Ok(Self { address, shared })
    }

    /// How many tasks it has taken.
    pub(crate) fn taken(&self) -> usize {
        self.shared.taken.load(Ordering::Relaxed)
    }

    /// Ends all tasks, one after another, evenly spread over a time; calls back about each that was ordered with an address
    /// for that. Returns when the last one has ended.
    pub(crate) async fn end_all_within(&self, time: Duration) -> Result<()> {
        let pause = time.div_f64(self.shared.tasks.len().max(1) as f64);
        let start = tokio::time::Instant::now();
        let mut strands = JoinSet::new();
        for strand in 0..CALLING {
            let shared = Arc::clone(&self.shared);
            strands.spawn(async move {
                let mut line: Option<Client> = None;
                for no in (strand..shared.tasks.len()).step_by(CALLING) {
                    let Some(task) = shared.tasks.get(no) else { continue };
                    tokio::time::sleep_until(start + pause.mul_f64(no as f64)).await;
                    shared.note(&task.ended);
                    if let Some(url) = task.callback.get() {
                        shared.note(&task.called);
                        call_back(&mut line, url, no).await?;
                    }
                }
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
            });
        }
        while let Some(strand) = strands.join_next().await {
            strand??;
        }
        Ok(())
    }

    /// What became of a task, once its end was found.
    pub(crate) fn told(&self, no: usize) -> Option<Told> {
        let task = self.shared.tasks.get(no)?;
        let (taken, found) = (self.shared.when(&task.taken)?, self.shared.when(&task.found)?);
        Some(Told {
            looks: task.looks.load(Ordering::Relaxed),
            open: found.saturating_duration_since(taken),
            ended: self.shared.when(&task.ended)?,
            found,
            called: self.shared.when(&task.called),
        })
    }
}

impl Shared {
    fn note(&self, moment: &AtomicU64) {
        let now = self.born.elapsed().as_nanos() as u64;
        let _ = moment.compare_exchange(0, now, Ordering::AcqRel, Ordering::Relaxed);
    }

    fn when(&self, moment: &AtomicU64) -> Option<Instant> {
        match moment.load(Ordering::Acquire) {
            0 => None,
            after => Some(self.born + Duration::from_nanos(after)),
        }
    }

    fn task(&self, number: &str) -> Option<(usize, &Task)> {
        let no = number.parse().ok()?;
        Some((no, self.tasks.get(no)?))
    }
}

/// Tells what the provider tells, on a connection that is kept from one callback to the next.
async fn call_back(line: &mut Option<Client>, url: &str, no: usize) -> Result<()> {
    let (host, path) = url
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .ok_or("a callback's address is odd")?;
    let client = match line {
        Some(client) => client,
        None => line.insert(Client::connect(host.parse()?).await?),
    };
    let body = format!("{{\"id\":\"cgt-{no}\",\"status\":\"succeeded\"}}");
    let answer = client.ask(&request("POST", &format!("/{path}"), "none", &body)).await?;
    if answer.status != 200 { Err(answer.complaint().into()) } else { Ok(()) }
}

async fn serve(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer: Vec<u8> = Vec::with_capacity(2_048);
    loop {
        let Some(request) = Request::of(&buffer) else {
            if buffer.spare_capacity_mut().len() < 512 {
                buffer.reserve(4_096);
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
            continue;
        };
        let answer = answer_to(shared, request.target, request.body);
        let length = request.length;
        stream.write_all(&answer).await?;
        buffer.drain(..length);
    }
}

fn answer_to(shared: &Shared, target: &str, body: &[u8]) -> Vec<u8> {
    let Some(rest) = target.strip_prefix(TASKS) else { return refusal() };
    if let Some(start) = find(body, b"job-") {
        let digits: Vec<u8> = body[start + 4..].iter().copied().take_while(u8::is_ascii_digit).collect();
        let Some((no, task)) = shared.task(&String::from_utf8_lossy(&digits)) else { return refusal() };
        if let Some(url) = text_after(body, b"\"callback_url\":\"") {
            let _ = task.callback.set(url);
        }
        shared.note(&task.taken);
        shared.taken.fetch_add(1, Ordering::Relaxed);
        return answer("application/json", format!("{{\"id\":\"cgt-{no}\"}}").as_bytes());
    }
    let Some((no, task)) = rest.strip_prefix("/cgt-").and_then(|number| shared.task(number)) else {
        // The list, in which nothing that is unknown to anybody stands.
        return answer("application/json", b"{\"items\":[],\"total\":0}");
    };
    task.looks.fetch_add(1, Ordering::Relaxed);
    if shared.when(&task.ended).is_none() {
        return answer(
            "application/json",
            format!("{{\"id\":\"cgt-{no}\",\"status\":\"running\"}}").as_bytes(),
        );
    }
    shared.note(&task.found);
    let address = shared.address;
    let content = format!("{{\"video_url\":\"http://{address}/files/{no}.mp4\"}}");
    let body = format!("{{\"id\":\"cgt-{no}\",\"status\":\"succeeded\",\"content\":{content}}}");
    answer("application/json", body.as_bytes())
}

/// The text from behind these words to the next quotation mark.
fn text_after(body: &[u8], words: &[u8]) -> Option<String> {
    let rest = &body[find(body, words)? + words.len()..];
    let end = rest.iter().position(|byte| *byte == b'"')?;
    String::from_utf8(rest[..end].to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_is_counted_and_ends_when_it_is_told_to() {
        let tasks = Tasks::start(1).await.unwrap();
        let body = b"{\"content\":[{\"text\":\"job-0.\"}]}";
        let target = TASKS;
        assert!(find(&answer_to(&tasks.shared, target, body), b"cgt-0").is_some());
        let look = format!("{TASKS}/cgt-0");
        assert!(find(&answer_to(&tasks.shared, &look, b""), b"running").is_some());
        assert!(tasks.told(0).is_none(), "its end is not found yet");
        tasks.end_all_within(Duration::ZERO).await.unwrap();
        assert!(find(&answer_to(&tasks.shared, &look, b""), b"succeeded").is_some());
        let list = format!("{TASKS}?page_num=1");
        assert!(find(&answer_to(&tasks.shared, &list, b""), b"items").is_some());
        let told = tasks.told(0).unwrap();
        assert_eq!((told.looks, told.called, tasks.taken()), (2, None, 1));
    }

    #[test]
    fn a_callbacks_address_is_read_out_of_an_order() {
        let body = br#"{"model":"m","callback_url":"http://127.0.0.1:1/v1/callbacks/x"}"#;
        assert_eq!(
            text_after(body, b"\"callback_url\":\"").as_deref(),
            Some("http://127.0.0.1:1/v1/callbacks/x")
        );
        assert_eq!(text_after(b"{}", b"\"callback_url\":\""), None);
    }
}
