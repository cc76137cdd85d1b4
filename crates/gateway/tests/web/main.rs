//! The web app in a browser, against this very program: runs Playwright's tests in `web/tests`. `make test` brings what
//! they need.

use std::path::Path;
use std::process::{Command, Stdio};

/// The tests in a browser end after this many seconds, whatever happens.
const SECONDS_MAX: &str = "1800";

/// A command in a network of its own, in which there is nothing but this machine: what the app or its browser fetches
/// from elsewhere fails, here as on a plane.
const CUT_OFF: [&str; 5] = ["unshare", "--net", "sh", "-c", "ip link set lo up && exec \"$@\""];

/// Whether we may cut a command off: for root it is usually so, but not in every container.
fn may_cut_off() -> bool {
    let [program, args @ ..] = CUT_OFF;
    let tried = Command::new(program).args(args).args(["sh", "true"]).stderr(Stdio::null()).status();
    cfg!(target_os = "linux") && tried.is_ok_and(|status| status.success())
}

#[test]
fn the_web_app_works_in_a_browser() {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web").canonicalize().unwrap();
    for needed in ["dist/index.html", "node_modules/.bin/playwright"] {
        assert!(web.join(needed).exists(), "web/{needed} is not there: run `make test`");
    }
    let mut words = vec!["timeout", SECONDS_MAX, "npx", "--no-install", "playwright", "test"];
    if may_cut_off() {
        words.splice(..0, CUT_OFF.into_iter().chain(["sh"]));
    } else {
        eprintln!(
            "The network cannot be cut off here (that takes root, unshare and ip); the tests run with it."
        );
    }
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).current_dir(&web).env("SPOOL_BIN", env!("CARGO_BIN_EXE_spool"));
    let status = command.stdin(Stdio::null()).status().unwrap();
    assert!(status.success(), "the tests in the browser failed ({status}); what they say stands above");
}
