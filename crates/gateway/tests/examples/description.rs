//! The server keeps to its own description: schemathesis makes requests from the OpenAPI document, right ones and wrong
//! ones, and holds the answers against it. `FUZZ_S` says for how long, `FUZZ_SEED` repeats a run, `make fuzz` is the long one.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::ground::{Ground, Said, Server, said};
use crate::tools::python;

/// The config with ids of jobs that are there: one that is over for each dialect, and one that failed.
fn config(server: &Server, key: &str) -> String {
    let job = |prompt: &str| {
        let order = json!({ "model": "flux-schnell", "input": { "prompt": prompt }, "wait": 60 });
        let (_, answer) = server.ask(key, "POST", "/v1/generations", &order.to_string());
        assert!(answer["id"].is_string(), "{answer}");
        answer
    };
    let done = job("a red fox");
    let answers =
        [done.clone(), job("a red fox [sandbox outcome=fail]"), job("a red fox [sandbox outcome=refuse]")];
    let ids = |prefix: &str| -> Value {
        let bare = answers.iter().map(|answer| answer["id"].as_str().unwrap().trim_start_matches("gen_"));
        bare.map(|id| format!("{prefix}{id}")).collect()
    };
    let url = done["output"]["media"][0]["url"].as_str().unwrap();
    let (path, query) = url.split_once('?').unwrap();
    let hooks = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/fuzz.py");
    let mut text = include_str!("fuzz.toml").replace("<hooks>", hooks);
    text = text.replace("<file>", path.rsplit('/').next().unwrap());
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap();
        text = text.replace(&format!("<{name}>"), value);
    }
    for (word, prefix) in [("jobs", "job_"), ("tasks", "task_"), ("task-ids", ""), ("generations", "gen_")] {
        text = text.replace(&format!("<{word}>"), &ids(prefix).to_string());
    }
    text
}

fn schemathesis(folder: &Path, config: &Path, key: &str, args: &[&str]) -> Said {
    let mut command = Command::new(python("schemathesis"));
    command.arg("--config-file").arg(config).args(["--no-color", "run", "--generation-database", "none"]);
    said(command.args(args).current_dir(folder).env("API_KEY", key))
}

#[test]
fn the_server_keeps_to_its_own_description() {
    let seconds = std::env::var("FUZZ_S").unwrap_or_else(|_| "45".to_owned());
    let seed = std::env::var("FUZZ_SEED").unwrap_or_else(|_| "20260105".to_owned());
    println!("requests from the OpenAPI document: seed {seed}, {seconds} seconds");
    let ground = Ground::new();
    let server = {
        let mut command = ground.command(["serve", "--listen", "127.0.0.1:0"]);
        // Without limits, as it would see little but 429.
        Server::start(command.env("SPOOL_LIMITS_REQUESTS_PER_SECOND", "0"))
    };
    let key = ground.test_key();
    // Enough play money for everything that comes to its mind.
    ground.run(&["accounts", "credit", "1", "1000000"]).well();
    let file = ground.path("fuzz.toml");
    std::fs::write(&file, config(&server, &key)).unwrap();
    let document = format!("{}/openapi.json", server.url);

    let args = ["--phases", "examples,coverage,fuzzing", "--max-time", &seconds, "--seed", &seed, &document];
    let result = schemathesis(&ground.path(""), &file, &key, &args);
    println!("{}", result.out);
    assert_eq!(result.code, 0, "with seed {seed}, see above {}", result.err);

    // A check that cannot fail proves nothing: with one answer left out of the description, it must.
    let (_, mut altered) = server.ask("", "GET", "/openapi.json", "");
    altered["paths"]["/v1/models"]["get"]["responses"].as_object_mut().unwrap().remove("200").unwrap();
    let path = ground.path("altered.json");
    std::fs::write(&path, altered.to_string()).unwrap();
    let args = [
        "--phases",
        "coverage",
        "--include-path",
        "/v1/models",
        "--url",
        &server.url,
        path.to_str().unwrap(),
    ];
    let result = schemathesis(&ground.path(""), &file, &key, &args);
    assert!(result.code == 1 && result.out.contains("Undocumented status code"), "{}", result.out);

    let (status, _, log) = server.stop();
    assert!(status.success() && !log.contains("panicked"), "{log}");
    let report = ground.run(&["audit"]).well();
    assert!(report.contains("sound"), "{report}");
    let jobs: u32 = report.split(" jobs").next().unwrap().rsplit(' ').next().unwrap().parse().unwrap();
    assert!(jobs > 3, "no request became a job, so little was looked at: {report}");
}
