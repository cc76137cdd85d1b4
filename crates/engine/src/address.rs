//! Which addresses an outgoing request may connect to.
//!
//! Webhook targets, input URLs and result URLs are written by tenants and providers, so the address behind
//! them is checked each time, after our own name resolution and again on the connected peer. The rule is an
//! allow rule: only global unicast passes, and every other range is named so that a refusal can say why.
//! Addresses that carry an IPv4 address inside (mapped, NAT64, 6to4, Teredo) are decoded and judged by it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::{Host, Url};

/// Why an address or a URL is refused. The text names the class and never repeats the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refused {
    /// The scheme is not `https` (nor `http` where the operator allows it).
    #[error("only https addresses are allowed")]
    Scheme,
    /// The URL carries a user name or a password.
    #[error("the address must not contain a user name or password")]
    UserInfo,
    /// The URL names no host.
    #[error("the address names no host")]
    NoHost,
    /// The port is neither 443 nor 80, and the target is not in the operator's allow list.
    #[error("port {0} is not allowed, only 443 and 80 are")]
    Port(u16),
    /// `0.0.0.0` or `::`.
    #[error("the address is unspecified")]
    Unspecified,
    /// The rest of `0.0.0.0/8`.
    #[error("the address belongs to this network (0.0.0.0/8)")]
    ThisNetwork,
    /// `127.0.0.0/8` or `::1`.
    #[error("the address is loopback")]
    Loopback,
    /// `10/8`, `172.16/12` or `192.168/16`.
    #[error("the address is private")]
    Private,
    /// `169.254/16` or `fe80::/10`; the cloud metadata services live here.
    #[error("the address is link-local")]
    LinkLocal,
    /// `100.64/10`, shared behind carrier NAT.
    #[error("the address is shared by carrier NAT")]
    Cgnat,
    /// `192.0.0.0/24` or `2001::/23` outside Teredo.
    #[error("the address is set aside for protocol assignments")]
    ProtocolAssignment,
    /// A documentation range.
    #[error("the address is a documentation example")]
    Documentation,
    /// `198.18/15` or `2001:2::/48`.
    #[error("the address is for benchmarks")]
    Benchmark,
    /// `224/4` or `ff00::/8`.
    #[error("the address is multicast")]
    Multicast,
    /// `255.255.255.255`.
    #[error("the address is the broadcast address")]
    Broadcast,
    /// `240/4`, the retired 6to4 relay range, and all IPv6 outside `2000::/3` that has no name of its own.
    #[error("the address is reserved")]
    Reserved,
    /// `fc00::/7`.
    #[error("the address is unique local")]
    UniqueLocal,
    /// `fec0::/10`.
    #[error("the address is site-local")]
    SiteLocal,
    /// `::/96`, the retired form that carries an IPv4 address.
    #[error("the address is an IPv4-compatible IPv6 address")]
    V4Compatible,
    /// `64:ff9b:1::/48`, translation inside one operator's network.
    #[error("the address is for local translation")]
    LocalTranslation,
}

/// Address ranges the operator named as reachable although they are not public.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allow(Vec<Cidr>);

impl Allow {
    /// Reads entries such as `127.0.0.0/8` and `::1/128`; the error names the entry at fault.
    pub fn parse<S: AsRef<str>>(entries: impl IntoIterator<Item = S>) -> Result<Self, BadCidr> {
        entries.into_iter().map(|entry| Cidr::parse(entry.as_ref())).collect::<Result<_, _>>().map(Self)
    }

    /// Whether nothing is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the address, as written or as the IPv4 address it is mapped from, lies in a named range.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let canonical = ip.to_canonical();
        self.0.iter().any(|range| range.contains(ip) || range.contains(canonical))
    }
}

/// One range of addresses: a network address and the number of leading bits that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    network: IpAddr,
    prefix_bits: u8,
}

impl Cidr {
    /// Reads `address/prefix`. The address must be the first of its range, so that a slip of the pen
    /// (`10.1.2.3/8`) does not quietly open more than was meant.
    pub fn parse(entry: &str) -> Result<Self, BadCidr> {
        let bad = |reason| BadCidr { entry: entry.to_owned(), reason };
        let (address, prefix) = entry.split_once('/').ok_or_else(|| bad(BadCidrReason::NoPrefix))?;
        let network: IpAddr = address.parse().map_err(|_| bad(BadCidrReason::NotAnAddress))?;
        let plain = (1..=3).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_digit());
        let prefix_bits: u8 =
            prefix.parse().ok().filter(|_| plain).ok_or_else(|| bad(BadCidrReason::BadPrefix))?;
        if prefix_bits > width_bits(network) {
            return Err(bad(BadCidrReason::BadPrefix));
        }
        let range = Self { network, prefix_bits };
        if range.masked(network) != bits(network) {
            return Err(bad(BadCidrReason::HostBits));
        }
        Ok(range)
    }

    /// Whether the address has this range's family and leading bits.
    pub fn contains(&self, ip: IpAddr) -> bool {
        ip.is_ipv4() == self.network.is_ipv4() && self.masked(ip) == bits(self.network)
    }

    fn masked(&self, ip: IpAddr) -> u128 {
        let host_bits = u32::from(width_bits(ip) - self.prefix_bits);
        // A shift by the full width is not defined for integers; the empty prefix keeps no bit at all.
        bits(ip).checked_shr(host_bits).and_then(|kept| kept.checked_shl(host_bits)).unwrap_or(0)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix_bits)
    }
}

/// An allow-list entry that is not a range of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{entry}` is not an address range: {reason}")]
pub struct BadCidr {
    /// The entry as it was written.
    pub entry: String,
    /// What is wrong with it.
    pub reason: BadCidrReason,
}

