use proptest::prelude::*;

use super::Refused::*;
use super::*;

/// Every spelling goes through the URL parser first, as it does in service.
fn judge(host: &str, allow: &Allow) -> Result<(), Refused> {
    let url = Url::parse(&format!("https://{host}/")).unwrap_or_else(|e| panic!("{host}: {e}"));
    let ip = literal(&url).unwrap_or_else(|| panic!("{host} is a name"));
    check(ip, allow)
}

/// Forms of hosts that are an address, each with what becomes of it.
pub(crate) const TABLE: &[(&str, Result<(), Refused>)] = &[
    // Public IPv4, also next to the edges of refused ranges.
    ("1.1.1.1", Ok(())),
    ("8.8.8.8", Ok(())),
    ("9.255.255.255", Ok(())),
    ("11.0.0.0", Ok(())),
    ("100.63.255.255", Ok(())),
    ("100.128.0.0", Ok(())),
    ("126.255.255.255", Ok(())),
    ("128.0.0.0", Ok(())),
    ("169.253.255.255", Ok(())),
    ("169.255.0.0", Ok(())),
    ("172.15.255.255", Ok(())),
    ("172.32.0.0", Ok(())),
    ("191.255.255.255", Ok(())),
    ("192.0.1.0", Ok(())),
    ("192.0.3.0", Ok(())),
    ("192.88.98.255", Ok(())),
    ("192.167.255.255", Ok(())),
    ("192.169.0.0", Ok(())),
    ("198.17.255.255", Ok(())),
    ("198.20.0.0", Ok(())),
    ("198.51.99.255", Ok(())),
    ("203.0.112.255", Ok(())),
    ("203.0.114.0", Ok(())),
    ("223.255.255.255", Ok(())),
    // A public address stays public in its other spellings.
    ("134744072", Ok(())),
    ("0x08080808", Ok(())),
    ("010.010.010.010", Ok(())),
    ("8.526344", Ok(())),
    // Unspecified and this network.
    ("0.0.0.0", Err(Unspecified)),
    ("0", Err(Unspecified)),
    ("0x0", Err(Unspecified)),
    ("00", Err(Unspecified)),
    ("0.0", Err(Unspecified)),
    ("0.0.0.1", Err(ThisNetwork)),
    ("1", Err(ThisNetwork)),
    ("0.255.255.255", Err(ThisNetwork)),
    // Loopback in decimal, octal, hexadecimal, short, mixed, escaped and wide forms.
    ("127.0.0.1", Err(Loopback)),
    ("127.0.0.0", Err(Loopback)),
    ("127.255.255.255", Err(Loopback)),
    ("127.1", Err(Loopback)),
    ("127.0.1", Err(Loopback)),
    ("127.65535", Err(Loopback)),
    ("127.0.0.1.", Err(Loopback)),
    ("2130706433", Err(Loopback)),
    ("017700000001", Err(Loopback)),
    ("0x7f000001", Err(Loopback)),
    ("0x7F000001", Err(Loopback)),
    ("0X7f000001", Err(Loopback)),
    ("0x7f.1", Err(Loopback)),
    ("0x7f.0.0.1", Err(Loopback)),
    ("0177.0.0.1", Err(Loopback)),
    ("0177.0.0.01", Err(Loopback)),
    ("0177.1", Err(Loopback)),
    ("127.0.0x0.1", Err(Loopback)),
    ("0x7f.0x0.0x0.0x1", Err(Loopback)),
    ("%31%32%37.0.0.1", Err(Loopback)),
    ("127%2e0%2e0%2e1", Err(Loopback)),
    ("１２７.０.０.１", Err(Loopback)),
    ("127。0。0。1", Err(Loopback)),
    ("①②⑦.⓪.⓪.①", Err(Loopback)),
    // Private.
    ("10.0.0.0", Err(Private)),
    ("10.0.0.1", Err(Private)),
    ("10.255.255.255", Err(Private)),
    ("10.1", Err(Private)),
    ("012.0.0.1", Err(Private)),
    ("0xa.1", Err(Private)),
    ("167772161", Err(Private)),
    ("172.16.0.0", Err(Private)),
    ("172.31.255.255", Err(Private)),
    ("0xac100001", Err(Private)),
    ("2886729729", Err(Private)),
    ("192.168.0.0", Err(Private)),
    ("192.168.255.255", Err(Private)),
    ("192.168.257", Err(Private)),
    ("0300.0250.0.1", Err(Private)),
    ("3232235521", Err(Private)),
    // Link-local with the metadata services, CGNAT.
    ("169.254.0.0", Err(LinkLocal)),
    ("169.254.169.254", Err(LinkLocal)),
    ("169.254.255.255", Err(LinkLocal)),
    ("169.254.43518", Err(LinkLocal)),
    ("2852039166", Err(LinkLocal)),
    ("0xa9fea9fe", Err(LinkLocal)),
    ("0xa9.254.0251.0376", Err(LinkLocal)),
    ("025177524776", Err(LinkLocal)),
    ("100.64.0.0", Err(Cgnat)),
    ("100.100.100.200", Err(Cgnat)),
    ("100.127.255.255", Err(Cgnat)),
    ("0x64.0x40.1", Err(Cgnat)),
    // Special purposes.
    ("192.0.0.0", Err(ProtocolAssignment)),
    ("192.0.0.170", Err(ProtocolAssignment)),
    ("192.0.0.255", Err(ProtocolAssignment)),
    ("192.0.2.0", Err(Documentation)),
    ("192.0.2.255", Err(Documentation)),
    ("198.51.100.7", Err(Documentation)),
    ("203.0.113.7", Err(Documentation)),
    ("198.18.0.0", Err(Benchmark)),
    ("198.19.255.255", Err(Benchmark)),
    ("192.88.99.1", Err(Reserved)),
    ("224.0.0.0", Err(Multicast)),
    ("224.0.0.1", Err(Multicast)),
    ("239.255.255.255", Err(Multicast)),
    ("0xe0.1", Err(Multicast)),
    ("240.0.0.0", Err(Reserved)),
    ("255.255.255.254", Err(Reserved)),
    ("255.255.255.255", Err(Broadcast)),
    ("4294967295", Err(Broadcast)),
    ("0xffffffff", Err(Broadcast)),
    ("037777777777", Err(Broadcast)),
    // IPv6 with a name of its own.
    ("[2606:4700:4700::1111]", Ok(())),
    ("[2a00:1450:4001:80b::200e]", Ok(())),
    ("[2001:200::1]", Ok(())),
    ("[2001:4860:4860::8888]", Ok(())),
    ("[2620:fe::fe]", Ok(())),
    ("[3ffe::1]", Ok(())),
    ("[::]", Err(Unspecified)),
    ("[0:0:0:0:0:0:0:0]", Err(Unspecified)),
    ("[::0.0.0.0]", Err(Unspecified)),
    ("[::1]", Err(Loopback)),
    ("[0:0:0:0:0:0:0:1]", Err(Loopback)),
    ("[0000:0000:0000:0000:0000:0000:0000:0001]", Err(Loopback)),
    ("[::0.0.0.1]", Err(Loopback)),
    ("[::2]", Err(V4Compatible)),
    ("[::127.0.0.1]", Err(V4Compatible)),
    ("[::8.8.8.8]", Err(V4Compatible)),
    ("[::808:808]", Err(V4Compatible)),
    ("[fc00::]", Err(UniqueLocal)),
    ("[fd00:ec2::254]", Err(UniqueLocal)),
    ("[fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]", Err(UniqueLocal)),
    ("[fe80::1]", Err(LinkLocal)),
    ("[FE80::1]", Err(LinkLocal)),
    ("[febf:ffff::]", Err(LinkLocal)),
    ("[fec0::1]", Err(SiteLocal)),
    ("[feff::1]", Err(SiteLocal)),
    ("[ff00::]", Err(Multicast)),
    ("[ff02::1]", Err(Multicast)),
    ("[ff0e::1]", Err(Multicast)),
    ("[2001:db8::1]", Err(Documentation)),
    ("[2001:db8:ffff::1]", Err(Documentation)),
    ("[3fff::1]", Err(Documentation)),
    ("[3fff:fff::1]", Err(Documentation)),
    ("[3fff:1000::1]", Ok(())),
    ("[2001:2::1]", Err(Benchmark)),
    ("[2001:1::1]", Err(ProtocolAssignment)),
    ("[2001:10::1]", Err(ProtocolAssignment)),
    ("[2001:20::1]", Err(ProtocolAssignment)),
    ("[2001:1ff::1]", Err(ProtocolAssignment)),
    ("[100::1]", Err(Reserved)),
    ("[1fff::1]", Err(Reserved)),
    ("[4000::1]", Err(Reserved)),
    ("[5f00::1]", Err(Reserved)),
    ("[fbff::1]", Err(Reserved)),
    ("[fe00::1]", Err(Reserved)),
    ("[::ffff:0:127.0.0.1]", Err(Reserved)),
    ("[::ffff:0:8.8.8.8]", Err(Reserved)),
    // IPv4-mapped.
    ("[::ffff:8.8.8.8]", Ok(())),
    ("[::ffff:808:808]", Ok(())),
    ("[::ffff:127.0.0.1]", Err(Loopback)),
    ("[::ffff:7f00:1]", Err(Loopback)),
    ("[0:0:0:0:0:ffff:7f00:0001]", Err(Loopback)),
    ("[::ffff:10.0.0.1]", Err(Private)),
    ("[::ffff:169.254.169.254]", Err(LinkLocal)),
    ("[::ffff:a9fe:a9fe]", Err(LinkLocal)),
    ("[::ffff:0.0.0.0]", Err(Unspecified)),
    ("[::ffff:255.255.255.255]", Err(Broadcast)),
    // NAT64, and the local form of it.
    ("[64:ff9b::8.8.8.8]", Ok(())),
    ("[64:ff9b::127.0.0.1]", Err(Loopback)),
    ("[64:ff9b::a00:1]", Err(Private)),
    ("[64:ff9b::169.254.169.254]", Err(LinkLocal)),
    ("[64:ff9b::100.64.0.1]", Err(Cgnat)),
    ("[64:ff9b:1::8.8.8.8]", Err(LocalTranslation)),
    ("[64:ff9b:1:ffff::1]", Err(LocalTranslation)),
    ("[64:ff9b:2::8.8.8.8]", Err(Reserved)),
    ("[64:ff9b:0:1::8.8.8.8]", Err(Reserved)),
    // 6to4.
    ("[2002:808:808::1]", Ok(())),
    ("[2002:7f00:1::]", Err(Loopback)),
    ("[2002:a00:1::1]", Err(Private)),
    ("[2002:c0a8:101::1]", Err(Private)),
    ("[2002:a9fe:a9fe::1]", Err(LinkLocal)),
    ("[2002:e000:1::]", Err(Multicast)),
    // Teredo: server, then the inverted client address; either may be the bad one.
    ("[2001:0:808:808:0:0:f7f7:f7f7]", Ok(())),
    ("[2001:0:808:808:0:0:80ff:fffe]", Err(Loopback)),
    ("[2001:0:808:808:0:0:f5ff:fffe]", Err(Private)),
    ("[2001:0:808:808:0:0:5601:5601]", Err(LinkLocal)),
    ("[2001:0:7f00:1:0:0:f7f7:f7f7]", Err(Loopback)),
    ("[2001:0:a00:1:0:0:f7f7:f7f7]", Err(Private)),
    ("[2001::1]", Err(Unspecified)),
    // More of the same machine and of the metadata services, in still other spellings.
    ("0177.0x0.0.1", Err(Loopback)),
    ("0x7f000002", Err(Loopback)),
    ("2130706434", Err(Loopback)),
    ("127.0x1", Err(Loopback)),
    ("127.0.00.1", Err(Loopback)),
    ("0000177.0.0.1", Err(Loopback)),
    ("0x000000007f.0.0.1", Err(Loopback)),
    ("127.16777215", Err(Loopback)),
    ("127.0.0.1。", Err(Loopback)),
    ("127．0．0．1", Err(Loopback)),
    ("127｡0｡0｡1", Err(Loopback)),
    ("%30%78%37%66.1", Err(Loopback)),
    ("0%78%37%46000001", Err(Loopback)),
    ("𝟏𝟐𝟕.𝟎.𝟎.𝟏", Err(Loopback)),
    ("０ｘ７ｆ.１", Err(Loopback)),
    ("169.254.169.254.", Err(LinkLocal)),
    ("0251.0376.0251.0376", Err(LinkLocal)),
    ("0xa9.0xfe.0xa9.0xfe", Err(LinkLocal)),
    ("169.0xfea9fe", Err(LinkLocal)),
    ("169。254。169。254", Err(LinkLocal)),
    ("%31%36%39.254.169.254", Err(LinkLocal)),
    ("[0:0:0:0:0:ffff:169.254.169.254]", Err(LinkLocal)),
    ("[::FFFF:7F00:1]", Err(Loopback)),
    ("[0000:0000:0000:0000:0000:FFFF:127.0.0.1]", Err(Loopback)),
    ("[::ffff:100.64.0.1]", Err(Cgnat)),
    ("[::ffff:172.31.255.255]", Err(Private)),
    ("[::ffff:192.0.2.1]", Err(Documentation)),
    ("[::ffff:198.18.0.1]", Err(Benchmark)),
    ("[::ffff:224.0.0.1]", Err(Multicast)),
    ("[::169.254.169.254]", Err(V4Compatible)),
    ("[::ffff]", Err(V4Compatible)),
    ("[64:ff9b::7f00:1]", Err(Loopback)),
    ("[64:FF9B::C0A8:1]", Err(Private)),
    ("[64:ff9b::0.0.0.0]", Err(Unspecified)),
    ("[64:ff9b::255.255.255.255]", Err(Broadcast)),
    ("[64:ff9b::224.0.0.1]", Err(Multicast)),
    ("[64:ff9b::192.0.2.1]", Err(Documentation)),
    ("[64:ff9b:1::127.0.0.1]", Err(LocalTranslation)),
    ("[2002:0:0::1]", Err(Unspecified)),
    ("[2002:6440:1::1]", Err(Cgnat)),
    ("[2002:ac10:1::1]", Err(Private)),
    ("[2002:ffff:ffff::1]", Err(Broadcast)),
    ("[2002:c000:201::1]", Err(Documentation)),
    ("[2001:0:808:808:0:0:3f57:fffe]", Err(Private)),
    ("[2001:0:808:808:0:0:9bbf:fffe]", Err(Cgnat)),
    ("[2001:0:a9fe:a9fe:0:0:f7f7:f7f7]", Err(LinkLocal)),
    ("[2001:0:808:808:0:0:0:0]", Err(Broadcast)),
    ("[fe80:0:0:0:0:0:a9fe:a9fe]", Err(LinkLocal)),
    ("[FD00:EC2::254]", Err(UniqueLocal)),
    ("[fcff::1]", Err(UniqueLocal)),
    ("[ff01::1]", Err(Multicast)),
    ("[ff05::2]", Err(Multicast)),
    ("[1::1]", Err(Reserved)),
    ("[8000::1]", Err(Reserved)),
    ("[e000::1]", Err(Reserved)),
];

