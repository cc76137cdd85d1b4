//! A load generator that costs little, because it shares the processors with what it measures: prepared request
//! bytes on kept connections, and no more of the answer read than its status, its length and a few words.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::Result;

/// The longest that an answer may take: a server that answers nothing must not hold the run for ever.
const ANSWER_MAX: Duration = Duration::from_secs(90);

/// An answer: its status, and its body as it was sent (chunks with their frames).
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

impl Answer<'_> {
    /// Whether the body contains some bytes.
    pub(crate) fn contains(&self, what: &[u8]) -> bool {
        find(self.body, what).is_some()
    }

    /// The text value of the first JSON field of this name.
    pub(crate) fn text(&self, field: &str) -> Option<String> {
        let start = find(self.body, format!("\"{field}\":\"").as_bytes())? + field.len() + 4;
        let length = self.body[start..].iter().position(|byte| *byte == b'"')?;
        String::from_utf8(self.body[start..start + length].to_vec()).ok()
    }

    /// The answer as an error's text.
    pub(crate) fn complaint(&self) -> String {
        let start = &self.body[..self.body.len().min(300)];
        format!("an unexpected answer, status {}: {}", self.status, String::from_utf8_lossy(start))
    }
}

/// One connection.
pub(crate) struct Client {
    server: SocketAddr,
    stream: TcpStream,
    buffer: Vec<u8>,
    closed: bool,
}

impl Client {
    /// Connects from 127.0.0.1.
    pub(crate) async fn connect(server: SocketAddr) -> Result<Self> {
        Self::connect_from(Ipv4Addr::LOCALHOST, server).await
    }

    /// Connects from one of the loopback addresses: each has ports of its own.
    pub(crate) async fn connect_from(source: Ipv4Addr, server: SocketAddr) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        if source != Ipv4Addr::LOCALHOST {
            socket.bind(SocketAddr::new(source.into(), 0))?;
        }
        let stream = socket.connect(server).await?;
        stream.set_nodelay(true)?;
        Ok(Self { server, stream, buffer: Vec::with_capacity(2_048), closed: false })
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.send(request).await?;
        self.receive().await
    }

    /// Sends a request.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<()> {
        if self.closed {
            *self = Self::connect(self.server).await?;
        }
        Ok(self.stream.write_all(request).await?)
    }

    /// Reads the answer to the last request.
    pub(crate) async fn receive(&mut self) -> Result<Answer<'_>> {
        self.buffer.clear();
        let (status, start) = tokio::time::timeout(ANSWER_MAX, self.read()).await??;
        Ok(Answer { status, body: &self.buffer[start..] })
    }

    async fn read(&mut self) -> Result<(u16, usize)> {
        let mut head: Option<Head> = None;
        loop {
            if self.buffer.spare_capacity_mut().len() < 512 {
                self.buffer.reserve(4_096);
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server closed the connection in the middle of an answer".into());
            }
            if head.is_none() {
                head = Head::of(&self.buffer)?;
            }
            if let Some(head) = &head
                && head.is_whole(&self.buffer)
            {
                self.closed = head.closes;
                return Ok((head.status, head.end));
            }
        }
    }
}

struct Head {
    status: u16,
    /// Where the body begins.
    end: usize,
    /// The body's length; none if it comes in chunks.
    length: Option<usize>,
    closes: bool,
}

impl Head {
    fn of(bytes: &[u8]) -> Result<Option<Self>> {
        let Some(end) = find(bytes, b"\r\n\r\n") else { return Ok(None) };
        let status = bytes.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        let mut head = Self {
            status: status.ok_or("an answer without a status")?,
            end: end + 4,
            length: Some(0),
            closes: false,
        };
        for line in bytes[..end].split(|byte| *byte == b'\n').skip(1) {
            if let Some(value) = value(line, b"content-length:") {
                head.length = Some(value.parse()?);
            } else if value(line, b"transfer-encoding:").is_some() {
                head.length = None;
            } else if value(line, b"connection:") == Some("close") {
                head.closes = true;
            }
        }
        Ok(Some(head))
    }

    fn is_whole(&self, bytes: &[u8]) -> bool {
        match self.length {
            Some(length) => bytes.len() >= self.end + length,
            None => bytes[self.end..].ends_with(b"0\r\n\r\n"),
        }
    }
}

/// A header's value, if the line is the header of this name (in small letters, with its colon).
pub(crate) fn value<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let (given, value) = line.split_at_checked(name.len())?;
    if !given.eq_ignore_ascii_case(name) {
        return None;
    }
    std::str::from_utf8(value).ok().map(str::trim)
}

/// Where some bytes begin within others.
pub(crate) fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// A closed loop: each client sends its next request when it has its answer.
#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) server: SocketAddr,
    pub(crate) clients: usize,
    /// Before the measurement.
    pub(crate) warm: Duration,
    pub(crate) measured: Duration,
    /// The clients' first requests are spread over this time.
    pub(crate) spread: Duration,
    /// Sent in turn; client k starts with the k-th.
    pub(crate) requests: Arc<[Bytes]>,
    /// Which answers are right. Any other ends the run.
    pub(crate) right: fn(&Answer) -> bool,
}

/// What a load measured.
pub(crate) struct Measured {
    /// Answers a second.
    pub(crate) rate: f64,
    /// From the first byte sent to the last byte read; sorted.
    latencies: Vec<Duration>,
}

impl Measured {
    /// The latency that `percent` of the answers did not exceed.
    pub(crate) fn percentile(&self, percent: f64) -> Duration {
        percentile(&self.latencies, percent)
    }
}

/// The value that `percent` of some sorted values do not exceed.
pub(crate) fn percentile(sorted: &[Duration], percent: f64) -> Duration {
    let place = (sorted.len() as f64 * percent / 100.0).ceil() as usize;
    sorted.get(place.clamp(1, sorted.len().max(1)) - 1).copied().unwrap_or_default()
}

impl Load {
    /// Runs it.
    pub(crate) async fn run(&self) -> Result<Measured> {
        let start = Instant::now();
        let mut clients = JoinSet::new();
        for number in 0..self.clients {
            clients.spawn(client(self.clone(), number, start));
        }
        let mut latencies = Vec::new();
        while let Some(client) = clients.join_next().await {
            latencies.extend(client??);
        }
        latencies.sort_unstable();
        Ok(Measured { rate: latencies.len() as f64 / self.measured.as_secs_f64(), latencies })
    }
}

async fn client(load: Load, number: usize, start: Instant) -> Result<Vec<Duration>> {
    let mut connection = Client::connect(load.server).await?;
    tokio::time::sleep(load.spread.mul_f64(number as f64 / load.clients as f64)).await;
    let from = start + load.warm;
    let until = from + load.measured;
    let mut latencies = Vec::with_capacity(4_096);
    let mut next = number;
    loop {
        let begun = Instant::now();
        let answer = connection.ask(&load.requests[next % load.requests.len()]).await?;
        next += 1;
        let ended = Instant::now();
        if !(load.right)(&answer) {
            return Err(answer.complaint().into());
        }
        if ended >= until {
            return Ok(latencies);
        }
        if ended >= from {
            latencies.push(ended - begun);
        }
    }
}

/// The bytes of a request.
pub(crate) fn request(method: &str, path: &str, key: &str, body: &str) -> Bytes {
    let length = body.len();
    Bytes::from(format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    ))
}
