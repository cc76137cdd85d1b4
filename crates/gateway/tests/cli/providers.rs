//! Providers' credentials: sealed, checked, rotated while a job is open, read again on SIGHUP, and shown nowhere.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};

use serde_json::{Value, json};

use crate::ground::{Ground, Said, Server};

const FIRST: &str = "canary-first-81d2";
const SECOND: &str = "canary-second-5c07";

const MODEL: &str = r#"
[[model]]
id = "own/picture"
makes = "image"
tasks = ["text-to-image"]
params.prompt = { type = "text", role = "prompt", required = true }
prices = [{ usd = "0.05" }]
routes = [{ provider = "fal", upstream = "own/picture" }]
"#;

/// A server that speaks as much of two providers' protocols as one job and one check need, and knows one secret.
struct Desk {
    base: String,
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    allowed: &'static str,
    done: bool,
    /// Method, path and the value of `Authorization`.
    heard: Vec<(String, String, String)>,
}

impl Desk {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new((Mutex::new(State { allowed: FIRST, ..State::default() }), Condvar::new()));
        let (own, at) = (Arc::clone(&state), base.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (state, at) = (Arc::clone(&own), at.clone());
                std::thread::spawn(move || serve(stream, &state, &at));
            }
        });
        Self { base, state }
    }

    fn allow(&self, secret: &'static str) {
        self.state.0.lock().unwrap().allowed = secret;
    }

    fn finish(&self) {
        self.state.0.lock().unwrap().done = true;
    }

    /// Waits for a call of this method and path with this secret in it.
    fn hears(&self, method: &str, path: &str, secret: &str) {
        let there = |state: &mut State| {
            !state.heard.iter().any(|(m, p, auth)| m == method && p.contains(path) && auth.ends_with(secret))
        };
        let guard = self.state.1.wait_while(self.state.0.lock().unwrap(), there).unwrap();
        drop(guard);
    }
}

fn serve(stream: TcpStream, state: &(Mutex<State>, Condvar), base: &str) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            match stream.read_line(&mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) if line == "\r\n" => break,
                Ok(_) => head.push(line.trim_end().to_owned()),
            }
        }
        let header = |name: &str| {
            let line = head.iter().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            line.unwrap_or_default().to_owned()
        };
        let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
        stream.read_exact(&mut body).unwrap();
        let mut words = head[0].split(' ');
        let (method, path) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
        let auth = header("authorization");
        let mut known = state.0.lock().unwrap();
        let allowed = auth.ends_with(known.allowed) && !auth.is_empty();
        let (status, answer) = match path.as_str() {
            _ if !allowed => (401, json!({ "detail": "No", "error": { "code": "invalid_api_key" } })),
            "/v1/models" => (200, json!({ "object": "list", "data": [] })),
            "/own/picture" => {
                let at = format!("{base}/requests/r1");
                (200, json!({ "request_id": "r1", "response_url": at, "status_url": format!("{at}/status") }))
            }
            "/requests/r1/status" if !known.done => (200, json!({ "status": "IN_PROGRESS" })),
            "/requests/r1/status" => (200, json!({ "status": "COMPLETED" })),
            _ => {
                (200, json!({ "images": [{ "url": format!("{base}/a.png"), "content_type": "image/png" }] }))
            }
        };
        known.heard.push((method, path, auth));
        drop(known);
        state.1.notify_all();
        let answer = answer.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}",
            answer.len()
        );
        if stream.get_mut().write_all(format!("{head}\r\n\r\n{answer}").as_bytes()).is_err() {
            return;
        }
    }
}

/// A working folder with a master key, in which both providers are at the desk.
struct Shop {
    ground: Ground,
    desk: Desk,
}

impl Shop {
    fn open(settings: &str) -> Self {
        let (ground, desk) = (Ground::new(), Desk::open());
        let base = &desk.base;
        let settings = format!(
            "catalog.files = [\"own.toml\"]\nengine.assets = \"pass\"\nproviders.fal.base_url = \"{base}\"\n\
             providers.openai.base_url = \"{base}/v1\"\n{settings}"
        );
        std::fs::write(ground.path("own.toml"), MODEL).unwrap();
        std::fs::write(ground.path("spool.toml"), settings).unwrap();
        Self { ground, desk }
    }

    fn sealing(settings: &str) -> Self {
        let shop = Self::open(&format!("secrets.master_key_file = \"master.key\"\n{settings}"));
        shop.ground.run(&["master-key", "new", "master.key"]).well();
        shop
    }