/// Whole URLs that lead nowhere: by their scheme, their credentials, their port, or because they are none.
pub(crate) const NOWHERE: &[&str] = &[
    "ftp://127.0.0.1/",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "dict://127.0.0.1:11211/stats",
    "ldap://127.0.0.1/",
    "ws://127.0.0.1/",
    "wss://127.0.0.1/",
    "data:text/plain,hello",
    "javascript:alert(1)",
    "unix:/run/docker.sock",
    "jar:http://127.0.0.1!/",
    "HTTP+UNIX://%2Frun%2Fdocker.sock/",
    "https://me@127.0.0.1/",
    "https://me:secret@127.0.0.1/",
    "https://:secret@127.0.0.1/",
    "https://8.8.8.8@127.0.0.1/",
    "https://8.8.8.8%40127.0.0.1/",
    "https://8.8.8.8:443@127.0.0.1/",
    "https://me@8.8.8.8/",
    "https://8.8.8.8:22/",
    "https://8.8.8.8:0/",
    "https://8.8.8.8:8443/",
    "https://8.8.8.8:65535/",
    "https://[2606:4700:4700::1111]:25/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[::1%251]/",
    "https://[::1%1]/",
    "https://[::1/",
    "https://::1/",
    "https://[127.0.0.1]/",
    "https://127.0.0.256/",
    "https://0x1ffffffff/",
    "https://4294967296/",
    "https://1.2.3.4.5/",
    "https://127.0.0.1%00.example.com/",
    "https://127.0.0.1%09/",
    "https://127.0.0.1%2f@8.8.8.8/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://ｌｏｃａｌｈｏｓｔ/",
    "https://%6c%6f%63%61%6c%68%6f%73%74/",
    "https:///",
    "//127.0.0.1/",
    "",
];

