//! Proxies: which peers are some, and which address they name.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use http::{HeaderMap, HeaderName};

use super::peer::prefix;

/// Headers in which proxies name their client. Nothing beyond the server sees them.
const FORWARDED: [&str; 7] = [
    "x-forwarded-for",
    "forwarded",
    "x-real-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "x-client-ip",
    "x-original-forwarded-for",
];

/// Which peers are proxies, so that their `X-Forwarded-For` counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Proxies {
    /// None: the header is ignored.
    #[default]
    None,
    /// Every peer. Right only if nothing but the proxy can connect: any other client could choose its address.
    Any,
    /// Peers of these networks.
    Networks(Vec<Cidr>),
}

impl Proxies {
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        match self {
            Self::None => false,
            Self::Any => true,
            Self::Networks(networks) => networks.iter().any(|network| network.contains(address)),
        }
    }
}

/// A network such as `10.0.0.0/8` or `2001:db8::/32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    address: IpAddr,
    bits: u32,
}

/// The text is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a network such as 10.0.0.0/8, or 2001:db8::/32")]
pub struct InvalidCidr;

impl Cidr {
    fn contains(self, address: IpAddr) -> bool {
        prefix(address, self.bits, self.bits) == prefix(self.address, self.bits, self.bits)
    }
}

impl FromStr for Cidr {
    type Err = InvalidCidr;

    fn from_str(text: &str) -> Result<Self, InvalidCidr> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| InvalidCidr)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(longest), str::parse).map_err(|_| InvalidCidr)?;
        if bits > longest { Err(InvalidCidr) } else { Ok(Self { address, bits }) }
    }
}

/// The last address that a proxy wrote down: the one that it saw itself, whatever the client sent before. It may have a
/// port, and an IPv6 address brackets.
pub(super) fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all(FORWARDED[0]).iter().next_back()?.to_str().ok()?;
    let last = last.rsplit(',').next()?.trim();
    let bare = last.strip_prefix('[').and_then(|last| last.strip_suffix(']')).unwrap_or(last);
    bare.parse().ok().or_else(|| Some(last.parse::<SocketAddr>().ok()?.ip()))
}

/// Removes every header that names where a request came from.
pub(super) fn forget(headers: &mut HeaderMap) {
    for name in FORWARDED {
        headers.remove(HeaderName::from_static(name));
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn what_the_nearest_proxy_saw_counts_and_is_then_forgotten() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", HeaderValue::from_static("1.1.1.1"));
        headers.append("x-forwarded-for", HeaderValue::from_static("2.2.2.2, 3.3.3.3"));
        headers.insert("forwarded", HeaderValue::from_static("for=1.1.1.1"));
        assert_eq!(forwarded(&headers), "3.3.3.3".parse().ok());
        forget(&mut headers);
        assert!(headers.is_empty());
        assert_eq!(forwarded(&headers), None);
    }

    #[test]
    fn an_address_may_have_a_port_and_brackets() {
        for (text, expected) in [
            ("1.2.3.4", Some("1.2.3.4")),
            ("9.9.9.9, 1.2.3.4:5555", Some("1.2.3.4")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            (" [2001:db8::1]:443 ", Some("2001:db8::1")),
            ("::ffff:1.2.3.4", Some("::ffff:1.2.3.4")),
            ("", None),
            ("unknown", None),
            ("1.2.3.4,", None),
            ("1.2.3.4:", None),
            ("1.2.3.4:99999", None),
            ("[1.2.3.4", None),
        ] {
            let headers = [(HeaderName::from_static(FORWARDED[0]), HeaderValue::from_static(text))];
            let found = forwarded(&headers.into_iter().collect());
            assert_eq!(found, expected.map(|text| text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn a_network_holds_its_addresses_in_either_spelling_and_no_others() {
        let network = |text: &str| text.parse::<Cidr>().unwrap();
        let holds = |network: Cidr, text: &str| network.contains(text.parse().unwrap());
        assert!(holds(network("10.0.0.0/8"), "10.255.1.2") && holds(network("10.0.0.0/8"), "::ffff:10.1.2.3"));
        assert!(!holds(network("10.0.0.0/8"), "11.0.0.1") && !holds(network("10.0.0.0/8"), "a00::1"));
        assert!(holds(network("0.0.0.0/0"), "1.2.3.4") && !holds(network("0.0.0.0/0"), "::2"));
        assert!(holds(network("::/0"), "2001:db8::1") && !holds(network("::/0"), "1.2.3.4"));
        assert!(holds(network("1.2.3.4"), "1.2.3.4") && !holds(network("1.2.3.4"), "1.2.3.5"));
        assert!(holds(network("2001:db8::/32"), "2001:db8:ffff::1"));
        for text in ["", "x", "1.2.3.4/33", "1.2.3/8", "::/129", "1.2.3.4/", "1.2.3.4/-1"] {
            assert_eq!(text.parse::<Cidr>(), Err(InvalidCidr), "{text}");
        }
    }
}
