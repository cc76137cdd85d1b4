use proptest::prelude::*;

use super::*;

const NOW: i64 = 1_800_000_000;
const ASSET: &str = "ast_0123456789abcdefghijkl";

fn key(id: &str, byte: u8) -> Key {
    Key::new(id, &[byte; 32]).unwrap()
}

fn signer() -> Signer {
    Signer::new(key("k1", 1), None).unwrap()
}

#[test]
fn a_signed_query_is_accepted_and_says_its_disposition() {
    let signer = signer();
    for (attachment, expected) in [(false, Disposition::Inline), (true, Disposition::Attachment)] {
        let query = signer.sign(ASSET, NOW, NOW + TTL_DEFAULT_S, attachment).unwrap();
        assert_eq!(signer.verify(ASSET, &query, NOW), Ok(expected));
    }
}

#[test]
fn the_signature_is_the_one_computed_by_an_independent_implementation() {
    // printf 'spool asset url\n1\nk1\nGET\n1800003600\ni\nast_0123456789abcdefghijkl' |
    //   openssl dgst -sha256 -mac HMAC -macopt hexkey:0101…01 -binary | basenc --base64url
    let query = signer().sign(ASSET, NOW, NOW + 3600, false).unwrap();
    assert_eq!(query, "v=1&k=k1&e=1800003600&d=i&s=854lqdUEn4sTe1bYZpK7f31HfwahTMfjPl8V6TmWZdk");
}

#[test]
fn a_query_is_valid_up_to_its_expiry_and_not_at_it() {
    let signer = signer();
    let query = signer.sign(ASSET, NOW, NOW + 60, false).unwrap();
    assert!(signer.verify(ASSET, &query, NOW + 59).is_ok());
    assert_eq!(signer.verify(ASSET, &query, NOW + 60), Err(Invalid));
    assert_eq!(signer.verify(ASSET, &query, i64::MAX), Err(Invalid));
}

#[test]
fn lifetimes_outside_the_bounds_are_not_signed() {
    let signer = signer();
    for ttl_s in [TTL_MIN_S, TTL_DEFAULT_S, TTL_MAX_S] {
        assert!(signer.sign(ASSET, NOW, NOW + ttl_s, false).is_ok(), "{ttl_s}");
    }
    for ttl_s in [i64::MIN, -3600, 0, TTL_MIN_S - 1, TTL_MAX_S + 1] {
        assert_eq!(signer.sign(ASSET, NOW, NOW.saturating_add(ttl_s), false), Err(TtlOutOfBounds), "{ttl_s}");
    }
    assert_eq!(signer.sign(ASSET, i64::MIN, i64::MAX, false), Err(TtlOutOfBounds));
    assert_eq!(signer.sign(ASSET, -3600, -60, false), Err(TtlOutOfBounds));
}

#[test]
fn the_previous_key_verifies_during_a_rotation_and_not_after_it() {
    let before = signer();
    let old_query = before.sign(ASSET, NOW, NOW + 3600, false).unwrap();

    let during = Signer::new(key("k2", 2), Some(key("k1", 1))).unwrap();
    let new_query = during.sign(ASSET, NOW, NOW + 3600, false).unwrap();
    assert!(new_query.contains("&k=k2&"));
    assert!(during.verify(ASSET, &old_query, NOW).is_ok());
    assert!(during.verify(ASSET, &new_query, NOW).is_ok());

    let after = Signer::new(key("k2", 2), None).unwrap();
    assert_eq!(after.verify(ASSET, &old_query, NOW), Err(Invalid));
    assert!(after.verify(ASSET, &new_query, NOW).is_ok());
    assert_eq!(before.verify(ASSET, &new_query, NOW), Err(Invalid));
}

#[test]
fn a_key_id_does_not_stand_for_another_secret() {
    let query = signer().sign(ASSET, NOW, NOW + 3600, false).unwrap();
    let other = Signer::new(key("k1", 9), None).unwrap();
    assert_eq!(other.verify(ASSET, &query, NOW), Err(Invalid));
    // Both keys hold one secret: the id inside the signature still tells them apart.
    let twins = Signer::new(key("k1", 1), Some(key("k2", 1))).unwrap();
    assert_eq!(twins.verify(ASSET, &query.replace("k=k1", "k=k2"), NOW), Err(Invalid));
}

