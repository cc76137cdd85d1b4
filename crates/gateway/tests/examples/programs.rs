//! Every example does what it says it does, and says so when it cannot.

use std::process::Command;

use crate::ground::{Ground, Said, Server, said};
use crate::tools::example;

/// Whether the server sends callbacks and webhooks, and so whether the examples that wait for one are run.
const CALLBACKS: bool = false;

/// An example, and what it makes.
struct Program {
    path: &'static str,
    urls: usize,
    content_type: &'static str,
    /// What its prompt says beside the usual.
    instruction: &'static str,
    /// What it tells on the way.
    tells: &'static str,
    called_back: bool,
}

const fn program(path: &'static str, content_type: &'static str) -> Program {
    Program { path, urls: 1, content_type, instruction: "", tells: "", called_back: false }
}

const PICTURE: &str = "image/jpeg";
const CLIP: &str = "video/mp4";

fn programs() -> impl Iterator<Item = Program> {
    let slow = "[sandbox delay=56]";
    let all = [
        program("jobs/run.sh", PICTURE),
        program("jobs/poll.sh", CLIP),
        // A second more than the server waits, so that it answers 202 and the program has to poll.
        Program { instruction: slow, tells: "is processing", ..program("jobs/run.py", PICTURE) },
        Program { called_back: true, ..program("jobs/webhook.mjs", PICTURE) },
        program("task-submit/poll.sh", CLIP),
        program("task-submit/submit.py", CLIP),
        Program { tells: "is completed", called_back: true, ..program("task-submit/callback.mjs", CLIP) },
        program("tasks/create.sh", CLIP),
        Program { tells: "this will cost 0.15 USD", ..program("tasks/create.py", CLIP) },
        Program { called_back: true, ..program("tasks/callback.mjs", CLIP) },
        program("generations/wait.sh", PICTURE),
        Program { tells: "cost 3.2 USD", ..program("generations/wait.py", CLIP) },
        Program { urls: 2, ..program("generations/wait.mjs", PICTURE) },
    ];
    all.into_iter().filter(|program| CALLBACKS || !program.called_back)
}

/// A server that may call back to programs on this machine.
fn serve(ground: &Ground) -> Server {
    let mut command = ground.command(["serve", "--listen", "127.0.0.1:0"]);
    Server::start(command.env("SPOOL_EGRESS_ALLOW", "127.0.0.0/8"))
}

fn run(program: &Program, url: &str, key: &str, prompt: &str) -> Said {
    let mut command = example(program.path);
    // Two of the examples that poll share one key and the ten reads in a second that the tasks dialect allows.
    said(command.arg(prompt).env("BASE_URL", url).env("API_KEY", key).env("POLL_S", "1").env("WAIT_S", "5"))
}

/// Looks at all programs at the same time.
fn at_once(look: impl Fn(&Program) + Sync) {
    std::thread::scope(|scope| {
        for program in programs() {
            let look = &look;
            scope.spawn(move || look(&program));
        }
    });
}

#[test]
fn every_example_prints_urls_that_can_be_downloaded() {
    let ground = Ground::new();
    let server = serve(&ground);
    let (base, key) = (server.url.clone(), ground.test_key());
    at_once(|program| {
        let prompt = format!("a \"red\" fox in the snow {}", program.instruction);
        let said = run(program, &base, &key, &prompt);
        let (path, err) = (program.path, said.err.clone());
        let out = said.well();
        assert!(err.contains(program.tells), "{path}: {err}");
        let urls: Vec<&str> = out.lines().collect();
        assert_eq!(urls.len(), program.urls, "{path}: {out}");
        for (no, url) in urls.into_iter().enumerate() {
            assert!(url.starts_with(&format!("{base}/v1/assets/")), "{path}: {url}");
            let file = ground.path(&format!("{}-{no}", path.replace('/', "-")));
            let mut curl = Command::new("curl");
            curl.args(["-sS", "-w", "%{http_code} %{content_type}", "-o"]).arg(&file).arg(url);
            assert_eq!(
                self::said(&mut curl).well(),
                format!("200 {}", program.content_type),
                "{path}: {url}"
            );
            assert!(std::fs::metadata(&file).unwrap().len() > 1000, "{path}: {url}");
        }
    });
    assert!(server.stop().0.success());
    let report = ground.run(&["audit"]).well();
    assert!(report.contains(" 0 of them open") && report.contains("sound"), "{report}");
}

#[test]
fn every_example_fails_and_says_why_when_there_is_no_result() {
    let ground = Ground::new();
    let server = serve(&ground);
    let (base, key) = (server.url.clone(), ground.test_key());
    at_once(|program| {
        for (key, prompt, why) in [
            (key.as_str(), "a red fox [sandbox outcome=fail]", "could not make a result"),
            ("spool_test_wrong", "a red fox", "valid API key"),
        ] {
            let said = run(program, &base, key, prompt);
            let path = program.path;
            assert_eq!(said.code, 1, "{path}: {} {}", said.out, said.err);
            assert_eq!(said.out, "", "{path}");
            assert!(said.err.contains(why), "{path}: {}", said.err);
        }
    });
    assert!(server.stop().0.success());
    let report = ground.run(&["audit"]).well();
    assert!(report.contains(" 0 of them open") && report.contains("sound"), "{report}");
}
