//! Where a request comes from.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use actix_web::{
    HttpRequest,
    http::header::{HeaderMap, X_FORWARDED_FOR},
};
use ipnet::IpNet;
use payment_core::id::ProviderId;

/// From where the notices of providers are accepted.
#[derive(Debug, Clone, Default)]
pub struct NoticeSources {
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The networks of each provider; the notices of one that has none here may come from anywhere.
    pub allowed: BTreeMap<ProviderId, Vec<IpNet>>,
}

impl NoticeSources {
    /// Whether a notice of that provider may come from where this request comes from.
    pub(crate) fn admit(&self, provider: &ProviderId, request: &HttpRequest) -> bool {
        let Some(allowed) = self.allowed.get(provider) else { return true };
        let peer = request.peer_addr().map(|peer| peer.ip());
        let client = peer.and_then(|peer| self.client(peer, request.headers()));
        client.is_some_and(|client| contain(allowed, client))
    }

    /// The address of the client, as far as those can be believed who passed the request on: the
    /// last hop that is not one of our own proxies. `None` if one of these names nobody.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        let mut client = peer.to_canonical();
        let lists: Vec<_> = headers.get_all(X_FORWARDED_FOR).collect();
        for list in lists.into_iter().rev() {
            for hop in list.to_str().ok()?.rsplit(',') {
                if !contain(&self.trusted_proxies, client) {
                    return Some(client);
                }
                client = address(hop.trim())?;
            }
        }
        Some(client)
    }
}

fn contain(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

/// An address, with a port or without.
fn address(hop: &str) -> Option<IpAddr> {
    let with_port = || hop.parse::<SocketAddr>().map(|address| address.ip());
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    bare.parse().or_else(|_| with_port()).ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn seen_from(peer: &str, forwarded: &[&str]) -> Option<String> {
        let sources = NoticeSources {
            trusted_proxies: ["10.0.0.0/8", "fd00::/8"].map(|net| net.parse().unwrap()).into(),
            allowed: BTreeMap::new(),
        };
        let mut headers = HeaderMap::new();
        for value in forwarded {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            headers.append(X_FORWARDED_FOR, value);
        }
        sources.client(peer.parse().unwrap(), &headers).map(|client| client.to_string())
    }

    #[test]
    fn a_client_without_a_proxy_is_who_it_is_whatever_it_says() {
        assert_eq!(seen_from("203.0.113.9", &[]).unwrap(), "203.0.113.9");
        assert_eq!(seen_from("203.0.113.9", &["198.51.100.1"]).unwrap(), "203.0.113.9");
        assert_eq!(seen_from("203.0.113.9", &["nonsense"]).unwrap(), "203.0.113.9");
    }

    #[test]
    fn behind_our_proxies_the_last_hop_that_is_not_ours_is_the_client() {
        assert_eq!(seen_from("10.0.0.1", &["198.51.100.1"]).unwrap(), "198.51.100.1");
        let forged = "192.0.2.7, 198.51.100.1, 10.2.2.2";
        assert_eq!(seen_from("10.0.0.1", &[forged]).unwrap(), "198.51.100.1");
        assert_eq!(
            seen_from("fd00::1", &["192.0.2.7", "198.51.100.1,10.2.2.2"]).unwrap(),
            "198.51.100.1"
        );
    }

    #[test]
    fn requests_that_begin_at_our_own_proxies_are_theirs() {
        assert_eq!(seen_from("10.0.0.1", &[]).unwrap(), "10.0.0.1");
        assert_eq!(seen_from("10.0.0.1", &["10.3.3.3"]).unwrap(), "10.3.3.3");
    }

    #[test]
    fn hops_are_read_in_every_form() {
        for hop in ["198.51.100.1:4711", "::ffff:198.51.100.1", "[::ffff:198.51.100.1]:80"] {
            assert_eq!(seen_from("::ffff:10.0.0.1", &[hop]).unwrap(), "198.51.100.1", "{hop}");
        }
        assert_eq!(seen_from("10.0.0.1", &["[2001:db8::1]"]).unwrap(), "2001:db8::1");
    }

    #[test]
    fn a_hop_that_nobody_can_read_is_nobody() {
        for hop in ["unknown", "", "198.51.100.1, _hidden", "198.51.100.1, ğ"] {
            assert_eq!(seen_from("10.0.0.1", &[hop]), None, "{hop}");
        }
    }
}
