//! The list of what is served.

use actix_web::web::{ServiceConfig, to};
use utoipa::OpenApi;

use super::{
    actuator, admin, documents, events, fallback, history, notices, operations, payments,
    recoveries, three_ds, webhook_deliveries, webhook_endpoints,
};

/// One list for the router and the document, so that neither has what the other lacks.
macro_rules! served {
    ($($module:ident: $($handler:ident),+;)+) => {
        /// Every route, as the document knows it.
        #[derive(OpenApi)]
        #[openapi(paths($($($module::$handler),+),+))]
        pub(crate) struct Routes;

        /// Serves every route.
        pub(crate) fn configure(config: &mut ServiceConfig) {
            $($(config.service($module::$handler);)+)+
            config.default_service(to(fallback::fallback));
        }
    };
}

served! {
    payments: create, list, get;
    operations: authorize, capture, void, refund;
    history: attempts, transactions, timeline;
    webhook_endpoints: create_endpoint, list_endpoints, get_endpoint, update_endpoint,
        delete_endpoint, rotate_secret, promote_secret, test_endpoint;
    recoveries: recover_endpoint, list_recoveries, get_recovery;
    events: list_events, get_event;
    webhook_deliveries: list_deliveries, get_delivery, retry_delivery;
    three_ds: show, verify, complete;
    notices: take_notice, take_paynet_notice;
    actuator: health, liveness, readiness, info, prometheus;
    admin: admin_health;
    documents: document, docs, docs_file;
}