#[test]
fn each_form_of_address_is_passed_or_refused_by_its_class() {
    let nothing = Allow::default();
    let wrong: Vec<_> = TABLE.iter().filter(|(host, expected)| judge(host, &nothing) != *expected).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let mut known = std::collections::HashSet::new();
    assert!(TABLE.iter().all(|(host, _)| known.insert(host)), "a form is counted once");
    let refused = TABLE.iter().filter(|(_, expected)| expected.is_err()).count();
    assert!(refused >= 180 && refused + NOWHERE.len() >= 220, "{refused}");
}

#[test]
fn forms_that_are_no_address_do_not_reach_the_check_as_one() {
    for host in
        ["256.0.0.1", "127.0.0.256", "0x1ffffffff", "4294967296", "1.2.3.4.5", "08.0.0.1", "[fe80::1%25eth0]"]
    {
        assert!(Url::parse(&format!("https://{host}/")).is_err(), "{host}");
    }
    for host in ["localhost", "example.com", "127.0.0.1.example.com", "metadata.google.internal"] {
        assert_eq!(literal(&Url::parse(&format!("https://{host}/")).unwrap()), None, "{host}");
    }
}

#[test]
fn an_allowed_range_opens_itself_and_nothing_else() {
    let allow = Allow::parse(["127.0.0.0/8", "10.1.0.0/16", "::1/128", "fd00:1::/32"]).unwrap();
    for host in
        ["127.0.0.1", "127.255.255.255", "10.1.255.255", "[::1]", "[fd00:1:ffff::1]", "[::ffff:127.0.0.1]"]
    {
        assert_eq!(judge(host, &allow), Ok(()), "{host}");
    }
    assert_eq!(judge("10.2.0.0", &allow), Err(Refused::Private));
    assert_eq!(judge("10.0.255.255", &allow), Err(Refused::Private));
    assert_eq!(judge("[fd00:2::1]", &allow), Err(Refused::UniqueLocal));
    assert_eq!(judge("[::2]", &allow), Err(Refused::V4Compatible));
    // A tunnel to an allowed address does not lead to the machine the operator meant.
    assert_eq!(judge("[64:ff9b::127.0.0.1]", &allow), Err(Refused::Loopback));
    assert_eq!(judge("[2002:7f00:1::]", &allow), Err(Refused::Loopback));
    assert_eq!(judge("[::127.0.0.1]", &allow), Err(Refused::V4Compatible));
}

