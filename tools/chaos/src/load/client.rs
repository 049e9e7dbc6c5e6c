//! A merchant's HTTP client, which goes to any of the API's processes.

use std::time::Duration;

use anyhow::{Context, bail};
use fastrand::Rng;
use reqwest::{RequestBuilder, Response, header, redirect::Policy};
use serde_json::Value;

use super::ask::{Answer, Ask, Operation, Verdict};

/// Longer than the API takes for anything.
const PATIENCE: Duration = Duration::from_secs(15);
/// How many of a hundred requests the client hangs up on before they are answered.
const HANGS_UP: u8 = 4;

/// A merchant's HTTP client.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    /// The addresses of the API's processes, such as `http://127.0.0.1:8080`.
    pub apis: Vec<String>,
    /// The merchant's id.
    pub merchant: String,
    /// The merchant's key.
    pub key: String,
}

/// How long somebody goes on asking.
#[derive(Debug, Clone, Copy)]
pub struct Persistence {
    /// At most so many times.
    pub tries: u32,
    /// Whether they hang up now and then before the answer is there.
    pub is_hasty: bool,
}

impl Client {
    /// A client of those processes.
    ///
    /// # Errors
    ///
    /// If HTTP cannot be set up.
    pub fn new(apis: Vec<String>, merchant: String, key: String) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build()?;
        Ok(Self { http, apis, merchant, key })
    }

    /// The same merchant, as a client of other processes.
    #[must_use]
    pub fn at(self, apis: Vec<String>) -> Self {
        Self { apis, ..self }
    }

    /// Asks again and again until there is a final answer.
    pub async fn persist(&self, ask: &mut Ask, how: Persistence, rng: &mut Rng) -> Verdict {
        for _ in 0..how.tries {
            let hangs_up = how.is_hasty && rng.u8(0..100) < HANGS_UP;
            let patience = if hangs_up { Duration::from_millis(rng.u64(0..60)) } else { PATIENCE };
            let answer = tokio::time::timeout(patience, self.send(ask, rng)).await;
            if let Ok(Ok(answer)) = answer {
                ask.answers.push(answer);
            }
            if ask.verdict() != Verdict::Open {
                break;
            }
            tokio::time::sleep(Duration::from_millis(rng.u64(50..400))).await;
        }
        ask.verdict()
    }

    async fn send(&self, ask: &Ask, rng: &mut Rng) -> reqwest::Result<Answer> {
        let api = self.any_api(rng);
        let request = self.http.post(format!("{api}{}", ask.path));
        let request = match ask.operation {
            Operation::Confirm => request.form(&ask.body),
            Operation::Create
            | Operation::Authorize
            | Operation::Capture
            | Operation::Void
            | Operation::Refund => self.as_merchant(request).json(&ask.body),
        };
        let request = match &ask.key {
            Some(key) => request.header("Idempotency-Key", key),
            None => request,
        };
        read(request.send().await?).await
    }

    /// What any process of the API says about a path; tried for a while.
    ///
    /// # Errors
    ///
    /// If it never is 200 and JSON.
    pub async fn get(&self, path: &str, rng: &mut Rng) -> anyhow::Result<Value> {
        let mut last = None;
        for _ in 0..20 {
            let request = self.http.get(format!("{}{path}", self.any_api(rng))).timeout(PATIENCE);
            match self.as_merchant(request).send().await {
                Ok(answer) if answer.status() == 200 => {
                    return answer.json().await.with_context(|| format!("GET {path}"));
                }
                other => last = Some(other),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        bail!("GET {path} is not answered with 200: {last:?}")
    }

    /// Posts once, for whoever sets the world up.
    ///
    /// # Errors
    ///
    /// If it is not answered with a success and JSON.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let api = self.apis.first().context("there is no API")?;
        let request = self.http.post(format!("{api}{path}")).timeout(PATIENCE).json(body);
        Ok(self.as_merchant(request).send().await?.error_for_status()?.json().await?)
    }

    fn any_api(&self, rng: &mut Rng) -> &str {
        rng.choice(&self.apis).map_or("", String::as_str)
    }

    fn as_merchant(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("X-Merchant-Id", &self.merchant).header("X-API-Key", &self.key)
    }
}

async fn read(response: Response) -> reqwest::Result<Answer> {
    let status = response.status().as_u16();
    let text = |name: &str| {
        response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    let location = text(header::LOCATION.as_str());
    let retry_after = text(header::RETRY_AFTER.as_str()).is_some();
    let is_replay = text("Idempotent-Replayed").is_some();
    let text = response.text().await?;
    let json: Value = serde_json::from_str(&text).unwrap_or_default();
    let code = json.get("errorCode").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Answer { status, code, body: location.unwrap_or(text), retry_after, is_replay })
}
