//! The receivers of signed webhooks, with messages that the library of either language signed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::ground::{Ground, said};
use crate::tools::example;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ANOTHER_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const MESSAGES: usize = 25;

/// A running receiver; ended when dropped.
struct Receiver {
    child: Child,
    url: String,
}

impl Receiver {
    /// Starts one that answers 500 to about a third of the good messages.
    fn start(ground: &Ground, path: &str) -> Self {
        let mut child = example(path)
            .envs([("WEBHOOK_SECRET", SECRET), ("FAIL_PERCENT", "33"), ("SEED", "7"), ("PORT", "0")])
            .env("LOG", ground.path(&log_of(path)))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut port).unwrap();
        // Nobody reads on; the pipe is kept open so that a later line does not end the receiver.
        std::thread::spawn(move || out.lines().map_while(Result::ok).for_each(drop));
        Self { child, url: format!("http://127.0.0.1:{}/webhooks/spool", port.trim()) }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // Its parent passes SIGTERM on, but could not pass on a SIGKILL.
        let _ = std::process::Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

fn log_of(path: &str) -> String {
    format!("{}.log", path.replace('/', "-"))
}

/// Sends messages signed with the secret: status and id of each.
fn send(path: &str, url: &str, secret: &str) -> Vec<(String, String)> {
    let mut command = example(path);
    let out = said(command.args([url, &MESSAGES.to_string()]).env("WEBHOOK_SECRET", secret)).well();
    let answers: Vec<_> = out
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(status, id)| (status.to_owned(), id.to_owned()))
        .collect();
    assert_eq!(answers.len(), MESSAGES, "{out}");
    answers
}

#[test]
fn a_receiver_takes_what_was_signed_with_its_secret_and_nothing_else() {
    let ground = Ground::new();
    let mut statuses = Vec::new();
    for receiver in ["webhooks/receiver.py", "webhooks/receiver.mjs"] {
        let running = Receiver::start(&ground, receiver);
        let mut answers = Vec::new();
        for sender in ["webhooks/send.py", "webhooks/send.mjs"] {
            answers.extend(send(sender, &running.url, SECRET));
            for (status, id) in send(sender, &running.url, ANOTHER_SECRET) {
                assert_eq!(status, "400", "{receiver} took {id} of a stranger");
            }
        }
        let taken: Vec<&str> =
            answers.iter().filter(|(status, _)| status == "204").map(|(_, id)| id.as_str()).collect();
        let log = std::fs::read_to_string(ground.path(&log_of(receiver))).unwrap();
        assert_eq!(log.lines().collect::<Vec<_>>(), taken, "{receiver}");
        assert!(answers.iter().all(|(status, _)| status == "204" || status == "500"), "{answers:?}");
        let refused = answers.len() - taken.len();
        assert!((5..=30).contains(&refused), "{receiver} refused {refused} of {}", answers.len());
        statuses.push(answers.into_iter().map(|(status, _)| status).collect::<Vec<_>>());
    }
    assert_eq!(statuses[0], statuses[1], "the same seed refuses the same messages in both languages");
}
