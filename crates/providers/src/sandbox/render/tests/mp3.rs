//! Reads MP3 frames and the length header, to the last byte.

use super::*;

/// What a constant rate MPEG-1 layer 3 file says of itself.
struct Mp3 {
    /// Frames that hold sound.
    frames: u32,
    /// Frames that the header promises.
    promised: u32,
    /// Samples that players cut from both ends.
    cut: u32,
}

fn read(bytes: &[u8]) -> Mp3 {
    let (mut at, mut frames) = (0, 0);
    while at < bytes.len() {
        let head = &bytes[at..at + 4];
        assert_eq!(&head[..2], [0xFF, 0xFB], "MPEG-1 layer 3 without checksum at byte {at}");
        assert_eq!(head[2] >> 2 & 3, 0, "44.1 kHz");
        assert_eq!(head[3] >> 6, 3, "mono");
        let kilobits = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128][usize::from(head[2] >> 4)];
        at += 144_000 * kilobits / 44_100 + usize::from(head[2] >> 1 & 1);
        frames += 1;
    }
    assert_eq!(at, bytes.len(), "the last frame is whole");

    // The header follows the side information of the first frame, which is otherwise empty.
    let header = &bytes[21..];
    assert_eq!(&header[..4], b"Info");
    let promised = u32::from_be_bytes(header[8..12].try_into().unwrap());
    let ends = &header[141..144];
    let start = u32::from(ends[0]) << 4 | u32::from(ends[1]) >> 4;
    let padding = u32::from(ends[1] & 15) << 8 | u32::from(ends[2]);
    Mp3 { frames: frames - 1, promised, cut: start + padding }
}

#[test]
fn mp3_frames_are_whole_and_the_header_tells_the_exact_length() {
    for duration_ms in [100, 999, 5_000] {
        let file = read(&render(&Brief { duration_ms, ..brief(Format::Mp3) }).unwrap());
        assert_eq!(file.frames, file.promised);
        assert_eq!(file.frames * 1152 - file.cut, duration_ms * 441 / 10);
    }
}
