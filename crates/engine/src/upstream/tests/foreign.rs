//! Addresses that somebody else wrote: counted at a real socket on every address of this machine, which must see
//! no connection whatever the form (S1-S4).

use std::net::IpAddr;

use crate::address::tests::{NOWHERE, TABLE};

use super::*;

/// The one address of this machine that the operator allowed. The trap is on all others.
const ALLOWED: &str = "127.0.0.3";

/// Hears whoever connects to this machine, by IPv4 or IPv6, on one port.
struct Trap {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Trap {
    async fn set() -> Self {
        let listener = TcpListener::bind("[::]:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let heard = Arc::clone(&connections);
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                heard.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { port, connections }
    }

    fn heard(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Proof that the trap works: a connection is heard.
    async fn hears(&self) {
        let before = self.heard();
        drop(tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.unwrap());
        while self.heard() == before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

fn allow() -> Allow {
    Allow::parse([format!("{ALLOWED}/32")]).unwrap()
}

/// Every form that must not connect, as a whole URL: with the usual port, and with the trap's.
fn refused(port: u16) -> Vec<String> {
    let hosts = TABLE.iter().filter(|(_, expected)| expected.is_err()).map(|(host, _)| host);
    let both = hosts.flat_map(|host| {
        [format!("http://{host}:{port}/x"), format!("https://{host}:{port}/x"), format!("http://{host}/x")]
    });
    both.chain(NOWHERE.iter().map(|url| (*url).to_owned())).collect()
}

async fn call(client: &Client, url: &Url, allow: &Allow) -> Result<Response<Bytes>, Unanswered> {
    let guard = Guard::Foreign { allow, http_allowed: true };
    client.call(Outgoing { guard, fresh: true, ..outgoing(url) }, LIMIT, 1_000).await
}

/// A client for which a name is a name of this machine, whatever the machine's own resolver says of it.
fn this_machine() -> Client {
    scripted(&[&["127.0.0.1", "::1"]])
}

#[tokio::test]
async fn s3_no_refused_form_of_an_address_connects() {
    let trap = Trap::set().await;
    let allow = allow();
    let forms = refused(trap.port);
    assert!(forms.len() > 500);
    for form in &forms {
        // What is no URL is nobody's address.
        let Ok(url) = Url::parse(form) else { continue };
        match call(&this_machine(), &url, &allow).await {
            Err(unanswered) => assert_eq!((unanswered.sent, unanswered.why), (0, Why::Refused), "{form}"),
            Ok(answer) => panic!("{form} was answered with {}", answer.status()),
        }
    }
    assert_eq!(trap.heard(), 0);
    trap.hears().await;
}

#[tokio::test]
async fn s4_no_redirect_leads_to_a_refused_form() {
    let trap = Trap::set().await;
    let (client, allow) = (Client::new(), allow());
    // An allowed server that sends whoever asks `/<n>` to the form with that number.
    let forms = Arc::new(refused(trap.port));
    let listener = TcpListener::bind((ALLOWED, 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let told = Arc::clone(&forms);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let told = Arc::clone(&told);
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let read = stream.read(&mut request).await.unwrap_or(0);
                let text = String::from_utf8_lossy(&request[..read]).into_owned();
                let number = text.split(['/', ' ']).nth(2).and_then(|n| n.parse::<usize>().ok());
                let form = number.and_then(|n| told.get(n)).map_or("", String::as_str);
                let answer = format!(
                    "HTTP/1.1 302 Found\r\nlocation: {form}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    let mut followed = 0;
    for (number, form) in forms.iter().enumerate() {
        let from = Url::parse(&format!("{base}/{number}")).unwrap();
        let answer = call(&client, &from, &allow).await.unwrap();
        assert_eq!(answer.status(), 302, "the client itself follows nothing");
        let location = answer.headers().get(header::LOCATION).map(|value| value.as_bytes().to_vec());
        let location = location.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        // As the caller of the client follows: joined, and judged like any other foreign address.
        let Ok(next) = from.join(&location) else { continue };
        if next.origin() == from.origin() {
            // A form that is no URL of its own leads back to where it came from.
            assert!(Url::parse(form).is_err(), "{form}");
            continue;
        }
        match call(&this_machine(), &next, &allow).await {
            Err(unanswered) => assert_eq!((unanswered.sent, unanswered.why), (0, Why::Refused), "{form}"),
            Ok(answer) => panic!("{form} was answered with {}", answer.status()),
        }
        followed += 1;
    }
    assert!(followed > 500, "{followed}");
    assert_eq!(trap.heard(), 0);
    trap.hears().await;
}

fn scripted(answers: &[&[&str]]) -> Client {
    let ip = |text: &&str| text.parse::<IpAddr>().unwrap();
    let script = answers.iter().map(|answer| answer.iter().map(ip).collect()).collect();
    Client { names: Names::Scripted(Mutex::new(script)), ..Client::new() }
}

#[tokio::test]
async fn s2_a_name_with_one_address_that_is_not_public_is_refused_whole() {
    let trap = Trap::set().await;
    for addresses in [
        &["8.8.8.8", "127.0.0.1"][..],
        &["127.0.0.1", "8.8.8.8"],
        &["2606:4700:4700::1111", "::1"],
        &["8.8.8.8", "2606:4700:4700::1111", "::ffff:127.0.0.1"],
        &["127.0.0.3", "127.0.0.1"],
        &["8.8.8.8", "169.254.169.254"],
        &["127.0.0.1"],
    ] {
        for scheme in ["http", "https"] {
            for port in [format!(":{}", trap.port), String::new()] {
                let url = Url::parse(&format!("{scheme}://rebound.example{port}/x")).unwrap();
                let unanswered = call(&scripted(&[addresses]), &url, &allow()).await.err().unwrap();
                assert_eq!((unanswered.sent, unanswered.why), (0, Why::Refused), "{addresses:?}");
            }
        }
    }
    assert_eq!(trap.heard(), 0);
    trap.hears().await;
}

#[tokio::test]
async fn s2_a_name_that_changes_its_address_is_judged_at_every_connection() {
    let trap = Trap::set().await;
    // The same port as the trap's, on the one address that is allowed.
    let listener = TcpListener::bind((ALLOWED, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&served);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(OK.as_bytes()).await;
        }
    });
    let client = scripted(&[&[ALLOWED], &["127.0.0.1"], &["::1"], &[]]);
    let url = |port: u16| Url::parse(&format!("http://rebound.example:{port}/x")).unwrap();
    // Plain http, because the name's address is on the operator's list.
    assert_eq!(call(&client, &url(port), &allow()).await.unwrap().status(), 200);
    for why in [Why::Refused, Why::Refused, Why::Resolve] {
        let unanswered = call(&client, &url(trap.port), &allow()).await.err().unwrap();
        assert_eq!((unanswered.sent, unanswered.why), (0, why));
    }
    assert_eq!((served.load(Ordering::SeqCst), trap.heard()), (1, 0));
    trap.hears().await;
}
