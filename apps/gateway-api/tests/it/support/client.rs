//! A merchant's HTTP client.

use std::{net::SocketAddr, sync::Arc};

use reqwest::{Method, RequestBuilder, Response, header::HeaderMap, redirect::Policy};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use serde_json::Value;

/// Asks one API, with one key.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    merchant: String,
    pub(crate) key: String,
}

/// An answer, all of it read.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Client {
    pub(crate) fn new(address: SocketAddr, merchant: &str, key: &str) -> Self {
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        #[expect(clippy::disallowed_methods, reason = "the tests are a client, not the gateway")]
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let (merchant, key) = (merchant.to_owned(), key.to_owned());
        Self { http, base: format!("http://{address}"), merchant, key }
    }

    /// A request without any header of ours.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    /// A request with the merchant's key.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.bare(method, path);
        request.header("X-Merchant-Id", &self.merchant).header("X-API-Key", &self.key)
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Reply {
        Reply::of(self.request(Method::PATCH, path).json(body)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_text(path, &body.to_string()).await
    }

    /// A body that need not be JSON, although it says so.
    pub(crate) async fn post_text(&self, path: &str, body: &str) -> Reply {
        let request = self.request(Method::POST, path).header("Content-Type", "application/json");
        Reply::of(request.body(body.to_owned())).await
    }

    /// The answer, if there is one.
    pub(crate) async fn try_post(&self, path: &str, body: &Value) -> Option<Reply> {
        let request = self.request(Method::POST, path).json(body);
        Reply::read(request.send().await.ok()?).await.ok()
    }

    pub(crate) async fn post_empty(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::POST, path)).await
    }

    pub(crate) async fn post_keyed(&self, key: &str, path: &str, body: &Value) -> Reply {
        let request = self.request(Method::POST, path).header("Content-Type", "application/json");
        Reply::of(request.header("Idempotency-Key", key).body(body.to_string())).await
    }

    /// What a browser sends: no key, a form.
    pub(crate) async fn post_form(&self, path: &str, form: &str) -> Reply {
        let request = self.bare(Method::POST, path);
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        Reply::of(request.body(form.to_owned())).await
    }

    /// What a browser asks for: no key, no cookies.
    pub(crate) async fn browse(&self, path: &str) -> Reply {
        Reply::of(self.bare(Method::GET, path)).await
    }
}

impl Reply {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        Self::read(request.send().await.unwrap()).await.unwrap()
    }

    async fn read(response: Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Self { status, headers, text: response.text().await? })
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// A field of the body; names are joined by dots.
    pub(crate) fn field(&self, path: &str) -> Value {
        let pointer = format!("/{}", path.replace('.', "/"));
        self.json().pointer(&pointer).cloned().unwrap_or_else(|| panic!("{path}: {}", self.text))
    }

    pub(crate) fn string(&self, path: &str) -> String {
        self.field(path).as_str().unwrap_or_else(|| panic!("{path}: {}", self.text)).to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Status and error code.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (self.status, self.string("errorCode"))
    }

    /// Checks that it is an error as all errors are, with that status and code.
    #[track_caller]
    pub(crate) fn assert_refused(&self, status: u16, code: &str) {
        let body = self.json();
        let names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["details", "errorCode", "message", "timestamp", "traceId"]);
        assert_eq!(self.refusal(), (status, code.to_owned()), "{}", self.text);
        assert!(!self.string("message").is_empty());
        assert!(body["timestamp"].as_str().unwrap().ends_with('Z'));
        assert_eq!(self.header("X-Correlation-Id"), body["traceId"].as_str());
        assert_eq!(self.header("Content-Type"), Some("application/json"));
    }

    /// Checks that the status is that one.
    #[track_caller]
    pub(crate) fn assert_status(&self, status: u16) {
        assert_eq!(self.status, status, "{}", self.text);
    }
}
