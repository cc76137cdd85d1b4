//! The fake provider: answers in OpenAI's form at once or after a delay, hands out one small picture, and keeps a
//! queue in fal's form whose jobs end when they are told to. Spare, because it too shares the processors.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::Result;
use crate::load::{find, value};

/// A queue's job waits this many places back: the adapter then looks every six seconds.
const PLACES: u32 = 10;

/// The handle to it. The server runs on the runtime that started it.
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    address: SocketAddr,
    born: Instant,
    delay_ms: AtomicU64,
    answer: Vec<u8>,
    picture: Vec<u8>,
    queue: OnceLock<Queue>,
}

struct Queue {
    taken: AtomicUsize,
    /// The order in which the jobs end: job k at `ending + pause * k`.
    ending: OnceLock<(Instant, Duration)>,
    /// When the result of each job was first handed out, nanoseconds after `born`; zero if it was not.
    handed_out: Vec<AtomicU64>,
}

impl Upstream {
    /// Starts it.
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let body = format!("{{\"created\":1,\"data\":[{{\"url\":\"http://{address}/files/picture.png\"}}]}}");
        let shared = Arc::new(Shared {
            address,
            born: Instant::now(),
            delay_ms: AtomicU64::new(0),
            answer: answer("application/json", body.as_bytes()),
            picture: answer("image/png", &picture()),
            queue: OnceLock::new(),
        });
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

    /// How long the answer to an order takes from now on.
    pub(crate) fn delay(&self, delay: Duration) {
        self.shared.delay_ms.store(delay.as_millis() as u64, Ordering::Relaxed);
    }

    /// Makes room for a queue of so many jobs. Once.
    pub(crate) fn open_queue(&self, jobs: usize) {
        self.shared.queue.get_or_init(|| Queue {
            taken: AtomicUsize::new(0),
            ending: OnceLock::new(),
            handed_out: (0..jobs).map(|_| AtomicU64::new(0)).collect(),
        });
    }

    /// How many jobs the queue has taken.
    pub(crate) fn taken(&self) -> usize {
        self.shared.queue.get().map_or(0, |queue| queue.taken.load(Ordering::Relaxed))
    }

    /// Lets the queue's jobs end, one after another, evenly spread over a time.
    pub(crate) fn end_all_within(&self, time: Duration) {
        if let Some(queue) = self.shared.queue.get() {
            let pause = time.div_f64(queue.handed_out.len().max(1) as f64);
            queue.ending.get_or_init(|| (Instant::now(), pause));
        }
    }

    /// When the result of a job was handed out, if it was.
    pub(crate) fn handed_out(&self, job: usize) -> Option<Instant> {
        let queue = self.shared.queue.get()?;
        match queue.handed_out.get(job)?.load(Ordering::Acquire) {
            0 => None,
            after => Some(self.shared.born + Duration::from_nanos(after)),
        }
    }
}

/// The word in a prompt that numbers a queue's job: `job-17.`
pub(crate) fn job_word(job: usize) -> String {
    format!("job-{job}.")
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
        let (target, body) = (request.target, request.body);
        if target == "/v1/images/generations" {
            let delay_ms = shared.delay_ms.load(Ordering::Relaxed);
            if delay_ms > 0 {
                tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            }
            stream.write_all(&shared.answer).await?;
        } else if target.starts_with("/files/") {
            stream.write_all(&shared.picture).await?;
        } else {
            stream.write_all(&queue_answer(shared, target, body)).await?;
        }
        let length = request.length;
        buffer.drain(..length);
    }
}

/// A request that came whole.
pub(crate) struct Request<'a> {
    pub(crate) target: &'a str,
    pub(crate) body: &'a [u8],
    pub(crate) length: usize,
}

impl<'a> Request<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Option<Self> {
        let end = find(bytes, b"\r\n\r\n")?;
        let mut lines = bytes[..end].split(|byte| *byte == b'\n');
        let first = std::str::from_utf8(lines.next()?).ok()?;
        let body_length =
            lines.find_map(|line| value(line, b"content-length:")?.parse().ok()).unwrap_or(0usize);
        let length = end + 4 + body_length;
        let body = bytes.get(end + 4..length)?;
        Some(Self { target: first.split(' ').nth(1)?, body, length })
    }
}

