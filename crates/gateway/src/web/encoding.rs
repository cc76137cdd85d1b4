//! Which compressed form of a file a reader takes.

/// A form in which files lie beside the whole ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// The name on the wire.
    pub name: &'static str,
    /// What the file's name ends in.
    pub ending: &'static str,
}

/// All of them, the smallest first.
pub const ALL: [Encoding; 2] =
    [Encoding { name: "br", ending: ".br" }, Encoding { name: "gzip", ending: ".gz" }];

/// Those that a reader accepts, by the values of `Accept-Encoding`. Which of them it likes better is not looked at:
/// every browser takes both, and one of the two is smaller.
pub fn accepted<'a>(values: impl Iterator<Item = &'a str>) -> Vec<Encoding> {
    let mut said: Vec<(&str, bool)> = Vec::new();
    for item in values.flat_map(|value| value.split(',')) {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        let weight = weight.trim().strip_prefix("q=").map(str::trim);
        let refused = weight.is_some_and(|weight| weight.parse() == Ok(0.0_f32));
        said.push((name.trim(), !refused));
    }
    let about = |name: &str| said.iter().find(|(said, _)| said.eq_ignore_ascii_case(name)).map(|said| said.1);
    let taken = |encoding: &Encoding| about(encoding.name).or_else(|| about("*")).unwrap_or(false);
    ALL.into_iter().filter(taken).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_takes_is_read_from_its_words() {
        for (said, names) in [
            (&["gzip, deflate, br, zstd"][..], &["br", "gzip"][..]),
            (&["gzip"], &["gzip"]),
            (&["GZIP;q=0.5"], &["gzip"]),
            (&["br;q=0, gzip;q=1.0"], &["gzip"]),
            (&["br; q=0.000, *"], &["gzip"]),
            (&["*"], &["br", "gzip"]),
            (&["*;q=0"], &[]),
            (&["identity"], &[]),
            (&["gzip", "br"], &["br", "gzip"]),
            (&["brotli"], &[]),
            (&[""], &[]),
            (&[], &[]),
        ] {
            let found: Vec<_> = accepted(said.iter().copied()).iter().map(|encoding| encoding.name).collect();
            assert_eq!(found, names, "{said:?}");
        }
    }
}