#[test]
fn the_empty_prefix_covers_its_own_family_only() {
    let allow = Allow::parse(["0.0.0.0/0"]).unwrap();
    assert_eq!(judge("192.168.1.1", &allow), Ok(()));
    assert_eq!(judge("[::1]", &allow), Err(Refused::Loopback));
    let allow = Allow::parse(["::/0"]).unwrap();
    assert_eq!(judge("[fe80::1]", &allow), Ok(()));
    assert_eq!(judge("192.168.1.1", &allow), Err(Refused::Private));
}

#[test]
fn a_bad_allow_entry_is_named_with_its_reason() {
    use BadCidrReason::*;
    for (entry, reason) in [
        ("127.0.0.1", NoPrefix),
        ("", NoPrefix),
        ("localhost/8", NotAnAddress),
        ("127.1/8", NotAnAddress),
        (" 127.0.0.0/8", NotAnAddress),
        ("[::1]/128", NotAnAddress),
        ("127.0.0.0/33", BadPrefix),
        ("127.0.0.0/", BadPrefix),
        ("127.0.0.0/+8", BadPrefix),
        ("127.0.0.0/-1", BadPrefix),
        ("127.0.0.0/8/8", BadPrefix),
        ("::/129", BadPrefix),
        ("::/0128", BadPrefix),
        ("10.1.2.3/8", HostBits),
        ("fd00::1/8", HostBits),
        ("0.0.0.1/0", HostBits),
    ] {
        let bad = Allow::parse(["10.0.0.0/8", entry]).unwrap_err();
        assert_eq!(bad, BadCidr { entry: entry.to_owned(), reason });
        assert!(bad.to_string().contains(&format!("`{entry}`")));
    }
    assert_eq!(Cidr::parse("fd00::/8").unwrap().to_string(), "fd00::/8");
}

