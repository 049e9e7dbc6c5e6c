//! A merchant's receiver of webhooks.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

/// Takes everything, and remembers it.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    webhooks: Arc<Webhooks>,
}

/// A request as it arrived; the names of headers are in lower case.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

type Webhooks = Mutex<Vec<Arrived>>;

impl Receiver {
    pub(crate) fn start() -> Self {
        let webhooks = Arc::<Webhooks>::default();
        let told = web::Data::from(Arc::clone(&webhooks));
        let server = HttpServer::new(move || {
            App::new().app_data(told.clone()).default_service(web::to(receive))
        });
        let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
        let address = *server.addrs().first().unwrap();
        #[expect(clippy::disallowed_methods, reason = "the receiver runs beside the test")]
        let running = tokio::spawn(server.run());
        // It ends with the test's runtime.
        drop(running);
        Self { address, webhooks }
    }

    /// Everything that arrived, in order.
    pub(crate) fn webhooks(&self) -> Vec<Arrived> {
        self.webhooks.lock().unwrap().clone()
    }

    /// The ids of all events that arrived.
    pub(crate) fn events(&self) -> BTreeSet<String> {
        let webhooks = self.webhooks.lock().unwrap();
        webhooks.iter().map(|webhook| webhook.headers["x-webhook-id"].clone()).collect()
    }
}

async fn receive(
    request: HttpRequest,
    body: web::Bytes,
    told: web::Data<Webhooks>,
) -> HttpResponse {
    let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap();
    let headers = request.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect();
    told.lock().unwrap().push(Arrived { headers, body: text(&body) });
    HttpResponse::Ok().finish()
}
