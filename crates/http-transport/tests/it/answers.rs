//! Answers that arrive.

use std::process::Command;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_transport::limits::Limits;

use crate::server::{Behaviour, Server, answer, endless, patient, transport};

#[tokio::test]
async fn a_request_arrives_as_it_was_made() {
    let server = Server::start(Behaviour::Answer(answer("200 OK", ""))).await;
    let request = Request::put(format!("http://{}/v1/pay?x=1", server.address))
        .header("authorization", "Bearer abc")
        .body(Bytes::from("{\"amount\":1500.00}"))
        .unwrap();
    transport().send(request, patient()).await.unwrap();
    let [arrived] = server.requests().try_into().unwrap();
    assert!(arrived.starts_with("PUT /v1/pay?x=1 HTTP/1.1\r\n"), "{arrived}");
    assert!(arrived.contains("\r\nauthorization: Bearer abc\r\n"), "{arrived}");
    assert!(arrived.contains("\r\nuser-agent: payment-gateway/"), "{arrived}");
    assert!(arrived.ends_with("\r\n\r\n{\"amount\":1500.00}"), "{arrived}");
}

#[tokio::test]
async fn an_answer_comes_back_whole() {
    let bytes = b"HTTP/1.1 201 Created\r\nx-request-id: 7\r\ncontent-length: 2\r\n\r\nok";
    let server = Server::start(Behaviour::Answer(bytes.to_vec())).await;
    let response = transport().send(server.get("/"), patient()).await.unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    assert_eq!(response.headers()["x-request-id"], "7");
    assert_eq!(&response.body().bytes[..], b"ok");
    assert!(!response.body().is_truncated);
}

#[tokio::test]
async fn a_failure_is_an_answer_too() {
    for (line, status) in [
        ("402 Payment Required", StatusCode::PAYMENT_REQUIRED),
        ("503 Service Unavailable", StatusCode::SERVICE_UNAVAILABLE),
    ] {
        let server = Server::start(Behaviour::Answer(answer(line, "no"))).await;
        let response = transport().send(server.get("/"), patient()).await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    for line in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let bytes = format!("HTTP/1.1 {line}\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n");
        let server = Server::start(Behaviour::Answer(bytes.into_bytes())).await;
        let response = transport().send(server.post("/", "{}"), patient()).await.unwrap();
        assert!(response.status().is_redirection(), "{line}");
        assert_eq!(response.headers()["location"], "/other", "{line}");
        assert_eq!(server.requests().len(), 1, "{line}");
    }
}

#[tokio::test]
async fn a_body_is_read_up_to_the_limit() {
    let server = Server::start(Behaviour::Answer(answer("200 OK", "0123456789"))).await;
    for (body_bytes, expected, is_truncated) in [
        (0, "", true),
        (9, "012345678", true),
        (10, "0123456789", false),
        (11, "0123456789", false),
    ] {
        let limits = Limits { body_bytes, ..patient() };
        let response = transport().send(server.get("/"), limits).await.unwrap();
        assert_eq!(&response.body().bytes[..], expected.as_bytes(), "{body_bytes}");
        assert_eq!(response.body().is_truncated, is_truncated, "{body_bytes}");
    }
}

#[tokio::test]
async fn an_endless_body_ends_at_16_kib() {
    let server = Server::start(endless(b"HTTP/1.1 200 OK\r\n\r\n")).await;
    let response = transport().send(server.get("/"), patient()).await.unwrap();
    assert_eq!(response.body().bytes.len(), 16 * 1024);
    assert!(response.body().is_truncated);
}

#[tokio::test]
async fn ten_megabytes_end_at_16_kib() {
    let body = "x".repeat(10_000_000);
    let server = Server::start(Behaviour::AnswerAndHang(answer("200 OK", &body))).await;
    let response = transport().send(server.get("/"), patient()).await.unwrap();
    assert_eq!(response.body().bytes.len(), 16 * 1024);
    assert!(response.body().is_truncated);
}

#[tokio::test]
async fn what_is_compressed_stays_so() {
    // Nobody asked for it and nobody unpacks it, so a bomb does not go off.
    let packed = b"\x1f\x8b\x08\0\0\0\0\0\0\xff";
    let mut bytes =
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 10\r\n\r\n".to_vec();
    bytes.extend_from_slice(packed);
    let server = Server::start(Behaviour::Answer(bytes)).await;
    let response = transport().send(server.get("/"), patient()).await.unwrap();
    assert_eq!(&response.body().bytes[..], packed);
    let [arrived] = server.requests().try_into().unwrap();
    assert!(!arrived.to_lowercase().contains("accept-encoding"), "{arrived}");
}

#[test]
fn a_proxy_in_the_environment_is_ignored() {
    let dead = "http://127.0.0.1:9";
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "answers::an_answer_comes_back_whole"])
        .envs(["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"].map(|name| (name, dead)))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}