#[test]
fn a_url_needs_https_an_ordinary_port_and_no_credentials() {
    for (text, https_only, http_too) in [
        ("https://example.com/a?b#c", Ok(()), Ok(())),
        ("https://example.com:443/", Ok(()), Ok(())),
        ("https://example.com:80/", Ok(()), Ok(())),
        ("http://example.com/", Err(Scheme), Ok(())),
        ("http://example.com:443/", Err(Scheme), Ok(())),
        ("https://example.com:8443/", Err(Port(8443)), Err(Port(8443))),
        ("http://example.com:22/", Err(Scheme), Err(Port(22))),
        ("https://example.com:0/", Err(Port(0)), Err(Port(0))),
        ("https://me@example.com/", Err(UserInfo), Err(UserInfo)),
        ("https://me:secret@example.com/", Err(UserInfo), Err(UserInfo)),
        ("https://:secret@example.com/", Err(UserInfo), Err(UserInfo)),
        ("ftp://example.com/", Err(Scheme), Err(Scheme)),
        ("file:///etc/passwd", Err(Scheme), Err(Scheme)),
        ("data:text/plain,hello", Err(Scheme), Err(Scheme)),
        ("gopher://example.com/", Err(Scheme), Err(Scheme)),
        ("ws://example.com/", Err(Scheme), Err(Scheme)),
        ("javascript:alert(1)", Err(Scheme), Err(Scheme)),
    ] {
        let url = Url::parse(text).unwrap();
        assert_eq!(check_url(&url, false), https_only, "{text}");
        assert_eq!(check_url(&url, true), http_too, "{text}");
    }
}