    /// Runs a command with this on its standard input.
    fn fed(&self, args: &[&str], input: &str) -> Said {
        let mut command = self.ground.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that refuses its arguments ends without reading.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn add(&self, provider: &str, secret: &str) -> String {
        self.fed(&["providers", "add", provider, "--credential", "main"], &format!("{secret}\n")).well()
    }

    /// A live key with some credit.
    fn live_key(&self) -> String {
        self.ground.run(&["accounts", "credit", "1", "5", "--live"]).well();
        self.ground.run(&["keys", "create", "--live"]).well().trim().to_owned()
    }
}

/// S7, S10: no secret stands in any of these texts or in any file of the folder.
fn nothing_is_told(ground: &Ground, texts: &[String]) {
    let mut all: Vec<(String, Vec<u8>)> =
        texts.iter().map(|text| (text.clone(), text.clone().into_bytes())).collect();
    let mut folders = vec![ground.data()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                all.push((path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
    }
    assert!(all.iter().any(|(name, _)| name.ends_with("spool.db")));
    for (name, bytes) in all {
        for secret in [FIRST, SECOND] {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret} in {name}");
        }
    }
}

#[test]
fn s8_a_master_key_is_made_outside_the_data_folder_once_and_nothing_is_sealed_without_one() {
    let shop = Shop::open("");
    let listed = shop.ground.run(&["providers"]);
    assert!(listed.code == 0 && listed.err.contains("spool master-key new"), "{}{}", listed.out, listed.err);
    let refused = shop.fed(&["providers", "add", "openai", "--credential", "main"], FIRST);
    assert!(refused.code == 1 && refused.err.contains("secrets.master_key_file"), "{}", refused.err);
    let empty = shop.fed(&["providers", "add", "openai", "--credential", "main"], " \n");
    assert!(empty.code == 1 && empty.err.contains("no secret"), "{}", empty.err);

    let inside = shop.ground.run(&["master-key", "new", "data/master.key"]);
    assert!(inside.code == 1 && inside.err.contains("data folder"), "{}", inside.err);
    assert!(shop.ground.run(&["master-key", "new", "master.key"]).well().contains("master_key_file"));
    let twice = shop.ground.run(&["master-key", "new", "master.key"]);
    assert!(twice.code == 1 && twice.err.contains("there already"), "{}", twice.err);

    std::fs::copy(shop.ground.path("master.key"), shop.ground.data().join("master.key")).unwrap();
    for (path, needed) in
        [("data/master.key", "data folder"), ("nowhere.key", "nowhere.key"), ("own.toml", "32 bytes")]
    {
        let setting = format!("secrets.master_key_file={path}");
        let said = shop.ground.run(&["check-config", "--set", &setting]);
        assert!(said.code == 1 && said.err.contains(needed), "{path}: {}", said.err);
    }
}

/// What an operator does, with or without a server. All that was said.
fn a_day_with_credentials(shop: &Shop) -> Vec<String> {
    let ground = &shop.ground;
    let mut said = Vec::new();
    let mut hear = |one: Said| {
        said.extend([one.out.clone(), one.err.clone()]);
        one
    };
    let weighted = ["providers", "add", "openai", "--credential", "main", "--weight", "3"];
    assert!(hear(shop.fed(&weighted, FIRST)).well().contains("sealed, version 1"));
    let check = ["providers", "check", "openai"];
    assert_eq!(hear(ground.run(&check)).well(), "openai main: works\n");
    shop.desk.allow(SECOND);
    let refused = hear(ground.run(&check));
    assert!(refused.code == 1 && refused.out.contains("refuses the credential"), "{}", refused.out);
    hear(shop.fed(&["providers", "add", "openai", "--credential", "main"], SECOND)).well();
    assert_eq!(hear(ground.run(&check)).well(), "openai main: works\n");
    let free = hear(ground.run(&["providers", "check", "fal"])).well();
    assert!(free.contains("no free call"), "{free}");

    let change = ["providers", "change", "openai", "--credential", "main", "--account", "1"];
    hear(ground.run(&change)).well();
    let list = hear(ground.run(&["providers"])).well();
    let row = list.lines().find(|line| line.starts_with("openai ")).unwrap().split_whitespace();
    let row: Vec<&str> = row.collect();
    let base = format!("{}/v1", shop.desk.base);
    assert_eq!(row[..8], ["openai", "yes", "main", "sealed,", "version", "3", "3", "1"], "{list}");
    assert!(row.contains(&base.as_str()), "{list}");
    let json: Value = serde_json::from_str(&hear(ground.run(&["providers", "--json"])).well()).unwrap();
    let openai = json["items"].as_array().unwrap().iter().find(|one| one["name"] == "openai").unwrap();
    assert_eq!(
        (&openai["credentials"][0]["weight"], &openai["credentials"][0]["accounts"]),
        (&json!(3), &json!([1]))
    );

    for (args, code, part) in [
        (&["providers", "add", "nobody", "--credential", "main"][..], 1, "no provider nobody"),
        (&["providers", "add", "openai", "--credential", "a b"], 1, "no name"),
        (&["providers", "add", "openai", "--credential", "x", "--account", "9"], 1, "no account 9"),
        (&["providers", "add", "openai", "--credential", "x", "--weight", "1001"], 2, "1001"),
        (&["providers", "add", "openai", "--credential", "x", "--secret", "s"], 2, "--secret"),
        (&["providers", "change", "openai", "--credential", "main"], 1, "nothing is to be changed"),
        (&["providers", "check", "openai", "--credential", "none"], 1, "no credential `none`"),
        (&["providers", "remove", "openai", "--credential", "none"], 1, "no credential `none`"),
    ] {
        let one = hear(shop.fed(args, FIRST));
        assert!(one.code == code && one.err.contains(part), "{args:?}: {} {}", one.code, one.err);
    }
    hear(ground.run(&["providers", "remove", "openai", "--credential", "main"])).well();
    let log = hear(ground.run(&["log"])).well();
    let lines: Vec<&str> = log.lines().skip(1).collect();
    assert!(lines[0].contains("credential.remove") && lines[0].contains("provider:openai/main"), "{log}");
    assert_eq!(lines.iter().filter(|line| line.contains("credential.put")).count(), 3, "{log}");
    said
}

#[test]
fn s10_credentials_are_managed_without_a_server_and_their_secrets_stand_nowhere() {
    let shop = Shop::sealing("");
    let said = a_day_with_credentials(&shop);
    nothing_is_told(&shop.ground, &said);
}

#[test]
fn s10_credentials_are_managed_while_the_server_runs_and_their_secrets_stand_nowhere() {
    let shop = Shop::sealing("[log]\nlevel = \"trace\"\n");
    let server = shop.ground.serve();
    let mut said = a_day_with_credentials(&shop);
    let (status, out, err) = server.stop();
    assert!(status.success());
    said.extend([out, err]);
    nothing_is_told(&shop.ground, &said);
}

#[test]
fn a_credential_is_rotated_while_its_job_is_open_and_kept_until_the_job_is_over() {
    let shop = Shop::sealing("");
    let server = shop.ground.serve();
    shop.add("fal", FIRST);
    let key = shop.live_key();
    let order = json!({ "model": "own/picture", "wait": 0, "input": { "prompt": "x" } }).to_string();
    let (status, job) = server.ask(&key, "POST", "/v1/generations", &order);
    assert_eq!(status, 202, "{job}");
    shop.desk.hears("GET", "/status", FIRST);
    shop.desk.allow(SECOND);
    shop.add("fal", SECOND);
    shop.desk.hears("GET", "/status", SECOND);
    let remove = ["providers", "remove", "fal", "--credential", "main"];
    let refused = shop.ground.run(&remove);
    assert!(refused.code == 1 && refused.err.contains("1 open jobs"), "{}", refused.err);
    shop.desk.finish();
    let path = format!("/v1/generations/{}?wait=30", job["id"].as_str().unwrap());
    let (_, done) = server.ask(&key, "GET", &path, "");
    assert_eq!(done["status"], "completed", "{done}");
    shop.ground.run(&remove).well();
    let (status, out, err) = server.stop();
    assert!(status.success());
    nothing_is_told(&shop.ground, &[out, err, done.to_string()]);
    assert!(shop.ground.run(&["audit"]).well().contains("the books are sound"));
}

fn hang_up(server: &Server) {
    let pid = server.pid().to_string();
    assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
}

#[test]
fn keys_in_files_and_in_the_settings_are_read_again_on_sighup() {
    let settings = "providers.openai.key_file = \"openai.key\"\n[providers.openai.keys]\n\
                    backup = { key = \"canary-first-81d2\", weight = 2, accounts = [1] }\n";
    let shop = Shop::open(settings);
    let write = |path: &Path, text: &str| std::fs::write(path, text).unwrap();
    let file = shop.ground.path("openai.key");
    write(&file, FIRST);
    let server = shop.ground.serve();
    let check = ["providers", "check", "openai"];
    assert_eq!(shop.ground.run(&check).well(), "openai backup: works\nopenai default: works\n");
    shop.desk.allow(SECOND);
    write(&file, &format!("{SECOND}\n"));
    hang_up(&server);
    server.until_said("read the settings' credentials again");
    let one = ["providers", "check", "openai", "--credential", "default"];
    assert_eq!(shop.ground.run(&one).well(), "openai default: works\n");
    let list = shop.ground.run(&["providers"]).well();
    assert!(list.contains("openai.key") && list.contains("spool.toml:"), "{list}");

    // What is wrong leaves all of them as they were.
    write(&file, " \n");
    hang_up(&server);
    server.until_said("the credentials stay as they are");
    let broken = shop.ground.run(&one);
    assert!(broken.code == 1 && broken.err.contains("openai.key: it is empty"), "{}", broken.err);
    write(&file, "another, which nobody was told to read");
    assert_eq!(shop.ground.run(&one).well(), "openai default: works\n");
    let settled = shop.ground.run(&["providers", "remove", "openai", "--credential", "backup"]);
    assert!(settled.code == 1 && settled.err.contains("SIGHUP"), "{}", settled.err);
    let (status, out, err) = server.stop();
    assert!(status.success());
    nothing_is_told(&shop.ground, &[out, err, list]);
}