/// What is wrong with an allow-list entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCidrReason {
    /// There is no `/`.
    #[error("write address/prefix, for one address 127.0.0.1/32 or ::1/128")]
    NoPrefix,
    /// What stands before the `/` is no IPv4 or IPv6 address.
    #[error("the part before the slash must be an IPv4 or IPv6 address, not a name")]
    NotAnAddress,
    /// What follows the `/` is no number, or too large for the family.
    #[error("the prefix must be a number from 0 to 32 for IPv4 and from 0 to 128 for IPv6")]
    BadPrefix,
    /// The address is not the first of the range.
    #[error("the address has bits set behind the prefix; write the first address of the range")]
    HostBits,
}

/// Whether a connection to `ip` is permitted: it lies in a range of `allow`, or it is global unicast.
///
/// Only IPv4-mapped addresses share the allow list of the IPv4 address inside, because the connection really
/// goes there. Behind NAT64, 6to4 and Teredo the address inside must be public by itself.
pub fn check(ip: IpAddr, allow: &Allow) -> Result<(), Refused> {
    if allow.contains(ip) {
        return Ok(());
    }
    match ip {
        IpAddr::V4(v4) => check_v4(v4),
        IpAddr::V6(v6) => check_v6(v6),
    }
}

/// Whether a connection to `target` is permitted: [`check`] on the address, and port 443 or 80 unless the
/// operator named the address in `allow`.
pub fn check_target(target: SocketAddr, allow: &Allow) -> Result<(), Refused> {
    check(target.ip(), allow)?;
    if allow.contains(target.ip()) { Ok(()) } else { check_port(target.port()) }
}

/// Whether a URL may be requested at all, for a caller without an allow list: [`check_url_form`], and the
/// port is 443 or 80.
pub fn check_url(url: &Url, http_allowed: bool) -> Result<(), Refused> {
    check_url_form(url, http_allowed)?;
    check_port(url.port_or_known_default().unwrap_or(0))
}

/// What can be said of a URL before its host is resolved: `https` (or `http` where allowed), no user name or
/// password, a host. The port is left to [`check_target`], which knows whether the address is allow-listed.
pub fn check_url_form(url: &Url, http_allowed: bool) -> Result<(), Refused> {
    match url.scheme() {
        "https" => {}
        "http" if http_allowed => {}
        _ => return Err(Refused::Scheme),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refused::UserInfo);
    }
    match url.host() {
        None => Err(Refused::NoHost),
        Some(_) => Ok(()),
    }
}

/// The address when the URL's host is a literal, in whichever spelling (`127.1`, `0x7f000001`, `[::1]`);
/// `None` when it is a name to resolve.
pub fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(v4) => Some(v4.into()),
        Host::Ipv6(v6) => Some(v6.into()),
        Host::Domain(_) => None,
    }
}

fn check_port(port: u16) -> Result<(), Refused> {
    if matches!(port, 443 | 80) { Ok(()) } else { Err(Refused::Port(port)) }
}

fn check_v4(ip: Ipv4Addr) -> Result<(), Refused> {
    Err(match ip.octets() {
        [0, 0, 0, 0] => Refused::Unspecified,
        [0, ..] => Refused::ThisNetwork,
        [127, ..] => Refused::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Refused::Private,
        [169, 254, ..] => Refused::LinkLocal,
        [100, 64..=127, ..] => Refused::Cgnat,
        [192, 0, 0, _] => Refused::ProtocolAssignment,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Refused::Documentation,
        [198, 18..=19, ..] => Refused::Benchmark,
        [224..=239, ..] => Refused::Multicast,
        [255, 255, 255, 255] => Refused::Broadcast,
        [240..=255, ..] | [192, 88, 99, _] => Refused::Reserved,
        _ => return Ok(()),
    })
}

fn check_v6(ip: Ipv6Addr) -> Result<(), Refused> {
    Err(match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Refused::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => Refused::Loopback,
        [0, 0, 0, 0, 0, 0, _, _] => Refused::V4Compatible,
        // Mapped and NAT64: the last 32 bits are the IPv4 address.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            return check_v4(embedded(high, low));
        }
        [0x64, 0xff9b, 1, ..] => Refused::LocalTranslation,
        // Teredo: the server in the clear, the client's address inverted. Packets touch both.
        [0x2001, 0, server_high, server_low, _, _, client_high, client_low] => {
            check_v4(embedded(server_high, server_low))?;
            return check_v4(embedded(!client_high, !client_low));
        }
        // 6to4: the 32 bits behind the prefix.
        [0x2002, high, low, ..] => return check_v4(embedded(high, low)),
        [0x2001, 2, 0, ..] => Refused::Benchmark,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => Refused::Documentation,
        [0x2001, 1..=0x1ff, ..] => Refused::ProtocolAssignment,
        [0xfc00..=0xfdff, ..] => Refused::UniqueLocal,
        [0xfe80..=0xfebf, ..] => Refused::LinkLocal,
        [0xfec0..=0xfeff, ..] => Refused::SiteLocal,
        [0xff00..=0xffff, ..] => Refused::Multicast,
        [0x2000..=0x3fff, ..] => return Ok(()),
        // Only 2000::/3 has been given out as global unicast; whatever else exists is not a public host.
        _ => Refused::Reserved,
    })
}

fn embedded(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

fn bits(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn width_bits(ip: IpAddr) -> u8 {
    if ip.is_ipv4() { 32 } else { 128 }
}

#[cfg(test)]
pub(crate) mod tests;