#[test]
fn another_port_is_open_only_on_an_allowed_address() {
    let allow = Allow::parse(["127.0.0.0/8"]).unwrap();
    let target = |text: &str| text.parse::<SocketAddr>().unwrap();
    assert_eq!(check_target(target("127.0.0.1:9000"), &allow), Ok(()));
    assert_eq!(check_target(target("[::ffff:127.0.0.1]:9000"), &allow), Ok(()));
    assert_eq!(check_target(target("8.8.8.8:443"), &allow), Ok(()));
    assert_eq!(check_target(target("8.8.8.8:80"), &allow), Ok(()));
    assert_eq!(check_target(target("8.8.8.8:9000"), &allow), Err(Refused::Port(9000)));
    assert_eq!(check_target(target("10.0.0.1:443"), &allow), Err(Refused::Private));
    assert_eq!(check_target(target("127.0.0.1:443"), &Allow::default()), Err(Refused::Loopback));
    assert_eq!(check_url_form(&Url::parse("https://127.0.0.1:9000/").unwrap(), false), Ok(()));
}

proptest! {
    #[test]
    fn each_encoding_of_an_ipv4_address_is_judged_like_the_address(bits: u32) {
        let nothing = Allow::default();
        let v4 = Ipv4Addr::from_bits(bits);
        let expected = check(v4.into(), &nothing);
        for host in [v4.to_string(), bits.to_string(), format!("0x{bits:x}"), format!("0{bits:o}")] {
            prop_assert_eq!(judge(&host, &nothing), expected, "{}", host);
        }
        for prefix in ["::ffff", "64:ff9b:"] {
            prop_assert_eq!(judge(&format!("[{prefix}:{v4}]"), &nothing), expected, "{}", prefix);
        }
        let (high, low) = (bits >> 16, bits & 0xffff);
        prop_assert_eq!(judge(&format!("[2002:{high:x}:{low:x}::1]"), &nothing), expected);
        let (high, low) = (!bits >> 16, !bits & 0xffff);
        prop_assert_eq!(judge(&format!("[2001:0:808:808:0:0:{high:x}:{low:x}]"), &nothing), expected);
    }

    #[test]
    fn only_the_global_block_and_embedded_addresses_pass_of_ipv6(bits: u128) {
        let ip = Ipv6Addr::from_bits(bits);
        if check(ip.into(), &Allow::default()).is_ok() {
            let embeds = bits >> 32 == 0xffff || bits >> 32 == 0x64_ff9b << 64;
            prop_assert!(embeds || bits >> 125 == 1, "{}", ip);
        }
    }

    #[test]
    fn a_range_contains_exactly_the_addresses_with_its_leading_bits(network: u128, prefix_bits in 0u8..=128, ip: u128) {
        let kept = |x: u128| x.checked_shr(128 - u32::from(prefix_bits)).unwrap_or(0);
        let first = kept(network).checked_shl(128 - u32::from(prefix_bits)).unwrap_or(0);
        let range = Cidr::parse(&format!("{}/{prefix_bits}", Ipv6Addr::from_bits(first))).unwrap();
        prop_assert_eq!(range.contains(Ipv6Addr::from_bits(ip).into()), kept(ip) == kept(network));
        prop_assert!(range.contains(Ipv6Addr::from_bits(network).into()));
    }
}
