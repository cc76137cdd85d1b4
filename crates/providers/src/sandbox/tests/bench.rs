//! The workbench: a book in memory, a clock moved by hand, countable randomness.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use spool_domain::adapter::{
    Adapter, Call, CancelWord, Handle, Lost, Output, Reply, Sought, Token, Trouble, Word, Work,
};
use spool_domain::catalogue::{Makes, Wish};
use spool_domain::ids::{AssetId, Entropy};
use spool_domain::reference::file_id;
use spool_domain::resident::{Answer, Bill, Book, BookError, Entry, Resident, Shelf, Unread};
use spool_domain::time::{Clock, Timestamp};

use crate::sandbox::{Sandbox, Service};

pub(super) const START: Timestamp = Timestamp(1_800_000_000_000);

pub(super) struct Bench {
    pub(super) clock: Arc<HandClock>,
    pub(super) book: Arc<MemoryBook>,
    pub(super) shelf: Arc<MemoryShelf>,
    service: Service,
}

impl Bench {
    pub(super) fn new() -> Self {
        let clock = Arc::new(HandClock(AtomicI64::new(START.0)));
        Self::over(Arc::default(), clock)
    }

    fn over(book: Arc<MemoryBook>, clock: Arc<HandClock>) -> Self {
        let shelf = Arc::<MemoryShelf>::default();
        let service = Service::new(book.clone(), clock.clone(), Arc::new(Counting));
        let service = service.with_files(shelf.clone(), [7; 32]);
        Self { clock, book, shelf, service }
    }

    /// The process ended and started again: all that is left is the book and the time.
    pub(super) fn restarted(self) -> Self {
        Self::over(self.book, self.clock)
    }

    pub(super) fn pass_ms(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::Relaxed);
    }

    pub(super) fn answer(&self, call: &Call) -> Answer {
        self.service.answer(call)
    }

    pub(super) fn reply(&self, call: &Call) -> Reply {
        match self.answer(call) {
            Answer::Reply(reply) => reply,
            Answer::Lost => panic!("the answer to {} {} was lost", call.method as u8, call.target),
        }
    }

    /// Submits; none where the answer is lost.
    pub(super) fn submit(&self, work: &Work, token: &str) -> Option<Result<Word, Trouble>> {
        match self.answer(&Sandbox.submit(work, &Token(token.to_owned())).unwrap()) {
            Answer::Reply(reply) => Some(Sandbox.read_submit("", &reply)),
            Answer::Lost => None,
        }
    }

    pub(super) fn accepted(&self, work: &Work, token: &str) -> (Handle, u64) {
        match self.submit(work, token) {
            Some(Ok(Word::Accepted(handle, wait_ms))) => (handle, wait_ms),
            other => panic!("not accepted: {other:?}"),
        }
    }

    pub(super) fn refused(&self, work: &Work, token: &str) -> Trouble {
        match self.submit(work, token) {
            Some(Err(trouble)) => trouble,
            other => panic!("not refused: {other:?}"),
        }
    }

    pub(super) fn poll(&self, handle: &Handle) -> Result<Word, Trouble> {
        Sandbox.read_poll(handle, &self.reply(&Sandbox.poll(handle)))
    }

    /// The outputs and what was billed.
    pub(super) fn finished(&self, handle: &Handle) -> (Vec<Output>, i64) {
        match self.poll(handle) {
            Ok(Word::Finished { outputs, billed }) => (outputs, billed.unwrap().0),
            other => panic!("not finished: {other:?}"),
        }
    }

    pub(super) fn lookup(&self, token: &str) -> Option<Handle> {
        let token = Token(token.to_owned());
        let lost = Lost { token: &token, model: "", since_unix_ms: 0 };
        match Sandbox.read_lookup(&lost, &self.reply(&Sandbox.lookup(&lost).unwrap())).unwrap() {
            Sought::Found(handle) => Some(handle),
            Sought::Absent => None,
            Sought::Then(_) => panic!("one call is enough"),
        }
    }

    pub(super) fn cancel(&self, handle: &Handle) -> CancelWord {
        Sandbox.read_cancel(handle, &self.reply(&Sandbox.cancel(handle).unwrap())).unwrap()
    }

    pub(super) fn fetch(&self, output: &Output) -> Reply {
        let Output::Url(url) = output else { panic!("not a file: {output:?}") };
        self.reply(&Call::get(url))
    }

    /// Jobs, billed jobs, micro-USD.
    pub(super) fn bill(&self) -> (u64, u64, i64) {
        let Bill { jobs, billed_jobs, billed } = self.book.bill().unwrap();
        (jobs, billed_jobs, billed.0)
    }
}

