//! MP4 and its relatives: a chain of boxes, each with a length, a name and a body of bytes or further boxes.

use std::io::{Read, Seek};

use super::format::Format;
use super::source::Source;
use super::{Measured, millis};

/// How many boxes are looked at before the rest is given up. Real files need some dozens before and inside
/// `moov`; a file of nothing but empty boxes ends here.
const BOXES_MAX: u32 = 10_000;

type Name = [u8; 4];

/// Reads type and measures. A file that begins like one of this family but names no brand we know, or holds
/// no track, is unknown.
pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> (Format, Measured) {
    let end = source.len();
    let mut walk = Walk { source, boxes_left: BOXES_MAX };
    let family = match walk.next(0, end) {
        Some(first) if first.name == *b"ftyp" => match walk.family(&first) {
            Family::Still(format) => return (format, Measured::default()),
            Family::Other => return (Format::Unknown, Measured::default()),
            family => family,
        },
        Some(_) => Family::QuickTime,
        None => return (Format::Unknown, Measured::default()),
    };
    let movie = walk.find(0, end, b"moov").map(|moov| walk.movie(&moov)).unwrap_or_default();
    let measured = Measured { duration_ms: movie.duration_ms(), ..Measured::default() };
    match (family, movie.picture) {
        (_, None) if movie.has_sound => (Format::M4a, measured),
        (Family::QuickTime, None) if !movie.has_picture => (Format::Unknown, Measured::default()),
        (family, sides) => {
            let format = if matches!(family, Family::QuickTime) { Format::Mov } else { Format::Mp4 };
            let (width, height) = sides.unzip();
            (format, Measured { width, height, ..measured })
        }
    }
}

/// What the brands of a file promise.
enum Family {
    Still(Format),
    QuickTime,
    Mp4,
    Other,
}

struct Part {
    name: Name,
    body: u64,
    end: u64,
}

/// What `moov` says.
#[derive(Default)]
struct Movie {
    timescale: u32,
    /// In units of the timescale; the second is what a fragmented file states in its stead.
    duration: Option<u64>,
    fragments_duration: Option<u64>,
    has_sound: bool,
    has_picture: bool,
    /// Width and height of the largest picture track, as shown.
    picture: Option<(u32, u32)>,
}

impl Movie {
    fn duration_ms(&self) -> Option<u64> {
        [self.duration, self.fragments_duration]
            .into_iter()
            .flatten()
            .find_map(|units| millis(units, u64::from(self.timescale)))
    }
}

struct Walk<'s, R> {
    source: &'s mut Source<R>,
    boxes_left: u32,
}