#[test]
fn only_the_canonical_spelling_is_accepted() {
    let signer = signer();
    let query = signer.sign(ASSET, NOW, NOW + 3600, false).unwrap();
    let tag = query.split_once("s=").unwrap().1;
    let e = NOW + 3600;
    let others = [
        String::new(),
        format!("?{query}"),
        format!("{query}&"),
        format!("&{query}"),
        format!("{query}&x=1"),
        format!("{query}&s={tag}"),
        format!("{query}&d=i"),
        format!("{query}="),
        format!("{query}#"),
        format!("v=1&v=1&k=k1&e={e}&d=i&s={tag}"),
        format!("k=k1&v=1&e={e}&d=i&s={tag}"),
        format!("v=1&k=k1&e={e}&s={tag}&d=i"),
        format!("v=01&k=k1&e={e}&d=i&s={tag}"),
        format!("v=2&k=k1&e={e}&d=i&s={tag}"),
        format!("v=1&k=k1&e=0{e}&d=i&s={tag}"),
        format!("v=1&k=k1&e=+{e}&d=i&s={tag}"),
        format!("v=1&k=k1&e=-{e}&d=i&s={tag}"),
        format!("v=1&k=k1&e={e} &d=i&s={tag}"),
        format!("v=1&k=k1&e={e}.0&d=i&s={tag}"),
        format!("v=1&k=k1&e=99999999999999999999&d=i&s={tag}"),
        format!("v=1&k=k%31&e={e}&d=i&s={tag}"),
        format!("%76=1&k=k1&e={e}&d=i&s={tag}"),
        format!("V=1&k=k1&e={e}&d=i&s={tag}"),
        format!("v=1&k=k1&e={e}&d=I&s={tag}"),
        format!("v=1&k=k1&e={e}&d=inline&s={tag}"),
        format!("v=1&k=k1&e={e}&d=&s={tag}"),
        format!("v=1&k=&e={e}&d=i&s={tag}"),
        format!("v=1;k=k1;e={e};d=i;s={tag}"),
        format!("v=1&k=k1&e={e}&d=i&s={tag}="),
        format!("v=1&k=k1&e={e}&d=i&s={}", &tag[1..]),
        format!("v=1&k=k1&e={e}&d=i&s="),
        format!("v=1&k=k1&e={e}&d=i"),
    ];
    assert!(signer.verify(ASSET, &query, NOW).is_ok());
    for other in others {
        assert_eq!(signer.verify(ASSET, &other, NOW), Err(Invalid), "{other}");
    }
}

#[test]
fn unusable_keys_are_named() {
    assert!(matches!(Key::new("", &[0; 32]), Err(BadKey::Id)));
    assert!(matches!(Key::new("a b", &[0; 32]), Err(BadKey::Id)));
    assert!(matches!(Key::new("a&k", &[0; 32]), Err(BadKey::Id)));
    assert!(matches!(Key::new("seventeen_letters", &[0; 32]), Err(BadKey::Id)));
    assert!(matches!(Key::new("k1", &[0; 31]), Err(BadKey::Secret)));
    assert!(matches!(Signer::new(key("k1", 1), Some(key("k1", 2))), Err(BadKey::SameId)));
}

/// Every printable ASCII character, and one that is not ASCII.
fn replacement() -> impl Strategy<Value = char> {
    prop_oneof![9 => (0x20u8..0x7f).prop_map(char::from), 1 => Just('é')]
}

fn replaced(text: &str, at: usize, with: char) -> String {
    text.chars().enumerate().map(|(i, c)| if i == at { with } else { c }).collect()
}

proptest! {
    #[test]
    fn any_changed_character_of_query_or_asset_is_refused(
        asset in "[a-z0-9_]{1,30}", ttl_s in TTL_MIN_S..=TTL_MAX_S, attachment: bool,
        at in any::<prop::sample::Index>(), with in replacement(),
    ) {
        let signer = Signer::new(key("k2", 2), Some(key("k1", 1))).unwrap();
        let query = signer.sign(&asset, NOW, NOW + ttl_s, attachment).unwrap();
        prop_assert!(signer.verify(&asset, &query, NOW).is_ok());

        let other_query = replaced(&query, at.index(query.len()), with);
        prop_assert_eq!(signer.verify(&asset, &other_query, NOW).is_ok(), other_query == query);
        let other_asset = replaced(&asset, at.index(asset.len()), with);
        prop_assert_eq!(signer.verify(&other_asset, &query, NOW).is_ok(), other_asset == asset);
    }

    #[test]
    fn any_inserted_or_removed_character_is_refused(
        attachment: bool, at in any::<prop::sample::Index>(), with in replacement(),
    ) {
        let signer = signer();
        let query = signer.sign(ASSET, NOW, NOW + 3600, attachment).unwrap();
        let at = at.index(query.len());
        let mut longer = query.clone();
        longer.insert(at, with);
        prop_assert_eq!(signer.verify(ASSET, &longer, NOW), Err(Invalid));
        let mut shorter = query;
        shorter.remove(at);
        prop_assert_eq!(signer.verify(ASSET, &shorter, NOW), Err(Invalid));
    }

    #[test]
    fn no_random_query_is_accepted_or_breaks_the_parser(query in "\\PC{0,80}", asset in "\\PC{0,20}") {
        prop_assert_eq!(signer().verify(&asset, &query, NOW), Err(Invalid));
    }

    #[test]
    fn an_expired_query_stays_expired(late_s in 0i64..1_000_000_000_000) {
        let signer = signer();
        let query = signer.sign(ASSET, NOW, NOW + 60, true).unwrap();
        prop_assert_eq!(signer.verify(ASSET, &query, NOW + 60 + late_s), Err(Invalid));
    }
}
