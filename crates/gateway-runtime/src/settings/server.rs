//! `app.env`, `server.*` and `public-url`.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use url::Url;

use super::{
    model::{Environment, Server},
    reader::Reader,
};

pub(super) fn environment(reader: &mut Reader<'_>) -> Environment {
    let parse = |text: &str| match text {
        "development" => Ok(Environment::Development),
        "production" => Ok(Environment::Production),
        _ => Err("is neither `development` nor `production`"),
    };
    reader.parsed("app.env", parse).unwrap_or_default()
}

pub(super) fn server(reader: &mut Reader<'_>, environment: Environment) -> Server {
    let host = match environment {
        Environment::Development => Ipv4Addr::LOCALHOST,
        Environment::Production => Ipv4Addr::UNSPECIFIED,
    };
    let address = |text: &str| text.parse().or(Err("is not an IP address such as 127.0.0.1"));
    Server {
        host: reader.parsed("server.host", address).unwrap_or(IpAddr::V4(host)),
        port: reader.number("server.port", 0..=u16::MAX, 8080),
        shutdown_timeout: reader.seconds("server.shutdown-timeout-seconds", 0..=3600, 30),
        trusted_proxies: reader.list("server.trusted-proxies", network).unwrap_or_default(),
    }
}

/// A network, or one address.
pub(super) fn network(text: &str) -> Result<IpNet, &'static str> {
    let one = || text.parse::<IpAddr>().map(IpNet::from);
    let wrong = "is not an address or a network such as 10.0.0.0/8";
    text.parse().or_else(|_| one()).or(Err(wrong))
}

/// `None` where it was not given.
pub(super) fn public_url(reader: &mut Reader<'_>) -> Option<String> {
    reader.parsed("public-url", |text| {
        let url = Url::parse(text).ok().filter(|url| {
            let is_web = matches!(url.scheme(), "http" | "https");
            is_web && url.has_host() && url.query().is_none() && url.fragment().is_none()
        });
        let wrong = "is not an address such as https://pay.example.com";
        url.map(|url| url.as_str().trim_end_matches('/').to_owned()).ok_or(wrong)
    })
}
