//! A connection that counts what is written to it, and writes no first byte of a request after its deadline (U10).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};

/// Milliseconds on a clock that goes on while the machine sleeps, so that a suspended laptop does not send a
/// request hours late.
pub(crate) fn boot_ms() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    u64::try_from(now.tv_sec).unwrap_or(0) * 1_000 + u64::try_from(now.tv_nsec).unwrap_or(0) / 1_000_000
}

/// One connection's counter.
#[derive(Default)]
pub(crate) struct Meter {
    written: AtomicU64,
    /// What `written` was when the present request began.
    began: AtomicU64,
    /// On the clock of `boot_ms`; zero for none.
    deadline_ms: AtomicU64,
}

impl Meter {
    /// Begins a request whose first byte must be written before the deadline.
    pub(crate) fn begin(&self, deadline_ms: Option<u64>) {
        self.began.store(self.written.load(Ordering::SeqCst), Ordering::SeqCst);
        self.deadline_ms.store(deadline_ms.unwrap_or(0), Ordering::SeqCst);
    }

    /// Bytes written since `begin`.
    pub(crate) fn sent(&self) -> u64 {
        self.written.load(Ordering::SeqCst) - self.began.load(Ordering::SeqCst)
    }

    fn late(&self) -> bool {
        let deadline_ms = self.deadline_ms.load(Ordering::SeqCst);
        deadline_ms != 0 && self.sent() == 0 && boot_ms() > deadline_ms
    }
}

/// The counted connection.
pub(crate) struct Metered<T> {
    inner: T,
    meter: Arc<Meter>,
}

impl<T> Metered<T> {
    pub(crate) fn new(inner: T, meter: Arc<Meter>) -> Self {
        Self { inner, meter }
    }

    fn count(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = written {
            self.meter.written.fetch_add(bytes as u64, Ordering::SeqCst);
        }
        written
    }
}

fn too_late() -> Poll<io::Result<usize>> {
    Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the send deadline has passed")))
}

impl<T: Read + Unpin> Read for Metered<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context, buf: ReadBufCursor) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<T: Write + Unpin> Write for Metered<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.meter.late() {
            return too_late();
        }
        let written = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.count(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context,
        bufs: &[io::IoSlice],
    ) -> Poll<io::Result<usize>> {
        if self.meter.late() {
            return too_late();
        }
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.count(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
