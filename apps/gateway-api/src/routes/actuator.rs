//! What operators and their monitoring ask, in Spring Boot's words.

use std::time::Duration;

use actix_web::{HttpResponse, get, web::Data};
use tokio::time::timeout;

use crate::{
    api::Api,
    dto::{App, Component, Components, Health, Info, Status},
    metrics,
};

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the gateway and its database work
#[utoipa::path(
    operation_id = "getHealth",
    tag = "Operations",
    responses(
        (status = 200, description = "Everything works", body = Health),
        (status = 503, description = "The database does not answer", body = Health),
    ),
)]
#[get("/actuator/health")]
pub(super) async fn health(api: Data<Api>) -> HttpResponse {
    answer(database(&api).await)
}

/// Whether the process should go on living
///
/// It should even while the database is away: a new process would not find it either.
#[utoipa::path(operation_id = "getLiveness", tag = "Operations", responses((status = 200, description = "It should", body = Health)))]
#[get("/actuator/health/liveness")]
pub(super) async fn liveness() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: Status::Up, components: None })
}

/// Whether requests may be sent here
#[utoipa::path(
    operation_id = "getReadiness",
    tag = "Operations",
    responses(
        (status = 200, description = "They may", body = Health),
        (status = 503, description = "The database does not answer", body = Health),
    ),
)]
#[get("/actuator/health/readiness")]
pub(super) async fn readiness(api: Data<Api>) -> HttpResponse {
    answer(database(&api).await)
}

/// What is running
#[utoipa::path(operation_id = "getInfo", tag = "Operations", responses((status = 200, description = "The program", body = Info)))]
#[get("/actuator/info")]
pub(super) async fn info() -> HttpResponse {
    let app = App { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    HttpResponse::Ok().json(Info { app })
}

/// Measurements, for Prometheus
#[utoipa::path(
    operation_id = "getMetrics",
    tag = "Operations",
    responses((status = 200, description = "The measurements", body = String, content_type = "text/plain")),
)]
#[get("/actuator/prometheus")]
pub(super) async fn prometheus(api: Data<Api>) -> HttpResponse {
    match api.run(|ports| async move { Ok(ports.store.backlog().await?) }).await {
        Ok(backlog) => metrics::record_backlog(&backlog, api.ports.clock.now()),
        // What the process itself measures is wanted most when the database is away.
        Err(error) => tracing::warn!(causes = error.causes(), "the backlog cannot be read"),
    }
    let text = api.metrics.render();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text)
}

fn answer(db: Status) -> HttpResponse {
    let components = Some(Components { db: Component { status: db } });
    let mut response = match db {
        Status::Up => HttpResponse::Ok(),
        Status::Down => HttpResponse::ServiceUnavailable(),
    };
    response.json(Health { status: db, components })
}

async fn database(api: &Api) -> Status {
    let ping = api.run(|ports| async move { Ok(ports.store.ping().await?) });
    match timeout(PATIENCE, ping).await {
        Ok(Ok(())) => Status::Up,
        Ok(Err(error)) => down(&error.causes()),
        Err(_) => down("no answer in time"),
    }
}

fn down(causes: &str) -> Status {
    tracing::warn!(causes, "the database does not answer");
    Status::Down
}
