//! The boxes of an MP4 file. Nothing here trusts a size that stands in the file.

/// The name of a box.
pub(in crate::sandbox) type Box4 = [u8; 4];

/// The boxes that stand in these bytes, as names and contents; ends where the bytes stop making sense.
pub(in crate::sandbox) fn inside(bytes: &[u8]) -> impl Iterator<Item = (Box4, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let size = word(rest, 0)? as usize;
        let name = rest.get(4..8)?.try_into().ok()?;
        let (head, size) = match size {
            // To the end of the file.
            0 => (8, rest.len()),
            // The size follows in eight bytes.
            1 => (16, usize::try_from(u64::from(word(rest, 8)?) << 32 | u64::from(word(rest, 12)?)).ok()?),
            size => (8, size),
        };
        let content = rest.get(head..size)?;
        rest = rest.get(size..)?;
        Some((name, content))
    })
}

/// The content of the first box along a path.
pub(in crate::sandbox) fn only<'a>(bytes: &'a [u8], path: &[&Box4]) -> Option<&'a [u8]> {
    path.iter().try_fold(bytes, |bytes, name| {
        inside(bytes).find(|(found, _)| found == *name).map(|(_, content)| content)
    })
}

/// Four bytes as a number.
pub(in crate::sandbox) fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
