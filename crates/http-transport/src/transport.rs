//! Sending.

use std::{fmt, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use reqwest::redirect::Policy;
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use url::Url;

use crate::{
    error::{SetupError, TransportError, causes},
    guard::{
        lookup::Lookup,
        resolver::GuardedResolver,
        rules::{Guard, Reach},
    },
    limits::Limits,
    response::Body,
};

const USER_AGENT: &str = concat!("payment-gateway/", env!("CARGO_PKG_VERSION"));

/// How connections are made.
#[derive(Debug, Clone)]
pub struct Connecting {
    /// How long finding the address, connecting and TLS may take, together.
    pub timeout: Duration,
    /// Who may vouch for servers.
    pub roots: RootCertStore,
}

impl Connecting {
    /// Within 3 seconds, to servers that the platform trusts.
    #[must_use]
    pub fn platform() -> Self {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Self { timeout: Duration::from_secs(3), roots }
    }
}

/// Sends requests, each once and over a connection of its own.
#[derive(Clone)]
pub struct Transport {
    open: reqwest::Client,
    guarded: Option<Guarded>,
}

#[derive(Clone)]
struct Guarded {
    guard: Guard,
    client: reqwest::Client,
}

impl Transport {
    /// A transport to anywhere: for addresses that the operator chose.
    ///
    /// # Errors
    ///
    /// [`SetupError`] if TLS cannot be set up.
    pub fn new(connecting: Connecting) -> Result<Self, SetupError> {
        let open = build(client(connecting)?)?;
        Ok(Self { open, guarded: None })
    }

    /// A transport to where `guard` lets it: for addresses that somebody else chose.
    ///
    /// # Errors
    ///
    /// [`SetupError`] if TLS cannot be set up.
    pub fn guarded(
        connecting: Connecting,
        guard: Guard,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Self, SetupError> {
        let resolver = GuardedResolver { lookup, reach: guard.reach };
        let checked = build(client(connecting.clone())?.dns_resolver(resolver))?;
        let guarded = Guarded { guard, client: checked };
        Ok(Self { guarded: Some(guarded), ..Self::new(connecting)? })
    }

    /// Sends `request`, once.
    ///
    /// Every HTTP answer is an `Ok`, redirects and failures included.
    ///
    /// # Errors
    ///
    /// [`TransportError`] tells what is proved not to have been sent from what is unknown.
    pub async fn send(
        &self,
        request: Request<Bytes>,
        limits: Limits,
    ) -> Result<Response<Body>, TransportError> {
        let request = reqwest::Request::try_from(request);
        let mut request =
            request.map_err(|error| TransportError::NotSent(causes(&error.without_url())))?;
        *request.timeout_mut() = Some(limits.timeout);
        let (client, reach) = self.way_to(request.url())?;
        let answer = client.execute(request).await;
        let mut answer = answer.map_err(TransportError::after_handing_over)?;
        if reach.is_some_and(|reach| !reach.admits_answer_of(answer.remote_addr())) {
            return Err(TransportError::Broken("it came from out of reach".to_owned()));
        }
        let body = read(&mut answer, limits.body_bytes).await;
        let mut response = Response::new(body.map_err(TransportError::after_handing_over)?);
        *response.status_mut() = answer.status();
        *response.version_mut() = answer.version();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }

    /// The client for that address, and how far it may reach. Literal addresses never come to a
    /// resolver, so they are judged here.
    fn way_to(&self, url: &Url) -> Result<(&reqwest::Client, Option<Reach>), TransportError> {
        match &self.guarded {
            None => Ok((&self.open, None)),
            Some(Guarded { guard, .. }) if guard.vouches_for(url) => Ok((&self.open, None)),
            Some(Guarded { guard, client }) if guard.admits_host_of(url) => {
                Ok((client, Some(guard.reach)))
            }
            Some(_) => Err(TransportError::Refused),
        }
    }
}

fn client(connecting: Connecting) -> Result<reqwest::ClientBuilder, SetupError> {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| SetupError(causes(&error)))?
        .with_root_certificates(connecting.roots)
        .with_no_client_auth();
    #[expect(clippy::disallowed_methods, reason = "this is the one place that HTTP leaves by")]
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .connect_timeout(connecting.timeout)
        .user_agent(USER_AGENT)
        .http1_only()
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        // A few bytes may decompress to more than there is memory.
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .retry(reqwest::retry::never())
        // A server may close a kept connection just as the next request goes out on it, and
        // then nobody knows what came of that request.
        .pool_max_idle_per_host(0);
    Ok(client)
}

fn build(client: reqwest::ClientBuilder) -> Result<reqwest::Client, SetupError> {
    client.build().map_err(|error| SetupError(causes(&error)))
}

/// Hides the client and its settings.
impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport")
    }
}

/// Reads at most `limit` bytes, and stops there.
async fn read(answer: &mut reqwest::Response, limit: usize) -> reqwest::Result<Body> {
    let mut bytes = BytesMut::new();
    while let Some(mut chunk) = answer.chunk().await? {
        let room = limit.saturating_sub(bytes.len());
        let is_truncated = chunk.len() > room;
        chunk.truncate(room);
        bytes.extend_from_slice(&chunk);
        if is_truncated {
            return Ok(Body { bytes: bytes.freeze(), is_truncated });
        }
    }
    Ok(Body { bytes: bytes.freeze(), is_truncated: false })
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// A resolver that is guarded lets it never come to this, so here is one that is not.
    #[tokio::test]
    async fn an_answer_from_out_of_reach_is_dropped() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        let timeout = Duration::from_secs(3);
        let connecting = Connecting { timeout, roots: RootCertStore::empty() };
        let misled = client(connecting).unwrap().resolve("shop.example", address);
        let misled = build(misled).unwrap();
        let guard = Guard { reach: Reach::Public, own_hosts: Vec::new(), allowed: Vec::new() };
        let guarded = Some(Guarded { guard, client: misled.clone() });
        let transport = Transport { open: misled, guarded };
        let url = format!("http://shop.example:{}/", address.port());
        let request = Request::get(url).body(Bytes::new()).unwrap();
        let answering = async {
            let (mut stream, _) = server.accept().await.unwrap();
            stream.read_buf(&mut BytesMut::new()).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
            stream
        };
        let (sent, _) = tokio::join!(transport.send(request, Limits::within(timeout)), answering);
        let expected = TransportError::Broken("it came from out of reach".to_owned());
        assert_eq!(sent.unwrap_err(), expected);
    }
}
