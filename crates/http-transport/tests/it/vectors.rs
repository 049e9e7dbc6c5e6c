//! The addresses and URLs of the vectors, and what must come of each.

use std::{net::IpAddr, sync::Arc};

use bytes::Bytes;
use http::Request;
use http_transport::{
    error::TransportError,
    guard::{
        lookup::SystemLookup,
        public::is_public,
        rules::{Guard, Reach, Schemes},
    },
    transport::Transport,
};
use serde_json::Value;
use url::Url;

use crate::{
    guarded::{Answers, guard, guarded},
    server::{connecting, patient},
};

/// The lists at that JSON pointer, one after the other.
fn vectors(pointers: &[&str]) -> Vec<String> {
    let file: Value = serde_json::from_str(include_str!("../fixtures/ssrf.json")).unwrap();
    let list = |pointer: &&str| file.pointer(pointer).unwrap().as_array().unwrap().clone();
    let texts = pointers.iter().flat_map(list);
    texts.map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// All that must be refused. The second list is of those that a standard helper gets wrong; all of
/// them must be refused.
fn denied() -> Vec<IpAddr> {
    let denied = vectors(&["/deny", "/python_disagrees"]);
    denied.iter().map(|text| text.parse().unwrap()).collect()
}

fn literal(address: IpAddr) -> String {
    let host = match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    };
    format!("http://{host}/")
}

fn post(url: &str) -> Request<Bytes> {
    Request::post(url).body(Bytes::from("{}")).unwrap()
}

fn passes(guard: &Guard, url: &str, schemes: Schemes) -> bool {
    Url::parse(url).is_ok_and(|url| guard.check(&url, schemes).is_ok())
}

#[test]
fn no_denied_address_vector_is_public() {
    let denied = denied();
    assert_eq!(denied.len(), 38 + 18);
    for address in denied {
        assert!(!is_public(address), "{address}");
    }
}

#[test]
fn every_allowed_address_vector_is_public() {
    let allowed = vectors(&["/allow"]);
    assert_eq!(allowed.len(), 16);
    for address in allowed {
        assert!(is_public(address.parse().unwrap()), "{address}");
        for reach in [Reach::Public, Reach::PublicAndLoopback] {
            assert!(reach.admits(address.parse().unwrap()), "{address}");
        }
        let url = literal(address.parse().unwrap());
        assert!(passes(&guard(Reach::Public), &url, Schemes::HttpToo), "{url}");
    }
}

#[tokio::test]
async fn every_denied_address_vector_is_refused_as_a_literal() {
    let guard = guard(Reach::Public);
    let lookup = Arc::new(SystemLookup);
    let transport = Transport::guarded(connecting(), guard.clone(), lookup).unwrap();
    for url in denied().into_iter().map(literal) {
        assert!(!passes(&guard, &url, Schemes::HttpToo), "{url}");
        let refused = transport.send(post(&url), patient()).await;
        assert_eq!(refused.unwrap_err(), TransportError::Refused, "{url}");
    }
}

#[tokio::test]
async fn every_denied_address_vector_is_refused_behind_a_name() {
    let answers = Answers::of(denied().into_iter().map(|address| vec![address]));
    let transport = guarded(Reach::Public, &answers);
    for address in denied() {
        let refused = transport.send(post("http://shop.example/"), patient()).await;
        assert_eq!(refused.unwrap_err(), TransportError::Refused, "{address}");
    }
    assert_eq!(answers.asked(), denied().len());
}

#[test]
fn every_rejected_url_vector_is_refused_in_both_modes() {
    let rejected = vectors(&["/urls/reject"]);
    assert_eq!(rejected.len(), 22);
    for url in rejected {
        for schemes in [Schemes::HttpsOnly, Schemes::HttpToo] {
            assert!(!passes(&guard(Reach::Public), &url, schemes), "{url}");
        }
    }
}

#[test]
fn every_accepted_url_vector_passes_in_its_modes() {
    let (both, test_only) = (vectors(&["/urls/accept"]), vectors(&["/urls/accept_test_mode"]));
    assert_eq!((both.len(), test_only.len()), (4, 2));
    for url in &both {
        assert!(passes(&guard(Reach::Public), url, Schemes::HttpsOnly), "{url}");
    }
    for url in test_only.iter().chain(&both) {
        assert!(passes(&guard(Reach::Public), url, Schemes::HttpToo), "{url}");
    }
    for url in test_only {
        assert!(!passes(&guard(Reach::Public), &url, Schemes::HttpsOnly), "{url}");
    }
}
