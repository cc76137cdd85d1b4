//! Looks for words that must not be there, in every form in which a careless line could hold them.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What a word is, which decides where it may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A credential, a key, a secret: nowhere.
    Secret,
    /// What a caller asked for: only where a provider's own words about it may be quoted to that caller.
    Content,
}

/// A word that must not be there.
#[derive(Clone, Debug)]
pub struct Canary {
    kind: Kind,
    /// What it is, without telling it.
    what: String,
    needles: Vec<Vec<u8>>,
}

/// A text that was said to somebody.
pub struct Place {
    /// Where that was.
    pub name: String,
    /// All of it.
    pub text: String,
    /// Whether a provider's words may be quoted here.
    pub quotes: bool,
}

impl Canary {
    pub fn new(kind: Kind, what: impl Into<String>, word: &str) -> Self {
        assert!(word.len() >= 8, "too short to be told from other words");
        let mut needles = vec![word.as_bytes().to_vec(), hex(word).into_bytes()];
        // As a list of bytes, which is what `Debug` makes of them.
        let bytes: Vec<String> = word.bytes().map(|byte| byte.to_string()).collect();
        needles.push(bytes.join(", ").into_bytes());
        needles.extend((0..3).map(|offset| inside_base64(word, offset)));
        // In a text of JSON inside a text of JSON, and in a query.
        for written in
            [word.replace('"', "\\\""), url::form_urlencoded::byte_serialize(word.as_bytes()).collect()]
        {
            needles.push(written.into_bytes());
        }
        Self { kind, what: what.into(), needles }
    }
}

fn hex(word: &str) -> String {
    word.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// The part of its base64 that is the same whatever stands around it, if so many bytes (modulo 3) stand before.
fn inside_base64(word: &str, offset: usize) -> Vec<u8> {
    let encoded = STANDARD.encode([&b"???"[..offset], word.as_bytes()].concat());
    // What the bytes before and after have a share in is cut off.
    let (from, whole) = ([0, 2, 3][offset], (offset + word.len()) / 3 * 4);
    encoded.as_bytes()[from..whole].to_vec()
}

/// Bytes by which needles are found before they are compared whole: logs are long, and there are thousands of words.
const HEAD: usize = 6;

/// Where the words are: place, line, and what it is; never the line itself.
pub fn search(places: &[Place], canaries: &[Canary]) -> Vec<String> {
    let mut heads: HashMap<&[u8], Vec<(&Canary, &[u8])>> = HashMap::new();
    for canary in canaries {
        for needle in &canary.needles {
            heads.entry(&needle[..HEAD]).or_default().push((canary, needle));
        }
    }
    let mut found = Vec::new();
    for place in places {
        for (no, line) in place.text.lines().enumerate() {
            for (at, head) in line.as_bytes().windows(HEAD).enumerate() {
                let Some(known) = heads.get(head) else { continue };
                let rest = &line.as_bytes()[at..];
                let hit = known.iter().find(|(canary, needle)| {
                    rest.starts_with(needle) && !(canary.kind == Kind::Content && place.quotes)
                });
                if let Some((canary, _)) = hit {
                    found.push(format!("{}, line {}, byte {at}: {}", place.name, no + 1, canary.what));
                }
            }
        }
    }
    found
}

fn place(text: &str, quotes: bool) -> [Place; 1] {
    [Place { name: "a log".to_owned(), text: text.to_owned(), quotes }]
}

#[test]
fn a_planted_canary_is_found_in_whatever_form_and_is_not_told() {
    let secret = Canary::new(Kind::Secret, "a key", "kanari/0001x7f3a");
    let basic = STANDARD.encode("somebody:kanari/0001x7f3a");
    let forms = [
        "key=kanari/0001x7f3a.",
        "key=kanari%2F0001x7f3a",
        &format!("authorization: Basic {basic}"),
        &format!("bytes: {:?}", b"kanari/0001x7f3a"),
        "dump: 6b616e6172692f30303031783766336100",
    ];
    for form in forms {
        let found = search(&place(&format!("one line\n{form}"), true), std::slice::from_ref(&secret));
        assert!(!found.is_empty(), "{form}");
        assert!(found[0].starts_with("a log, line 2, byte ") && found[0].ends_with(": a key"), "{found:?}");
        assert!(!found[0].contains("0001"), "{found:?}");
    }
    for offset in 0..3 {
        let text = STANDARD.encode(format!("{}kanari/0001x7f3a and more", "x".repeat(offset)));
        assert!(!search(&place(&text, true), std::slice::from_ref(&secret)).is_empty(), "{offset}");
    }
    assert!(search(&place("kanari/0002x7f3a", true), &[secret]).is_empty(), "another word");
}

#[test]
fn what_a_caller_wrote_may_be_quoted_to_the_caller_and_nowhere_else() {
    let prompt = [Canary::new(Kind::Content, "a prompt", "kanari0001x7f3a")];
    assert!(search(&place("no kanari0001x7f3a here", true), &prompt).is_empty());
    assert_eq!(search(&place("no kanari0001x7f3a here", false), &prompt).len(), 1);
}
