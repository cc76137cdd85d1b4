//! Names that may stand in an address as they are. What comes from a route's template or from an operator is looked at
//! here before it becomes part of one.

/// Whether this is an id without anything that means something in an address.
pub(super) fn is_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    !text.is_empty() && text.len() <= 128 && text.bytes().all(plain)
}

/// Whether this is a path of plain segments, without a slash at either end.
pub(super) fn is_path(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let segment = |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain);
    text.split('/').all(segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_place_in_an_address() {
        assert!(is_id("d7e6c0f3-11aa_B"));
        for wrong in ["", "a/b", "a?b", "../x?y", "a b", "a.b", "ü", "a%2f", &"a".repeat(129)] {
            assert!(!is_id(wrong), "{wrong}");
        }
        assert!(is_path("v1/image2video/dop") && is_path("kling-video/v2.1/pro"));
        for wrong in ["", "/a", "a/", "a//b", "a/../b", "a/.b", "a?b", "a b", "a/%2e"] {
            assert!(!is_path(wrong), "{wrong}");
        }
    }
}
