//! A file read at places, with an end that is always known and a failure that is remembered.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// Reads at positions. A place behind the end gives `None`; a reader that fails gives `None` from then on, and
/// [`Source::finish`] says so, so that a broken disk never passes for an odd file.
pub(super) struct Source<R> {
    reader: BufReader<R>,
    at: u64,
    len: u64,
    failure: Option<io::Error>,
}

impl<R: Read + Seek> Source<R> {
    pub(super) fn new(mut reader: R) -> io::Result<Self> {
        let len = reader.seek(SeekFrom::End(0))?;
        reader.rewind()?;
        Ok(Self { reader: BufReader::new(reader), at: 0, len, failure: None })
    }

    /// Length of the file in bytes.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Exactly `N` bytes from `at`, or `None` when the file ends before.
    pub(super) fn array<const N: usize>(&mut self, at: u64) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        (self.fill(at, &mut bytes)? == N).then_some(bytes)
    }

    /// Up to `max` bytes from `at`; fewer at the end of the file. The memory used follows what is really there.
    pub(super) fn window(&mut self, at: u64, max: usize) -> Vec<u8> {
        let there = self.len.saturating_sub(at).min(max as u64);
        let mut bytes = vec![0; usize::try_from(there).unwrap_or(0)];
        let read = self.fill(at, &mut bytes).unwrap_or(0);
        bytes.truncate(read);
        bytes
    }

    /// The reader from its beginning, for a library that wants to read for itself.
    pub(super) fn rewound(&mut self) -> Option<&mut BufReader<R>> {
        self.go(0)?;
        // Whoever reads moves on without telling. From this place no distance can be told, so the next one is
        // found from the start.
        self.at = u64::MAX;
        Some(&mut self.reader)
    }

    /// The failure of the reader, if there was one.
    pub(super) fn finish(self) -> io::Result<()> {
        self.failure.map_or(Ok(()), Err)
    }

    fn fill(&mut self, at: u64, bytes: &mut [u8]) -> Option<usize> {
        if at > self.len {
            return None;
        }
        self.go(at)?;
        let mut filled = 0;
        while filled < bytes.len() {
            match self.reader.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return self.fail(error),
            }
        }
        self.at += filled as u64;
        Some(filled)
    }

    fn go(&mut self, at: u64) -> Option<()> {
        if self.failure.is_some() {
            return None;
        }
        // A relative seek keeps what is buffered, and most places are near the one before.
        let moved = match at.checked_signed_diff(self.at) {
            Some(distance) => self.reader.seek_relative(distance),
            None => self.reader.seek(SeekFrom::Start(at)).map(drop),
        };
        match moved {
            Ok(()) => self.at = at,
            Err(error) => return self.fail(error),
        }
        Some(())
    }

    fn fail<T>(&mut self, error: io::Error) -> Option<T> {
        self.failure = Some(error);
        None
    }
}
