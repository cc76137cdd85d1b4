//! Starting, being alone, stopping.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::Value;

use crate::ground::Ground;

#[test]
fn the_first_start_prints_a_curl_that_works_and_no_secret() {
    let ground = Ground::new();
    let server = ground.serve();
    let (url, key) = (server.url.clone(), ground.test_key());
    for name in ["test.key", "server.key", "admin.sock"] {
        let mode = ground.data().join(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert_eq!(ground.data().metadata().unwrap().permissions().mode() & 0o777, 0o700);

    // The banner is whole by the time it is ready, so the command can be taken from a second look at it.
    let (status, out, err) = server.stop();
    assert!(status.success());
    let start = out.find("curl ").unwrap();
    let curl = &out[start..start + out[start..].find("\n\n").unwrap()];
    let again = ground.serve();
    let curl = curl.replace(&url, &again.url);
    let answer = Command::new("sh").args(["-c", &curl]).output().unwrap();
    let job: Value = serde_json::from_slice(&answer.stdout).unwrap_or_default();
    assert_eq!(job["status"], "completed", "{curl}\n{}", String::from_utf8_lossy(&answer.stderr));
    let picture = job["output"]["media"][0]["url"].as_str().unwrap();
    let file = ground.path("picture");
    let fetched = Command::new("curl").args(["-sSf", "-o"]).arg(&file).arg(picture).status().unwrap();
    assert!(fetched.success());
    let content = std::fs::read(&file).unwrap();
    assert!(content.starts_with(b"\x89PNG\r\n\x1a\n"), "a PNG");
    assert_eq!(content[16..24], [0, 0, 6, 0, 0, 0, 4, 0], "of 1536 by 1024 pixels, as asked");

    let (status, out_again, err_again) = again.stop();
    assert!(status.success());
    assert!(!out_again.contains("curl") && out_again.contains("test.key"), "{out_again}");
    let server_key = std::fs::read_to_string(ground.data().join("server.key")).unwrap();
    for text in [out, err, out_again, err_again] {
        assert!(!text.contains(&key) && !text.contains(server_key.trim()), "{text}");
        assert!(!text.contains("lighthouse at dawn\" ") && !text.contains("&s="), "{text}");
    }
}

#[test]
fn the_program_serves_a_page_and_leaves_all_other_paths_to_the_api() {
    let ground = Ground::new();
    let server = ground.serve();
    for path in ["/", "/sign-in", "/library/x", "/operate/keys"] {
        assert_eq!(server.ask("", "GET", path, "").0, 200, "{path}");
    }
    for path in ["/nothing", "/assets/nothing.js", "/v1/nothing"] {
        let (status, answer) = server.ask("", "GET", path, "");
        assert_eq!((status, &answer["error"]["code"]), (404, &Value::from("not_found")), "{path}");
    }
    assert_eq!(server.ask("", "GET", "/account", "").0, 401, "this one is the API's");
    // No terminal listens, so the address comes without the key.
    let door = format!("In a browser: {}/sign-in\n", server.url);
    let (status, out, _) = server.stop();
    assert!(status.success() && format!("{out}\n").contains(&door), "{out}");
}

#[test]
fn a_second_server_on_the_folder_is_refused() {
    let ground = Ground::new();
    let server = ground.serve();
    let second = ground.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.code, 1);
    assert!(
        second.err.contains("error: another server or command is running on the data folder"),
        "{}",
        second.err
    );
    assert_eq!(server.ask("", "GET", "/readyz", "").0, 200, "the first one goes on");
}

#[test]
fn an_address_that_is_taken_is_named() {
    let ground = Ground::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = ground.run(&["serve", "--listen", &address]);
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains(&format!("cannot listen on {address}")) && said.err.contains("--listen"),
        "{}",
        said.err
    );
}

#[test]
fn o1_a_polite_stop_exits_with_zero_and_leaves_nothing_broken() {
    let ground = Ground::new();
    let server = ground.serve();
    // In flight when the signal comes: the sandbox takes a while for it.
    let body = r#"{"model":"flux-schnell","wait":0,"input":{"prompt":"a lighthouse [sandbox delay=2]"}}"#;
    let (status, job) = server.ask(&ground.test_key(), "POST", "/v1/generations", body);
    assert_eq!(status, 202, "{job}");
    let (status, _, err) = server.stop();
    assert!(status.success(), "{err}");
    assert!(!ground.data().join("admin.sock").exists());

    // The next start goes on with it.
    let server = ground.serve();
    let path = format!("/v1/generations/{}?wait=30", job["id"].as_str().unwrap());
    let (_, job) = server.ask(&ground.test_key(), "GET", &path, "");
    assert_eq!(job["status"], "completed", "{job}");
    assert!(server.stop().0.success());
    assert!(ground.run(&["audit"]).well().contains("the books are sound"));
}

#[test]
fn s10_no_prompt_key_or_signed_url_reaches_the_log_however_much_it_tells() {
    let ground = Ground::new();
    let mut command = ground.command(["serve", "--listen", "127.0.0.1:0", "--set", "log.level=trace"]);
    let server = crate::ground::Server::start(&mut command);
    let key = ground.test_key();
    let outcomes = ["delay=0", "outcome=refuse", "outcome=fail", "outcome=lost-answer", "no-such=thing"];
    for outcome in outcomes {
        let body = format!(
            r#"{{"model":"gpt-image-2","input":{{"prompt":"canary in a coal mine [sandbox {outcome}]"}}}}"#
        );
        let (_, answer) = server.ask(&key, "POST", "/v1/generations", &body);
        assert!(answer["id"].is_string(), "{answer}");
        if let Some(url) = answer["output"]["media"][0]["url"].as_str() {
            let path = url.strip_prefix(&server.url).unwrap();
            // The picture is no JSON; that it comes is enough here.
            let fetched = Command::new("curl").args(["-sSf", "-o", "/dev/null", url]).status().unwrap();
            assert!(fetched.success());
            server.ask("", "GET", &format!("{path}x"), "");
        }
    }
    server.ask(&format!("{key}x"), "POST", "/v1/generations", r#"{"model":"canary"}"#);
    let (status, session) = server.ask("", "POST", "/v1/session", &format!(r#"{{"key":"{key}"}}"#));
    assert_eq!(status, 201, "{session}");
    server.ask("", "POST", "/v1/session", &format!(r#"{{"key":"{key}x"}}"#));
    let token = session["csrf_token"].as_str().unwrap();
    let (status, _, log) = server.stop();
    assert!(status.success());
    assert!(log.contains("is succeeded") && log.contains("is failed"), "the log tells what happened: {log}");
    for secret in ["canary", key.as_str(), "&s=", "Bearer", token, "spool_session="] {
        assert!(!log.contains(secret), "`{}` is in the log", &secret[..1]);
    }
}
