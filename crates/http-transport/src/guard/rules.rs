//! What is right with an address, by its text alone.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use super::{
    allowed::{AllowedHost, normal},
    public::{is_loopback, is_public},
};

/// What belongs to this machine and its network, by convention or by the gateway's operator.
const INTERNAL_NAMES: [&str; 2] = ["internal", "local"];
const LOOPBACK_NAME: &str = "localhost";

/// How far requests may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses, on the usual ports.
    Public,
    /// For development: this machine too, and every port. Private networks stay out of reach.
    PublicAndLoopback,
}

/// Which schemes an address may have, and so which ports are usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schemes {
    /// For live mode.
    HttpsOnly,
    /// For test mode.
    HttpToo,
}

/// Decides about addresses that somebody else chose.
#[derive(Debug, Clone)]
pub struct Guard {
    /// How far requests may reach.
    pub reach: Reach,
    /// The names under which the gateway itself is reached; they are refused.
    pub own_hosts: Vec<Host>,
    /// Hosts that may be called although the other rules refuse them.
    pub allowed: Vec<AllowedHost>,
}

/// What is wrong with an address, as the end of a sentence that begins with its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another scheme, or no host.
    #[error("must be an absolute http or https URL")]
    NotWeb,
    /// It begins with `http:` where only `https:` may be.
    #[error("must be https in live mode")]
    NotHttps,
    /// It carries credentials, which would end up in logs.
    #[error("must not contain a user name or password")]
    UserInfo,
    /// It has a part that is never sent.
    #[error("must not have a fragment")]
    Fragment,
    /// The port is none of the usual ones.
    #[error("must have port {}", .0.usual_ports_in_words())]
    Port(Schemes),
    /// The host is this machine, something inside, the gateway itself, or no full name.
    #[error("must have a public host")]
    Host,
}

impl Reach {
    /// Whether requests may go to that address.
    #[must_use]
    pub fn admits(self, address: IpAddr) -> bool {
        is_public(address) || self == Self::PublicAndLoopback && is_loopback(address)
    }

    /// Whether an answer may come from there; nobody knows is no.
    pub(crate) fn admits_answer_of(self, address: Option<SocketAddr>) -> bool {
        address.is_some_and(|address| self.admits(address.ip()))
    }
}

impl Schemes {
    /// Whether the port of `url` is one of the usual ones.
    pub(super) fn have_port_of(self, url: &Url) -> bool {
        url.port_or_known_default().is_some_and(|port| self.usual_ports().contains(&port))
    }

    const fn usual_ports(self) -> &'static [u16] {
        match self {
            Self::HttpsOnly => &[443, 8443],
            Self::HttpToo => &[80, 443, 8080, 8443],
        }
    }

    const fn usual_ports_in_words(self) -> &'static str {
        match self {
            Self::HttpsOnly => "443 or 8443",
            Self::HttpToo => "80, 443, 8080 or 8443",
        }
    }
}

impl Guard {
    /// Whether `url` may be named, without asking anybody; what its name resolves to is for
    /// [`crate::transport::Transport::guarded`] to see.
    ///
    /// # Errors
    ///
    /// [`Refusal`] says what is wrong.
    pub fn check(&self, url: &Url, schemes: Schemes) -> Result<(), Refusal> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::NotWeb);
        }
        if schemes == Schemes::HttpsOnly && url.scheme() != "https" {
            return Err(Refusal::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::UserInfo);
        }
        if url.fragment().is_some() {
            return Err(Refusal::Fragment);
        }
        if self.vouches_for(url) {
            return Ok(());
        }
        if self.reach == Reach::Public && !schemes.have_port_of(url) {
            return Err(Refusal::Port(schemes));
        }
        if self.admits_host_of(url) { Ok(()) } else { Err(Refusal::Host) }
    }

    /// Whether the operator wants `url` called wherever it leads.
    pub(crate) fn vouches_for(&self, url: &Url) -> bool {
        self.allowed.iter().any(|allowed| allowed.is_host_of(url))
    }

    /// Whether the host of `url` is none of those that are refused without asking anybody.
    pub(crate) fn admits_host_of(&self, url: &Url) -> bool {
        let Some(host) = url.host() else { return false };
        if is_loopback_host(&host) {
            return self.reach == Reach::PublicAndLoopback;
        }
        let is_own = self.own_hosts.iter().any(|own| normal(own) == normal(&host));
        !is_own
            && match host {
                Host::Domain(name) => is_full_name(name),
                Host::Ipv4(address) => is_public(address.into()),
                Host::Ipv6(address) => is_public(address.into()),
            }
    }
}

fn is_loopback_host(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => is_below(name, LOOPBACK_NAME),
        Host::Ipv4(address) => is_loopback((*address).into()),
        Host::Ipv6(address) => is_loopback((*address).into()),
    }
}

/// A name without a dot is looked up inside the local network first.
fn is_full_name(name: &str) -> bool {
    name.trim_end_matches('.').contains('.')
        && !INTERNAL_NAMES.iter().any(|internal| is_below(name, internal))
}

fn is_below(name: &str, domain: &str) -> bool {
    let above = name.trim_end_matches('.').strip_suffix(domain);
    above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
}
