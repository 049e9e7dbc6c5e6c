//! How an answer goes out, or does not.

use std::{convert::Infallible, io, time::Duration};

use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Frame;
use serde::Serialize;

/// A body of any kind.
pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// An answer, or the error that makes the server close the connection without one.
pub(crate) type Delivery = io::Result<Response<Body>>;

/// Closes the connection without an answer.
pub(crate) fn hang_up() -> Delivery {
    Err(io::Error::new(io::ErrorKind::ConnectionAborted, "hung up on purpose"))
}

pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Delivery {
    respond(status, "application/json", Full::from(serde_json::to_vec(value)?).boxed_unsync())
}

/// A page for people, where a program was waiting for an answer.
pub(crate) fn error_page() -> Delivery {
    let page = Full::from("<html><body><h1>Internal Server Error</h1></body></html>");
    respond(StatusCode::INTERNAL_SERVER_ERROR, "text/html", page.boxed_unsync())
}

/// The same answer, one byte at a time.
pub(crate) async fn slowed(response: Response<Body>, pause: Duration) -> Delivery {
    let (head, body) = response.into_parts();
    let bytes = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(never) => match never {},
    };
    let bytes = stream::iter(bytes).then(move |byte| async move {
        tokio::time::sleep(pause).await;
        Ok(Frame::data(Bytes::from(vec![byte])))
    });
    Ok(Response::from_parts(head, StreamBody::new(bytes).boxed_unsync()))
}

fn respond(status: StatusCode, kind: &'static str, body: Body) -> Delivery {
    let response = Response::builder().status(status).header(CONTENT_TYPE, kind);
    response.body(body).map_err(io::Error::other)
}
