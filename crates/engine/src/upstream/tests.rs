//! The client against a server of raw sockets: what was sent, what was not, and where it went.

mod foreign;

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// Answers every request with the same bytes; `None` hangs up after reading one. Counts connections and bytes.
struct Server {
    url: Url,
    connections: Arc<AtomicUsize>,
    bytes: Arc<AtomicUsize>,
}

async fn server(answer: Option<&'static str>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/make", listener.local_addr().unwrap())).unwrap();
    let (connections, bytes) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (opened, received) = (Arc::clone(&connections), Arc::clone(&bytes));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            opened.fetch_add(1, Ordering::SeqCst);
            let received = Arc::clone(&received);
            tokio::spawn(async move {
                let mut request = [0; 4096];
                while let Ok(read) = stream.read(&mut request).await
                    && read > 0
                {
                    received.fetch_add(read, Ordering::SeqCst);
                    let Some(answer) = answer else { return };
                    if stream.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    Server { url, connections, bytes }
}

fn outgoing(url: &Url) -> Outgoing<'_> {
    Outgoing {
        method: http::Method::POST,
        url,
        headers: HeaderMap::new(),
        body: Bytes::from_static(b"{}"),
        guard: Guard::Configured,
        fresh: false,
        send_deadline_ms: None,
    }
}

const LIMIT: Duration = Duration::from_secs(10);
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[tokio::test]
async fn u10_an_idle_connection_is_used_again_and_a_fresh_one_is_opened_when_asked() {
    let server = server(Some(OK)).await;
    let client = Client::new();
    for (fresh, connections) in [(false, 1), (false, 1), (true, 2)] {
        let answer = client.call(Outgoing { fresh, ..outgoing(&server.url) }, LIMIT, 10).await.unwrap();
        assert_eq!(answer.body().as_ref(), b"ok");
        assert_eq!(server.connections.load(Ordering::SeqCst), connections);
    }
}

#[tokio::test]
async fn u10_a_closed_port_was_sent_nothing() {
    let address = { TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap() };
    let url = Url::parse(&format!("http://{address}/")).unwrap();
    let unanswered = Client::new().call(outgoing(&url), LIMIT, 10).await.err().unwrap();
    assert_eq!((unanswered.sent, unanswered.why), (0, Why::Connect));
}

#[tokio::test]
async fn u10_no_first_byte_is_written_after_the_send_deadline() {
    let server = server(Some(OK)).await;
    let late = Outgoing { send_deadline_ms: Some(1), ..outgoing(&server.url) };
    let unanswered = Client::new().call(late, LIMIT, 10).await.err().unwrap();
    assert_eq!(unanswered.sent, 0);
    assert_eq!(server.bytes.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_server_that_hangs_up_after_reading_was_sent_something() {
    let server = server(None).await;
    let unanswered = Client::new().call(outgoing(&server.url), LIMIT, 10).await.err().unwrap();
    assert!(unanswered.sent > 0 && unanswered.why == Why::Broken, "{unanswered}");
}

#[tokio::test]
async fn a_server_that_never_answers_was_sent_something_too() {
    let server = server(Some("")).await;
    let limit = Duration::from_millis(200);
    let unanswered = Client::new().call(outgoing(&server.url), limit, 10).await.err().unwrap();
    assert!(unanswered.sent > 0 && unanswered.why == Why::Timeout, "{unanswered}");
}

#[tokio::test]
async fn an_answer_larger_than_allowed_is_cut_off() {
    let server = server(Some(OK)).await;
    let unanswered = Client::new().call(outgoing(&server.url), LIMIT, 1).await.err().unwrap();
    assert_eq!(unanswered.why, Why::TooLarge);
}

#[tokio::test]
async fn u10_a_redirect_is_an_answer_and_is_not_followed() {
    let server = server(Some("HTTP/1.1 302 Found\r\nlocation: /else\r\ncontent-length: 0\r\n\r\n")).await;
    let answer = Client::new().call(outgoing(&server.url), LIMIT, 10).await.unwrap();
    assert_eq!(answer.status(), 302);
}

#[tokio::test]
async fn s2_a_foreign_target_on_loopback_is_refused_before_a_connection() {
    let server = server(Some(OK)).await;
    let port = server.url.port().unwrap();
    let nobody = Allow::default();
    for host in ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]"] {
        let url = Url::parse(&format!("http://{host}:{port}/")).unwrap();
        let guard = Guard::Foreign { allow: &nobody, http_allowed: true };
        let unanswered =
            Client::new().call(Outgoing { guard, ..outgoing(&url) }, LIMIT, 10).await.err().unwrap();
        assert_eq!((unanswered.sent, unanswered.why), (0, Why::Refused), "{host}");
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 0);
    let allow = Allow::parse(["127.0.0.0/8"]).unwrap();
    let guard = Guard::Foreign { allow: &allow, http_allowed: false };
    assert!(Client::new().call(Outgoing { guard, ..outgoing(&server.url) }, LIMIT, 10).await.is_ok());
}
