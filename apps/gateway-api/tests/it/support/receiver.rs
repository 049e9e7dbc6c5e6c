//! A merchant's receiver of webhooks.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

/// Takes everything, and remembers what it was told of.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    events: Arc<Mutex<BTreeSet<String>>>,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let events = Arc::<Mutex<BTreeSet<String>>>::default();
        let told = web::Data::new(Arc::clone(&events));
        let server = HttpServer::new(move || {
            App::new().app_data(told.clone()).default_service(web::to(receive))
        });
        let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
        let address = *server.addrs().first().unwrap();
        #[expect(clippy::disallowed_methods, reason = "the receiver runs beside the test")]
        let running = tokio::spawn(server.run());
        // It ends with the test's runtime.
        drop(running);
        Self { address, events }
    }

    /// The ids of all events that arrived.
    pub(crate) fn events(&self) -> BTreeSet<String> {
        self.events.lock().unwrap().clone()
    }
}

async fn receive(
    request: HttpRequest,
    told: web::Data<Arc<Mutex<BTreeSet<String>>>>,
) -> HttpResponse {
    let id = request.headers().get("X-Webhook-Id").unwrap().to_str().unwrap();
    told.lock().unwrap().insert(id.to_owned());
    HttpResponse::Ok().finish()
}