impl<R: Read + Seek> Walk<'_, R> {
    /// The box at `at`, cut off at `end`. Each one is at least as long as its own header, so a walk moves on.
    fn next(&mut self, at: u64, end: u64) -> Option<Part> {
        self.boxes_left = self.boxes_left.checked_sub(1)?;
        if end.checked_sub(at)? < 8 {
            return None;
        }
        let [s0, s1, s2, s3, name @ ..]: [u8; 8] = self.source.array(at)?;
        let (size, header) = match u32::from_be_bytes([s0, s1, s2, s3]) {
            0 => (end - at, 8),
            1 => (u64::from_be_bytes(self.source.array(at + 8)?), 16),
            size => (u64::from(size), 8),
        };
        if size < header {
            return None;
        }
        // A file that was cut off still tells what came before the cut.
        Some(Part { name, body: (at + header).min(end), end: at.saturating_add(size).min(end) })
    }

    fn find(&mut self, mut at: u64, end: u64, name: &Name) -> Option<Part> {
        loop {
            let found = self.next(at, end)?;
            if found.name == *name {
                return Some(found);
            }
            at = found.end;
        }
    }

    fn inside(&mut self, parent: &Part, name: &Name) -> Option<Part> {
        self.find(parent.body, parent.end, name)
    }

    fn down(&mut self, parent: &Part, path: &[&Name]) -> Option<Part> {
        let (first, rest) = path.split_first()?;
        let mut found = self.inside(parent, first)?;
        for name in rest {
            found = self.inside(&found, name)?;
        }
        Some(found)
    }

    fn family(&mut self, ftyp: &Part) -> Family {
        /// A major brand, its version, and more compatible brands than any file has.
        const BRANDS_MAX_BYTES: u64 = 8 + 4 * 64;
        let stated = ftyp.end.saturating_sub(ftyp.body).min(BRANDS_MAX_BYTES);
        let bytes = self.source.window(ftyp.body, usize::try_from(stated).unwrap_or(0));
        let words: Vec<Name> = bytes.as_chunks::<4>().0.to_vec();
        let Some((&major, rest)) = words.split_first() else { return Family::Other };
        let compatible = rest.get(1..).unwrap_or_default();
        let has = |brand: &Name| major == *brand || compatible.contains(brand);
        if has(b"avif") || has(b"avis") {
            return Family::Still(Format::Avif);
        }
        match &major {
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Family::Still(Format::Heic),
            b"mif1" | b"msf1" if has(b"heic") || has(b"heix") => Family::Still(Format::Heic),
            b"qt  " => Family::QuickTime,
            [b'i', b's', b'o', _] | [b'm', b'p', b'4', _] | [b'3', b'g', _, _] => Family::Mp4,
            b"avc1" | b"dash" | b"M4V " | b"M4VP" | b"M4A " | b"M4B " | b"MSNV" | b"f4v " | b"cmfc" => {
                Family::Mp4
            }
            // Other brands, other formats: camera raw, JPEG 2000. Unless the file names itself an MP4 too.
            _ if has(b"isom") || has(b"iso2") || has(b"mp41") || has(b"mp42") => Family::Mp4,
            _ => Family::Other,
        }
    }

    fn movie(&mut self, moov: &Part) -> Movie {
        let mut movie = Movie::default();
        let mut at = moov.body;
        while let Some(part) = self.next(at, moov.end) {
            at = part.end;
            match &part.name {
                b"mvhd" => {
                    if let Some((timescale, duration)) = self.times(&part) {
                        movie.timescale = timescale;
                        movie.duration = duration;
                    }
                }
                b"mvex" => movie.fragments_duration = self.fragments_duration(&part),
                b"trak" => self.track(&part, &mut movie),
                _ => {}
            }
        }
        movie
    }

    /// Timescale and duration of `mvhd`; all bits set mean that the duration is not known.
    fn times(&mut self, mvhd: &Part) -> Option<(u32, Option<u64>)> {
        let [version] = self.source.array(mvhd.body)?;
        if version == 0 {
            let timescale = self.source.array(mvhd.body + 12)?;
            let duration = u32::from_be_bytes(self.source.array(mvhd.body + 16)?);
            Some((u32::from_be_bytes(timescale), (duration != u32::MAX).then_some(duration.into())))
        } else {
            let timescale = self.source.array(mvhd.body + 20)?;
            let duration = u64::from_be_bytes(self.source.array(mvhd.body + 24)?);
            Some((u32::from_be_bytes(timescale), (duration != u64::MAX).then_some(duration)))
        }
    }

    fn fragments_duration(&mut self, mvex: &Part) -> Option<u64> {
        let mehd = self.inside(mvex, b"mehd")?;
        let [version] = self.source.array(mehd.body)?;
        if version == 0 {
            Some(u64::from(u32::from_be_bytes(self.source.array(mehd.body + 4)?)))
        } else {
            Some(u64::from_be_bytes(self.source.array(mehd.body + 4)?))
        }
    }

    fn track(&mut self, trak: &Part, movie: &mut Movie) {
        let handler: Option<Name> =
            self.down(trak, &[b"mdia", b"hdlr"]).and_then(|hdlr| self.source.array(hdlr.body + 8));
        match handler.as_ref() {
            Some(b"soun") => movie.has_sound = true,
            Some(b"vide") => {
                movie.has_picture = true;
                let sides = self.shown(trak).or_else(|| self.coded(trak));
                let area = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
                // A cover picture may come as a small track of its own beside the film.
                movie.picture = movie.picture.into_iter().chain(sides).max_by_key(|&sides| area(sides));
            }
            _ => {}
        }
    }

    /// The sides that `tkhd` asks a player to show: fixed-point numbers, to be turned by its matrix.
    fn shown(&mut self, trak: &Part) -> Option<(u32, u32)> {
        let tkhd = self.inside(trak, b"tkhd")?;
        let [version] = self.source.array(tkhd.body)?;
        let matrix_at = tkhd.body + if version == 0 { 40 } else { 52 };
        let numbers: [u8; 44] = self.source.array(matrix_at)?;
        if matrix_at + 44 > tkhd.end {
            return None;
        }
        let number = |i: usize| numbers.as_chunks::<4>().0.get(i).map_or(0, |four| u32::from_be_bytes(*four));
        let (width, height) = (number(9) >> 16, number(10) >> 16);
        // Rows of three: a b u, c d v. A quarter turn has nothing in a and d.
        let quarter_turn = number(0) == 0 && number(4) == 0 && number(1) != 0 && number(3) != 0;
        match (width, height) {
            (0, _) | (_, 0) => None,
            sides if !quarter_turn => Some(sides),
            (width, height) => Some((height, width)),
        }
    }

    /// The sides of the coded picture in the first sample description, where `tkhd` leaves them out.
    fn coded(&mut self, trak: &Part) -> Option<(u32, u32)> {
        let stsd = self.down(trak, &[b"mdia", b"minf", b"stbl", b"stsd"])?;
        let entry = self.next(stsd.body + 8, stsd.end)?;
        let [w0, w1, h0, h1] = self.source.array(entry.body + 24)?;
        match (u32::from(u16::from_be_bytes([w0, w1])), u32::from(u16::from_be_bytes([h0, h1]))) {
            (0, _) | (_, 0) => None,
            sides => Some(sides),
        }
    }
}
