//! A folder of one's own, commands in it, and a server that goes when the test does.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;

use serde_json::Value;
use tempfile::TempDir;

/// A working folder with a data folder in it.
pub struct Ground {
    folder: TempDir,
}

/// What a command said.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Its standard output, if it went well.
    pub fn well(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }
}

impl Ground {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// The command in this folder. Nothing of the environment's own settings reaches it.
    pub fn command(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spool"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("SPOOL_") {
                command.env_remove(name);
            }
        }
        command
            .args(args)
            .current_dir(self.folder.path())
            .env("SPOOL_DATA", self.data())
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Said {
        said(&mut self.command(args))
    }

    /// Starts the server on a free port and waits until it is ready.
    pub fn serve(&self) -> Server {
        Server::start(&mut self.command(["serve", "--listen", "127.0.0.1:0"]))
    }

    pub fn test_key(&self) -> String {
        std::fs::read_to_string(self.data().join("test.key")).unwrap().trim().to_owned()
    }
}

/// Runs a command to its end.
pub fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// A running server; killed when dropped, so that no failed test leaves one behind.
pub struct Server {
    child: Child,
    pub url: String,
    out: mpsc::Receiver<String>,
    err: Option<std::thread::JoinHandle<String>>,
    /// The lines of its log as they come.
    log: mpsc::Receiver<String>,
}

impl Server {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let pipe = BufReader::new(child.stderr.take().unwrap());
        let (sender, log) = mpsc::channel();
        let err = std::thread::spawn(move || {
            let mut text = String::new();
            for line in pipe.lines().map_while(Result::ok) {
                text.push_str(&line);
                text.push('\n');
                // Nobody may be listening.
                let _ = sender.send(line);
            }
            text
        });
        let (sender, out) = mpsc::channel();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut server = Self { child, url: String::new(), out, err: Some(err), log };
        let Ok(first) = server.out.recv() else {
            let err = server.err.take().unwrap().join().unwrap();
            panic!("the server did not start: {err}");
        };
        server.url = first.rsplit(' ').next().unwrap().to_owned();
        assert!(server.url.starts_with("http://127.0.0.1:"), "{first}");
        server
    }

    /// The address without the scheme.
    pub fn host(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// Waits until the log says this.
    pub fn until_said(&self, words: &str) {
        assert!(self.log.iter().any(|line| line.contains(words)), "the log never says {words}");
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGTERM and waits for the end: how it went, and all it said after its first line: standard output,
    /// then standard error.
    pub fn stop(mut self) -> (ExitStatus, String, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        let err = self.err.take().unwrap().join().unwrap();
        (status, self.out.iter().collect::<Vec<_>>().join("\n"), err)
    }

    /// One exchange: the status and the JSON.
    pub fn ask(&self, key: &str, method: &str, path: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(self.host()).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\
             content-length: {}\r\n\r\n{body}",
            self.host(),
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap_or_default())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Width and height of a picture that decodes whole.
pub fn pixels(path: &Path) -> (u32, u32) {
    let picture = image::open(path).unwrap();
    (picture.width(), picture.height())
}

/// What ffprobe says about a file's streams and format. `make test` installs it.
pub fn probe(path: &Path) -> Value {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-of", "json", "-show_streams", "-show_format"])
        .arg(path)
        .output()
        .expect("ffprobe is needed: install ffmpeg, or run `make test`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
