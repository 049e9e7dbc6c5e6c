//! Measures payments per second of a running gateway: create, authorize, capture.
//!
//! The same clients first ask for `/actuator/health/liveness` as fast as they can; that rate is the
//! raw ceiling of the machine's HTTP in the same run, and the ratio to it travels between machines.
#![expect(clippy::print_stdout, reason = "it is a command-line tool")]
#![expect(clippy::disallowed_methods, reason = "measuring needs a client, a clock and tasks")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use clap::Parser;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

#[derive(Parser)]
struct Arguments {
    /// Where the gateway is.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
    /// An API key of `DEMO_MERCHANT`.
    #[arg(long, env = "API_KEY")]
    api_key: String,
    /// How many clients pay at once.
    #[arg(long, default_value_t = 16)]
    clients: usize,
    /// How many payments they make together.
    #[arg(long, default_value_t = 3000)]
    payments: usize,
}

/// How long each call of each payment took.
#[derive(Default)]
struct Times {
    create: Vec<Duration>,
    authorize: Vec<Duration>,
    capture: Vec<Duration>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arc::new(Arguments::parse());
    // The gateway is on this machine and speaks plain HTTP; the client wants a provider all the same.
    ensure!(rustls::crypto::ring::default_provider().install_default().is_ok(), "TLS is set up");
    let client = Client::builder().no_proxy().build()?;
    let share = arguments.payments.div_ceil(arguments.clients);

    let ceiling = at_once(&arguments, &client, move |arguments, client| async move {
        for _ in 0..share {
            let url = format!("{}/actuator/health/liveness", arguments.url);
            client.get(url).send().await?.error_for_status()?.bytes().await?;
        }
        Ok(Times::default())
    });
    let (ceiling, _) = ceiling.await?;
    let paying = at_once(&arguments, &client, move |arguments, client| async move {
        let mut times = Times::default();
        for _ in 0..share {
            pay(&arguments, &client, &mut times).await?;
        }
        Ok(times)
    });
    let (paying, times) = paying.await?;

    let total = share * arguments.clients;
    let rate = per_second(total, paying);
    let raw = per_second(total, ceiling);
    println!("{} clients, {total} payments", arguments.clients);
    println!("create + authorize + capture: {rate} payments/s ({} calls/s)", rate * 3);
    println!(
        "raw HTTP in the same run:     {raw} calls/s; ratio {}.{:03}",
        rate * 3 / raw,
        rate * 3000 / raw % 1000
    );
    report("create", times.iter().flat_map(|times| times.create.iter().copied()));
    report("authorize", times.iter().flat_map(|times| times.authorize.iter().copied()));
    report("capture", times.iter().flat_map(|times| times.capture.iter().copied()));
    Ok(())
}

/// Runs `work` for each client at once; answers how long all of them took, and what each measured.
async fn at_once<F>(
    arguments: &Arc<Arguments>,
    client: &Client,
    work: impl Fn(Arc<Arguments>, Client) -> F,
) -> anyhow::Result<(Duration, Vec<Times>)>
where
    F: Future<Output = anyhow::Result<Times>> + Send + 'static,
{
    let began = Instant::now();
    let clients: Vec<_> = (0..arguments.clients)
        .map(|_| tokio::spawn(work(Arc::clone(arguments), client.clone())))
        .collect();
    let mut measured = Vec::new();
    for client in clients {
        measured.push(client.await??);
    }
    Ok((began.elapsed(), measured))
}

async fn pay(arguments: &Arguments, client: &Client, times: &mut Times) -> anyhow::Result<()> {
    let post = |path: &str, body: Value| {
        client
            .post(format!("{}/v1/payments{path}", arguments.url))
            .header("X-Merchant-Id", "DEMO_MERCHANT")
            .header("X-API-Key", &arguments.api_key)
            .json(&body)
    };
    let wish = json!({"amount": "1500.00", "currency": "TRY", "orderId": "ORDER-12345"});
    let payment = timed(post("", wish), &mut times.create).await?;
    let id = payment.get("id").and_then(Value::as_str).context("a payment has an id")?;
    let card = json!({"cardToken": "tok_visa", "cardBin": "454678"});
    timed(post(&format!("/{id}/authorize"), card), &mut times.authorize).await?;
    let captured = timed(post(&format!("/{id}/capture"), json!({})), &mut times.capture).await?;
    let status = captured.get("status").and_then(Value::as_str);
    ensure!(status == Some("CAPTURED"), "a payment ended as {status:?}");
    Ok(())
}

async fn timed(request: RequestBuilder, times: &mut Vec<Duration>) -> anyhow::Result<Value> {
    let began = Instant::now();
    let response = request.send().await?;
    let status = response.status();
    let body = response.text().await?;
    times.push(began.elapsed());
    ensure!(status.is_success(), "{status}: {body}");
    Ok(serde_json::from_str(&body)?)
}

fn per_second(count: usize, took: Duration) -> u128 {
    let count = u128::try_from(count).unwrap_or(u128::MAX);
    (count * 1_000_000).checked_div(took.as_micros()).unwrap_or(0).max(1)
}

fn report(name: &str, times: impl Iterator<Item = Duration>) {
    let mut times: Vec<_> = times.collect();
    times.sort();
    let at = |percent: usize| {
        let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
        times.get(index).map_or(0, Duration::as_micros)
    };
    println!("{name:<10} p50 {:>7} µs   p99 {:>7} µs", at(50), at(99));
}