fn queue_answer(shared: &Shared, target: &str, body: &[u8]) -> Vec<u8> {
    let Some(queue) = shared.queue.get() else { return refusal() };
    if let Some(start) = find(body, b"job-") {
        let digits: Vec<u8> = body[start + 4..].iter().copied().take_while(u8::is_ascii_digit).collect();
        let number = String::from_utf8_lossy(&digits).into_owned();
        queue.taken.fetch_add(1, Ordering::Relaxed);
        let place = format!("http://{}/queue/requests/{number}", shared.address);
        let body = format!(
            "{{\"request_id\":\"r{number}\",\"status\":\"IN_QUEUE\",\"queue_position\":{PLACES},\
             \"response_url\":\"{place}\",\"status_url\":\"{place}/status\",\"cancel_url\":\"{place}/cancel\"}}"
        );
        return answer("application/json", body.as_bytes());
    }
    let Some(rest) = target.strip_prefix("/queue/requests/") else { return refusal() };
    let path = rest.split('?').next().unwrap_or_default();
    let (number, asks_status) = match path.strip_suffix("/status") {
        Some(number) => (number, true),
        None => (path, false),
    };
    let Some((job, seen)) =
        number.parse::<usize>().ok().and_then(|job| Some((job, queue.handed_out.get(job)?)))
    else {
        return refusal();
    };
    let ended =
        queue.ending.get().is_some_and(|(start, pause)| Instant::now() >= *start + pause.mul_f64(job as f64));
    if asks_status {
        let state = if ended {
            "\"COMPLETED\"".to_owned()
        } else {
            format!("\"IN_QUEUE\",\"queue_position\":{PLACES}")
        };
        return answer("application/json", format!("{{\"status\":{state}}}").as_bytes());
    }
    if !ended {
        return refusal();
    }
    let after = shared.born.elapsed().as_nanos() as u64;
    let _ = seen.compare_exchange(0, after, Ordering::AcqRel, Ordering::Relaxed);
    let body = format!("{{\"images\":[{{\"url\":\"http://{}/files/picture.png\"}}]}}", shared.address);
    answer("application/json", body.as_bytes())
}

/// Says that there is nothing.
pub(crate) fn refusal() -> Vec<u8> {
    b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec()
}

/// An answer with this body.
pub(crate) fn answer(content_type: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut bytes =
        format!("HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n")
            .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A grey picture of 32 by 32 pixels, made here byte by byte: PNG with one stored (not compressed) block.
fn picture() -> Vec<u8> {
    const SIDE: u32 = 32;
    let mut pixels = Vec::new();
    for row in 0..SIDE {
        pixels.push(0);
        pixels.extend((0..SIDE).map(|column| (row * 4 + column * 4) as u8));
    }
    let size = pixels.len() as u16;
    let mut stream = vec![0x78, 0x01, 0x01];
    stream.extend(size.to_le_bytes());
    stream.extend((!size).to_le_bytes());
    stream.extend(&pixels);
    stream.extend(adler32(&pixels).to_be_bytes());
    let mut head = Vec::new();
    head.extend(SIDE.to_be_bytes());
    head.extend(SIDE.to_be_bytes());
    head.extend([8, 0, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", head), (b"IDAT", stream), (b"IEND", Vec::new())] {
        png.extend((data.len() as u32).to_be_bytes());
        let start = png.len();
        png.extend(kind);
        png.extend(data);
        let sum = crc32(&png[start..]);
        png.extend(sum.to_be_bytes());
    }
    png
}

fn adler32(bytes: &[u8]) -> u32 {
    let (low, high) = bytes.iter().fold((1u32, 0u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    high << 16 | low
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksums_are_the_known_ones() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
    }

    #[test]
    fn a_request_is_read_once_it_is_whole() {
        let bytes = b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi";
        assert!(Request::of(&bytes[..bytes.len() - 1]).is_none());
        let request = Request::of(bytes).unwrap();
        assert_eq!((request.target, request.body, request.length), ("/a", &b"hi"[..], bytes.len()));
    }
}
