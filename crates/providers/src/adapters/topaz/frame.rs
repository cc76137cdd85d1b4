//! The shape of a clip. The result's pixels have to be named, and with another ratio it would get bars.

/// Width and height as the clip is shown, from its file: MP4 and MOV say it in the header of each track. Nothing where that
/// cannot be found, as in other containers.
pub(super) fn sides(file: &[u8]) -> Option<(u32, u32)> {
    let movie = boxes(file).find(|(kind, _)| kind == b"moov")?.1;
    let tracks = boxes(movie).filter(|(kind, _)| kind == b"trak");
    let headers = tracks.filter_map(|(_, track)| boxes(track).find(|(kind, _)| kind == b"tkhd"));
    // Tracks of sound have no sides.
    headers
        .filter_map(|(_, header)| shown(header))
        .max_by_key(|(width, height)| u64::from(*width) * u64::from(*height))
}

/// The sides in a `tkhd` box (ISO/IEC 14496-12). They are numbers of 16 whole and 16 broken bits, and turned where the
/// matrix turns the picture.
fn shown(header: &[u8]) -> Option<(u32, u32)> {
    // Times and durations take 32 or 64 bits.
    let matrix = header.get(4 + if header.first()? == &1 { 32 } else { 20 } + 16..)?;
    let number = |at: usize| Some(u32::from_be_bytes(matrix.get(at..at + 4)?.try_into().ok()?));
    let (width, height) = (number(36)? >> 16, number(40)? >> 16);
    if width == 0 || height == 0 {
        return None;
    }
    let is_turned = number(0)? == 0 && number(16)? == 0 && number(4)? != 0;
    Some(if is_turned { (height, width) } else { (width, height) })
}

/// The boxes of a file or of another box, in order: their kinds and contents. What is cut short is left out.
fn boxes(mut data: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    std::iter::from_fn(move || {
        let kind = data.get(4..8)?;
        let (head, size) = match u32::from_be_bytes(data.get(..4)?.try_into().ok()?) {
            // To the end of what there is.
            0 => (8, data.len()),
            1 => (16, usize::try_from(u64::from_be_bytes(data.get(8..16)?.try_into().ok()?)).ok()?),
            size => (8, usize::try_from(size).ok()?),
        };
        let content = data.get(head..size)?;
        data = data.get(size..)?;
        Some((kind, content))
    })
}

/// The shape with this short side; 16:9 where the shape is not known. Encoders want even numbers.
pub(super) fn scaled(sides: Option<(u32, u32)>, short: u32) -> (u32, u32) {
    let (width, height) = sides.unwrap_or((16, 9));
    let (long, brief) = (u64::from(width.max(height)), u64::from(width.min(height)));
    let scaled = (u64::from(short) * long).div_ceil(2 * brief) * 2;
    let scaled = u32::try_from(scaled).unwrap_or(u32::MAX);
    if width >= height { (scaled, short) } else { (short, scaled) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len() + 8).unwrap();
        [&size.to_be_bytes(), &kind[..], content].concat()
    }

    /// A track header with these entries of the matrix (a, b, c, d) and these sides.
    fn header(version: u8, [a, b, c, d]: [u32; 4], width: u32, height: u32) -> Vec<u8> {
        let mut content = vec![version, 0, 0, 7];
        content.extend(vec![0; if version == 1 { 32 } else { 20 } + 16]);
        for number in [a, b, 0, c, d, 0, 0, 0, 0x4000_0000, width << 16, height << 16] {
            content.extend(number.to_be_bytes());
        }
        boxed(b"tkhd", &content)
    }

    fn movie(headers: &[Vec<u8>]) -> Vec<u8> {
        let tracks: Vec<_> = headers.iter().flat_map(|header| boxed(b"trak", header)).collect();
        [boxed(b"ftyp", b"isom"), boxed(b"moov", &[boxed(b"mvhd", &[0; 100]), tracks].concat())].concat()
    }

    const UPRIGHT: [u32; 4] = [0x1_0000, 0, 0, 0x1_0000];
    const TURNED: [u32; 4] = [0, 0x1_0000, 0xFFFF_0000, 0];

    #[test]
    fn the_sides_of_a_clip_are_those_it_is_shown_with() {
        let sound = header(0, UPRIGHT, 0, 0);
        assert_eq!(sides(&movie(&[sound.clone(), header(0, UPRIGHT, 1280, 720)])), Some((1280, 720)));
        assert_eq!(sides(&movie(&[header(1, UPRIGHT, 640, 480), sound.clone()])), Some((640, 480)));
        assert_eq!(sides(&movie(&[header(0, TURNED, 1920, 1080)])), Some((1080, 1920)));
        assert_eq!(sides(&movie(&[sound])), None);
    }

    #[test]
    fn what_is_no_film_or_half_of_one_has_no_sides() {
        let whole = movie(&[header(0, UPRIGHT, 1280, 720)]);
        for end in 0..whole.len() {
            assert_eq!(sides(&whole[..end]), None, "{end} bytes");
        }
        let endless = [&1_u32.to_be_bytes(), &b"moov"[..], &u64::MAX.to_be_bytes()].concat();
        let backward = [&4_u32.to_be_bytes(), &b"moov"[..]].concat();
        for file in [&b"\x1aE\xdf\xa3 a matroska file"[..], &endless, &backward, &[0; 64]] {
            assert_eq!(sides(file), None);
        }
    }

    #[test]
    fn a_clip_keeps_its_ratio_in_even_numbers() {
        for (given, short, expected) in [
            (Some((1280, 720)), 2160, (3840, 2160)),
            (Some((720, 1280)), 1080, (1080, 1920)),
            (Some((640, 480)), 1080, (1440, 1080)),
            (Some((1000, 701)), 1080, (1542, 1080)),
            (Some((1, u32::MAX)), 2160, (2160, u32::MAX)),
            (None, 1440, (2560, 1440)),
        ] {
            assert_eq!(scaled(given, short), expected, "{given:?}");
        }
    }
}
