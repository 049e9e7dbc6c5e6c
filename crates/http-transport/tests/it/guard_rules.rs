//! What may be named, by its text alone.

use http_transport::guard::{
    allowed::AllowedHost,
    public::is_public,
    rules::{Guard, Reach, Refusal, Schemes},
};
use url::{Host, Url};

use crate::guarded::guard;

fn checked(guard: &Guard, url: &str, schemes: Schemes) -> Result<(), Refusal> {
    guard.check(&Url::parse(url).unwrap(), schemes)
}

fn live(url: &str) -> Result<(), Refusal> {
    checked(&guard(Reach::Public), url, Schemes::HttpsOnly)
}

fn test(url: &str) -> Result<(), Refusal> {
    checked(&guard(Reach::Public), url, Schemes::HttpToo)
}

fn development(url: &str) -> Result<(), Refusal> {
    checked(&guard(Reach::PublicAndLoopback), url, Schemes::HttpToo)
}

#[test]
fn each_refusal_says_what_would_be_right() {
    for (refused, text) in [
        (live("ftp://shop.example/"), "must be an absolute http or https URL"),
        (live("http://shop.example/"), "must be https in live mode"),
        (live("https://user@shop.example/"), "must not contain a user name or password"),
        (live("https://:pw@shop.example/"), "must not contain a user name or password"),
        (live("https://shop.example/#top"), "must not have a fragment"),
        (live("https://shop.example:8080/"), "must have port 443 or 8443"),
        (test("http://shop.example:9000/"), "must have port 80, 443, 8080 or 8443"),
        (live("https://10.0.0.5/"), "must have a public host"),
    ] {
        assert_eq!(refused.unwrap_err().to_string(), text);
    }
}

#[test]
fn names_of_the_inside_are_refused_however_they_are_written() {
    for host in [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "shop.localhost",
        "db.internal",
        "metadata.google.internal.",
        "printer.local",
        "shop.%6cocal",
        "ｌocalhost",
        "intranet",
        "intranet.",
    ] {
        assert_eq!(test(&format!("http://{host}/")), Err(Refusal::Host), "{host}");
    }
    for host in ["notlocalhost.example", "local.example", "internal.example.com", "shop.glocal"] {
        assert_eq!(test(&format!("http://{host}/")), Ok(()), "{host}");
    }
}

#[test]
fn the_edges_of_networks_without_a_vector_are_right() {
    for (first, last) in [
        ("192.0.2.0", "192.0.2.255"),
        ("198.51.100.0", "198.51.100.255"),
        ("172.16.0.0", "172.31.255.255"),
        ("100.64.0.0", "100.127.255.255"),
        ("224.0.0.0", "239.255.255.255"),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ] {
        for address in [first, last] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }
    for address in ["192.0.1.255", "192.0.3.0", "198.51.99.255", "198.51.101.0", "172.32.0.0"] {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
    for address in ["100.128.0.0", "223.255.255.255", "2001:db9::", "3fff:1000::", "2000::"] {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn the_gateways_own_host_is_refused() {
    let host = |text: &str| Host::parse(text).unwrap();
    let own_hosts = vec![host("pay.example"), host("8.8.4.4")];
    for reach in [Reach::Public, Reach::PublicAndLoopback] {
        let guard = Guard { own_hosts: own_hosts.clone(), ..guard(reach) };
        for url in ["https://pay.example/hooks", "https://PAY.example./", "https://8.8.4.4/"] {
            assert_eq!(checked(&guard, url, Schemes::HttpToo), Err(Refusal::Host), "{url}");
        }
        assert_eq!(checked(&guard, "https://shop.pay.example/", Schemes::HttpToo), Ok(()));
    }
}

#[test]
fn development_may_name_this_machine_on_every_port() {
    for url in [
        "http://localhost:3000/hooks",
        "http://127.0.0.1:34567/",
        "http://[::1]:34567/",
        "http://shop.localhost/",
        "http://shop.example:9000/",
    ] {
        assert_eq!(development(url), Ok(()), "{url}");
    }
    let guard = Guard {
        own_hosts: vec![Host::parse("localhost").unwrap()],
        ..guard(Reach::PublicAndLoopback)
    };
    assert_eq!(checked(&guard, "http://localhost:3000/", Schemes::HttpToo), Ok(()));
}

#[test]
fn development_may_not_name_private_networks() {
    for host in
        ["10.0.0.5", "169.254.169.254", "192.168.1.1", "[fd00::1]", "db.internal", "0.0.0.0"]
    {
        assert_eq!(development(&format!("http://{host}/")), Err(Refusal::Host), "{host}");
    }
}

/// A guard whose operator vouches for those hosts.
fn vouching(hosts: &[&str]) -> Guard {
    let allowed = hosts.iter().map(|host| host.parse().unwrap()).collect();
    Guard { allowed, ..guard(Reach::Public) }
}

#[test]
fn an_allowed_host_may_be_named_on_its_port_only() {
    let guard = vouching(&["10.0.0.5:9000", "hooks.internal:9000", "[fd00::5]:9000"]);
    for host in ["10.0.0.5", "0xa.5", "hooks.internal", "HOOKS.internal.", "[fd00:0::5]"] {
        let url = |port: u16| format!("https://{host}:{port}/");
        assert_eq!(checked(&guard, &url(9000), Schemes::HttpsOnly), Ok(()), "{host}");
        assert_eq!(checked(&guard, &url(8443), Schemes::HttpsOnly), Err(Refusal::Host), "{host}");
    }
    for other in ["https://10.0.0.6:9000/", "https://x.hooks.internal:9000/"] {
        assert!(checked(&guard, other, Schemes::HttpsOnly).is_err(), "{other}");
    }
}

#[test]
fn an_allowed_host_without_a_port_may_be_named_on_the_usual_ones() {
    let guard = vouching(
        &["hooks.internal", "fd00::5"]
            .map(|host| if host.contains("::") { "[fd00::5]" } else { host }),
    );
    assert_eq!(checked(&guard, "https://hooks.internal/", Schemes::HttpsOnly), Ok(()));
    assert_eq!(checked(&guard, "http://[fd00::5]:8080/", Schemes::HttpToo), Ok(()));
    let refused = checked(&guard, "https://hooks.internal:9000/", Schemes::HttpsOnly);
    assert_eq!(refused, Err(Refusal::Port(Schemes::HttpsOnly)));
}

#[test]
fn an_allowed_host_still_needs_https_and_no_credentials() {
    let guard = vouching(&["hooks.internal"]);
    for (url, refusal) in [
        ("http://hooks.internal/", Refusal::NotHttps),
        ("https://user@hooks.internal/", Refusal::UserInfo),
        ("https://hooks.internal/#x", Refusal::Fragment),
    ] {
        assert_eq!(checked(&guard, url, Schemes::HttpsOnly), Err(refusal), "{url}");
    }
}

#[test]
fn what_is_no_host_is_not_allowed() {
    for text in ["", ":9000", "*.internal", "https://hooks.internal", "a b", "10.0.0.5:", "a:70000"]
    {
        assert!(text.parse::<AllowedHost>().is_err(), "{text}");
    }
    assert!("fd00::5".parse::<AllowedHost>().is_err(), "it could be a host and a port");
}
