//! Where Python, Node and their libraries are.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder that the whole project is in.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A program of the folder that `make tools` makes for Python.
pub fn python(program: &str) -> PathBuf {
    ready("target/tools/venv/done");
    root().join("target/tools/venv/bin").join(program)
}

/// The command that runs an example, which ends after five minutes whatever happens.
pub fn example(path: &str) -> Command {
    let interpreter = match path.rsplit('.').next() {
        Some("py") => python("python"),
        Some("mjs") => {
            ready("examples/node_modules/done");
            "node".into()
        }
        _ => "bash".into(),
    };
    let mut command = Command::new("timeout");
    command.arg("300").arg(interpreter).arg(root().join("examples").join(path));
    command
}

fn ready(done: &str) {
    assert!(root().join(done).exists(), "{done} is not there: run `make tools` first");
}
