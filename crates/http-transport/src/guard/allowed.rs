//! Hosts that the operator vouches for.

use std::str::FromStr;

use url::{Host, Url};

use super::rules::Schemes;

/// A host that may be called wherever it is, on one port or on the usual ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHost {
    host: Host,
    port: Option<u16>,
}

/// The text is no host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a host such as hooks.internal, 10.0.0.5:9000 or [fd00::5]:9000")]
pub struct NotAHost;

impl AllowedHost {
    /// Whether `url` is on this host and port.
    pub(super) fn is_host_of(&self, url: &Url) -> bool {
        let is_port = match self.port {
            Some(port) => url.port_or_known_default() == Some(port),
            None => Schemes::HttpToo.have_port_of(url),
        };
        is_port && url.host().is_some_and(|host| normal(&host) == self.host)
    }
}

/// Reads `host` or `host:port`; there are no patterns.
impl FromStr for AllowedHost {
    type Err = NotAHost;

    fn from_str(text: &str) -> Result<Self, NotAHost> {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !text.ends_with(']') => {
                (host, Some(port.parse().or(Err(NotAHost))?))
            }
            Some(_) | None => (text, None),
        };
        let host = Host::parse(host).ok().filter(|_| !host.contains('*')).ok_or(NotAHost)?;
        Ok(Self { host: normal(&host), port })
    }
}

/// The host without the dot that may end a name.
pub(super) fn normal<S: AsRef<str>>(host: &Host<S>) -> Host {
    match host {
        Host::Domain(name) => Host::Domain(name.as_ref().trim_end_matches('.').to_owned()),
        Host::Ipv4(address) => Host::Ipv4(*address),
        Host::Ipv6(address) => Host::Ipv6(*address),
    }
}
