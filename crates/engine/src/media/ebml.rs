//! WebM and Matroska: elements with an id, a length and a body, both numbers of variable width.

use std::io::{Read, Seek};

use super::format::Format;
use super::source::Source;
use super::{Measured, millis};

/// How many elements are looked at before the rest is given up. What we need stands before the first cluster;
/// the bound is for files that put it behind many of them, and for files that mean harm.
const ELEMENTS_MAX: u32 = 10_000;

const EBML: u32 = 0x1A45_DFA3;
const DOC_TYPE: u32 = 0x4282;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_A966;
const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
const DURATION: u32 = 0x4489;
const TRACKS: u32 = 0x1654_AE6B;
const TRACK_ENTRY: u32 = 0xAE;
const TRACK_TYPE: u32 = 0x83;
const VIDEO: u32 = 0xE0;
const PIXEL_WIDTH: u32 = 0xB0;
const PIXEL_HEIGHT: u32 = 0xBA;

/// Reads type and measures; a document type other than WebM and Matroska is unknown.
pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> (Format, Measured) {
    let end = source.len();
    let mut walk = Walk { source, elements_left: ELEMENTS_MAX };
    let Some(header) = walk.next(0, end).filter(|header| header.id == EBML) else {
        return (Format::Unknown, Measured::default());
    };
    let doc_type = walk.inside(&header, DOC_TYPE).map(|e| walk.text(&e)).unwrap_or_default();
    let mut film = Film::default();
    if let Some(segment) = walk.find(header.end, end, SEGMENT) {
        walk.segment(&segment, &mut film);
    }
    let sound_only = film.has_sound && !film.has_picture;
    let format = match doc_type.as_slice() {
        b"webm" if sound_only => Format::WebMAudio,
        b"webm" => Format::WebM,
        b"matroska" => Format::Matroska,
        _ => return (Format::Unknown, Measured::default()),
    };
    let (width, height) = film.sides.unzip();
    (format, Measured { width, height, duration_ms: film.duration_ms })
}

struct Element {
    id: u32,
    body: u64,
    end: u64,
}

#[derive(Default)]
struct Film {
    duration_ms: Option<u64>,
    has_sound: bool,
    has_picture: bool,
    sides: Option<(u32, u32)>,
}

struct Walk<'s, R> {
    source: &'s mut Source<R>,
    elements_left: u32,
}

impl<R: Read + Seek> Walk<'_, R> {
    /// The element at `at`, cut off at `end`. Its header is at least two bytes long, so a walk moves on.
    fn next(&mut self, at: u64, end: u64) -> Option<Element> {
        self.elements_left = self.elements_left.checked_sub(1)?;
        if at >= end {
            return None;
        }
        // An id keeps its length marker, a size does not.
        let (id, id_width, _) = self.number(at, 4)?;
        let size_at = at + u64::from(id_width);
        let (marked, size_width, value_bits) = self.number(size_at, 8)?;
        let size = marked & value_mask(value_bits);
        let body = (size_at + u64::from(size_width)).min(end);
        // All bits set: live recordings do not know how long the element will be, and it takes the rest.
        let unknown = size == value_mask(value_bits);
        let element_end = if unknown { end } else { body.saturating_add(size).min(end) };
        Some(Element { id: u32::try_from(id).ok()?, body, end: element_end })
    }

    /// A number with the marker that tells its width: value with marker, width in bytes, bits of the value.
    fn number(&mut self, at: u64, width_max: u32) -> Option<(u64, u32, u32)> {
        let [first] = self.source.array(at)?;
        let width = first.leading_zeros() + 1;
        if width > width_max {
            return None;
        }
        let rest = self.source.window(at + 1, width as usize - 1);
        let complete = rest.len() + 1 == width as usize;
        let value = rest.iter().fold(u64::from(first), |value, &byte| value << 8 | u64::from(byte));
        complete.then_some((value, width, 7 * width))
    }

    fn find(&mut self, mut at: u64, end: u64, id: u32) -> Option<Element> {
        loop {
            let element = self.next(at, end)?;
            if element.id == id {
                return Some(element);
            }
            at = element.end;
        }
    }

    fn inside(&mut self, parent: &Element, id: u32) -> Option<Element> {
        self.find(parent.body, parent.end, id)
    }

    fn segment(&mut self, segment: &Element, film: &mut Film) {
        let (mut seen_info, mut seen_tracks) = (false, false);
        let mut at = segment.body;
        while !(seen_info && seen_tracks)
            && let Some(part) = self.next(at, segment.end)
        {
            at = part.end;
            match part.id {
                INFO => {
                    seen_info = true;
                    film.duration_ms = self.duration_ms(&part);
                }
                TRACKS => {
                    seen_tracks = true;
                    self.tracks(&part, film);
                }
                _ => {}
            }
        }
    }

    fn duration_ms(&mut self, info: &Element) -> Option<u64> {
        let scale_ns = match self.inside(info, TIMESTAMP_SCALE) {
            Some(element) => self.unsigned(&element)?,
            None => 1_000_000,
        };
        let duration = self.inside(info, DURATION)?;
        let ticks = match duration.end - duration.body {
            4 => f64::from(f32::from_be_bytes(self.source.array(duration.body)?)),
            8 => f64::from_be_bytes(self.source.array(duration.body)?),
            _ => return None,
        };
        // The cast takes what is not a number to 0 and what is too large to the maximum; both are no duration.
        millis((ticks * scale_ns as f64 / 1_000_000.0).round() as u64, 1000)
    }

    fn tracks(&mut self, tracks: &Element, film: &mut Film) {
        let mut at = tracks.body;
        while let Some(track) = self.next(at, tracks.end) {
            at = track.end;
            if track.id != TRACK_ENTRY {
                continue;
            }
            match self.inside(&track, TRACK_TYPE).and_then(|kind| self.unsigned(&kind)) {
                Some(1) => {
                    film.has_picture = true;
                    film.sides = film.sides.or_else(|| self.sides(&track));
                }
                Some(2) => film.has_sound = true,
                _ => {}
            }
        }
    }

    fn sides(&mut self, track: &Element) -> Option<(u32, u32)> {
        let video = self.inside(track, VIDEO)?;
        let mut side = |id| {
            let element = self.inside(&video, id)?;
            u32::try_from(self.unsigned(&element)?).ok().filter(|&px| px > 0)
        };
        Some((side(PIXEL_WIDTH)?, side(PIXEL_HEIGHT)?))
    }

    fn unsigned(&mut self, element: &Element) -> Option<u64> {
        let bytes = self.source.window(element.body, 8);
        let width = usize::try_from(element.end - element.body).ok()?;
        Some(bytes.get(..width)?.iter().fold(0, |value, &byte| value << 8 | u64::from(byte)))
    }

    fn text(&mut self, element: &Element) -> Vec<u8> {
        let width = usize::try_from(element.end - element.body).unwrap_or(usize::MAX).min(16);
        let mut bytes = self.source.window(element.body, width);
        // Strings may be filled up with zeros.
        bytes.truncate(bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len()));
        bytes
    }
}

fn value_mask(bits: u32) -> u64 {
    (1 << bits) - 1
}
