//! The HTTP API of the payment gateway.

mod cli;

use std::{
    io::{self, Write},
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use anyhow::Context;
use clap::Parser;
use gateway_api::{
    api::Api,
    metrics,
    openapi::Document,
    server::{self, Serving},
    sources::NoticeSources,
};
use gateway_runtime::{
    demo, logging,
    settings::Settings,
    shutdown,
    wiring::{Runtime, migrate, wire},
    worker,
};
use payment_core::{
    attempt::Attempt,
    id::{MerchantId, Mode},
};
use payment_usecases::{
    api_keys, merchants,
    ports::Ports,
    review::{self, Settlement},
};
use secrecy::ExposeSecret;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::cli::{ApiKeys, Attempts, Command, CommandLine, Merchants};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let command = CommandLine::parse().command.unwrap_or(Command::Serve);
    if let Command::Openapi = command {
        return say(Document::new().text.trim_end());
    }
    let settings = Settings::load()?;
    logging::start(&settings.logging)?;
    match command {
        Command::Serve => Box::pin(serve(&settings)).await,
        Command::Migrate => migrate(&settings).await.context("the database was not migrated"),
        Command::Merchants(Merchants::Create { id, name }) => {
            let merchant = merchants::create(&wire(&settings).await?.ports, &id, &name).await?;
            say(&merchant.id.to_string())
        }
        Command::ApiKeys(ApiKeys::Create { merchant, mode }) => {
            let merchant = MerchantId::parse(&merchant)?;
            let runtime = wire(&settings).await?;
            let key = api_keys::issue(&runtime.ports, &merchant, Mode::from(mode)).await?;
            say(key.expose_secret())
        }
        Command::Attempts(command) => attempts(&wire(&settings).await?.ports, command).await,
        Command::Openapi => Ok(()),
    }
}

/// What an operator does with attempts that only a person can settle.
async fn attempts(ports: &Ports, command: Attempts) -> anyhow::Result<()> {
    match command {
        Attempts::Review { limit } => {
            let waiting = review::waiting(ports, limit).await?;
            waiting.iter().try_for_each(|attempt| say(&described(attempt)))
        }
        Attempts::Settle { attempt, verdict, by, reason, provider_reference } => {
            let settlement = Settlement {
                attempt: attempt.into(),
                verdict: verdict.into(),
                provider_reference,
                actor: by,
                reason,
            };
            let settled = Box::pin(review::settle(ports, &settlement)).await?;
            say(&described(&settled))
        }
    }
}

fn described(attempt: &Attempt) -> String {
    let Attempt { id, payment, provider, amount, state, error, created_at, .. } = attempt;
    let operation = attempt.instruction.operation();
    let why = error.as_deref().unwrap_or("-");
    format!(
        "{id} {state} {operation} of {amount} at {provider}, payment {payment}, since {created_at}: {why}"
    )
}

/// Serves until the process is asked to end; then finishes requests first, and the worker last, so
/// that it still hears of their events.
async fn serve(settings: &Settings) -> anyhow::Result<()> {
    let requested = shutdown::requested();
    let measurements = metrics::install()?;
    let runtime = wire(settings).await.context("the API cannot start")?;
    let listener = listen(settings)?;
    announce(&runtime, listener.local_addr()?).await?;
    let sources = NoticeSources {
        trusted_proxies: settings.server.trusted_proxies.clone(),
        allowed: settings.notice_sources.clone(),
    };
    let api =
        Api::new(runtime.ports.clone(), measurements, Handle::current()).with_sources(sources);
    let (stop, stop_worker) = (CancellationToken::new(), CancellationToken::new());
    let work = async {
        if settings.worker.in_process {
            let (ports, nudge) = (runtime.ports.clone(), Arc::clone(&runtime.nudge));
            let work = worker::run(ports, settings.worker, nudge, stop_worker.clone());
            tokio::join!(work, runtime.relay.listen(stop_worker.clone()));
        }
    };
    let announce = runtime.relay.announce(stop_worker.clone());
    let requests = async {
        let serving = Serving { shutdown_timeout: settings.server.shutdown_timeout };
        let served = server::serve(listener, api, serving, stop.clone()).await;
        stop.cancel();
        stop_worker.cancel();
        served
    };
    let signals = async {
        tokio::select! {
            asked = requested => {
                stop.cancel();
                asked
            }
            () = stop.cancelled() => Ok(()),
        }
    };
    let ((), (), served, asked) = tokio::join!(work, announce, requests, signals);
    runtime.close().await;
    served.context("the API cannot be served")?;
    asked.context("the API cannot listen for signals")
}

fn listen(settings: &Settings) -> anyhow::Result<TcpListener> {
    let address = SocketAddr::new(settings.server.host, settings.server.port);
    TcpListener::bind(address)
        .with_context(|| format!("cannot listen on {address}; SERVER_PORT chooses another port"))
}

/// Tells a developer all that a first request needs.
async fn announce(runtime: &Runtime, address: SocketAddr) -> anyhow::Result<()> {
    if let Some(key) = demo::ensure(runtime).await? {
        say(&format!("Merchant: {}", demo::MERCHANT))?;
        say(&format!("API key: {}", key.expose_secret()))?;
    }
    say(&format!("Listening on http://{address}"))
}

fn say(line: &str) -> anyhow::Result<()> {
    writeln!(io::stdout(), "{line}").context("standard output cannot be written")
}