pub(super) fn image(prompt: &str) -> Work {
    work(Makes::Image, "png", (64, 48), 0, prompt)
}

pub(super) fn work(
    makes: Makes,
    format: &str,
    (width, height): (u32, u32),
    duration_ms: u32,
    prompt: &str,
) -> Work {
    let (prompt, format) = (prompt.to_owned(), format.to_owned());
    Work {
        model: "any/model".to_owned(),
        input: Default::default(),
        makes,
        count: 1,
        wish: Wish { makes, width, height, duration_ms, seed: Some(7), prompt, format, files: 1, from: None },
        callback_url: None,
    }
}

pub(super) struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

/// No bytes are drawn twice in one test binary, also after a restart of the service.
struct Counting;

static DRAWN: AtomicU64 = AtomicU64::new(1);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let number = DRAWN.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.iter_mut().rev().zip(number.iter().rev()).for_each(|(byte, digit)| *byte = *digit);
    }
}

/// Files by their number.
#[derive(Default)]
pub(super) struct MemoryShelf(Mutex<Vec<Bytes>>);

impl MemoryShelf {
    /// Puts a file there; its public id.
    pub(super) fn put(&self, file: Vec<u8>) -> String {
        let mut files = self.0.lock().unwrap();
        files.push(file.into());
        file_id(AssetId([files.len() as u8; 20]))
    }

    pub(super) fn clear(&self) {
        self.0.lock().unwrap().clear();
    }
}

impl Shelf for MemoryShelf {
    fn read(&self, file: AssetId, bytes_max: u64) -> Result<Bytes, Unread> {
        let files = self.0.lock().unwrap();
        let bytes = files.get(usize::from(file.0[0]) - 1).ok_or(Unread::Missing)?;
        if bytes.len() as u64 > bytes_max { Err(Unread::TooLarge) } else { Ok(bytes.clone()) }
    }
}

#[derive(Default)]
pub(super) struct MemoryBook(Mutex<Vec<Entry>>);

impl Book for MemoryBook {
    fn take(&self, entry: &Entry) -> Result<bool, BookError> {
        let mut entries = self.0.lock().unwrap();
        let is_new = entries.iter().all(|other| other.token != entry.token);
        if is_new {
            entries.push(entry.clone());
        }
        Ok(is_new)
    }

    fn by_id(&self, id: &str) -> Result<Option<Entry>, BookError> {
        Ok(self.0.lock().unwrap().iter().find(|entry| entry.id == id).cloned())
    }

    fn by_token(&self, token: &str) -> Result<Option<Entry>, BookError> {
        Ok(self.0.lock().unwrap().iter().find(|entry| entry.token == token).cloned())
    }

    fn cancel(&self, id: &str, now: Timestamp) -> Result<bool, BookError> {
        let mut entries = self.0.lock().unwrap();
        let Some(entry) =
            entries.iter_mut().find(|entry| entry.id == id && !entry.canceled && now < entry.done_at)
        else {
            return Ok(false);
        };
        entry.canceled = true;
        entry.billed = Default::default();
        Ok(true)
    }

    fn forget(&self, _: Timestamp) -> Result<u64, BookError> {
        Ok(0)
    }

    fn bill(&self) -> Result<Bill, BookError> {
        let entries = self.0.lock().unwrap();
        Ok(Bill {
            jobs: entries.len() as u64,
            billed_jobs: entries.iter().filter(|entry| entry.billed.0 > 0).count() as u64,
            billed: entries.iter().map(|entry| entry.billed).sum(),
        })
    }
}
