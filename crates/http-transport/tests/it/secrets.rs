//! Nothing secret is printed.

use bytes::Bytes;
use http::Request;
use http_transport::response::Body;

use crate::server::{Behaviour, Server, patient, transport};

#[tokio::test]
async fn an_error_tells_neither_address_nor_header_nor_body() {
    let server = Server::start(Behaviour::AnswerAndHangUp(b"hush-answer\r\n\r\n".to_vec())).await;
    let answering = server.address.to_string();
    for address in [answering.as_str(), "127.0.0.1:1", "hush.invalid:99999"] {
        let request = Request::post(format!("http://{address}/hush?key=hush"))
            .header("authorization", "hush")
            .body(Bytes::from("hush"))
            .unwrap();
        let error = transport().send(request, patient()).await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(!text.contains("hush"), "{text}");
    }
}

#[test]
fn debug_output_tells_the_length_of_a_body_only() {
    let bytes = Bytes::from("hush");
    let whole = Body { bytes: bytes.clone(), is_truncated: false };
    assert_eq!(format!("{whole:?}"), "Body(4 bytes)");
    let half = Body { bytes, is_truncated: true };
    assert_eq!(format!("{half:?}"), "Body(4 bytes and more)");
    assert_eq!(format!("{:?}", transport()), "Transport");
}
