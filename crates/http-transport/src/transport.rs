//! Sending.

use std::{fmt, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use reqwest::redirect::Policy;
use rustls::{ClientConfig, RootCertStore, crypto::ring};

use crate::{
    error::{SetupError, TransportError, causes},
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
pub struct Transport(reqwest::Client);

impl Transport {
    /// A transport that connects in that way.
    ///
    /// # Errors
    ///
    /// [`SetupError`] if TLS cannot be set up.
    pub fn new(connecting: Connecting) -> Result<Self, SetupError> {
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
            .retry(reqwest::retry::never())
            // A server may close a kept connection just as the next request goes out on it, and
            // then nobody knows what came of that request.
            .pool_max_idle_per_host(0)
            .build();
        client.map(Self).map_err(|error| SetupError(causes(&error)))
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
        let answer = self.0.execute(request).await;
        let mut answer = answer.map_err(TransportError::after_handing_over)?;
        let body = read(&mut answer, limits.body_bytes).await;
        let mut response = Response::new(body.map_err(TransportError::after_handing_over)?);
        *response.status_mut() = answer.status();
        *response.version_mut() = answer.version();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
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
