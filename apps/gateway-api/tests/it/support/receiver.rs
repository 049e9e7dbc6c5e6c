//! A merchant's receiver of webhooks.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use tokio::sync::Notify;

/// Takes everything, and remembers it.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    told: Arc<Told>,
}

/// A request as it arrived; the names of headers are in lower case.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

#[derive(Default)]
struct Told {
    webhooks: Mutex<Vec<Arrived>>,
    news: Notify,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let told = Arc::<Told>::default();
        let shared = web::Data::from(Arc::clone(&told));
        let server = HttpServer::new(move || {
            App::new().app_data(shared.clone()).default_service(web::to(receive))
        });
        let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
        let address = *server.addrs().first().unwrap();
        #[expect(clippy::disallowed_methods, reason = "the receiver runs beside the test")]
        let running = tokio::spawn(server.run());
        // It ends with the test's runtime.
        drop(running);
        Self { address, told }
    }

    /// Everything that arrived, in order.
    pub(crate) fn webhooks(&self) -> Vec<Arrived> {
        self.told.webhooks.lock().unwrap().clone()
    }

    /// Waits until so many have arrived; the last of them.
    pub(crate) async fn arrived(&self, count: usize) -> Arrived {
        let arrival = async {
            loop {
                let news = self.told.news.notified();
                if let Some(webhook) = self.webhooks().into_iter().nth(count - 1) {
                    return webhook;
                }
                news.await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), arrival)
            .await
            .expect("too few webhooks arrived")
    }

    /// The ids of all events that arrived.
    pub(crate) fn events(&self) -> BTreeSet<String> {
        let webhooks = self.told.webhooks.lock().unwrap();
        webhooks.iter().map(|webhook| webhook.headers["x-webhook-id"].clone()).collect()
    }
}

async fn receive(request: HttpRequest, body: web::Bytes, told: web::Data<Told>) -> HttpResponse {
    let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap();
    let headers = request.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect();
    told.webhooks.lock().unwrap().push(Arrived { headers, body: text(&body) });
    told.news.notify_waiters();
    HttpResponse::Ok().finish()
}
