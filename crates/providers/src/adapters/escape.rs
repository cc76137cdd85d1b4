//! Texts as parts of addresses.

/// `text` as the value of a query parameter or as one segment of a path: all but unreserved characters are escaped.
pub(super) fn escaped(text: &str) -> String {
    let mut to = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            to.push(char::from(byte));
        } else {
            to.push_str(&format!("%{byte:02X}"));
        }
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_means_something_in_an_address_stays() {
        assert_eq!(escaped("a_b-1.png"), "a_b-1.png");
        assert_eq!(escaped("a b/ü?&=%#"), "a%20b%2F%C3%BC%3F%26%3D%25%23");
    }
}
