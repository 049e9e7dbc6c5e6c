//! The whole document, and the paths it tells of.

use payment_usecases::view::{
    endpoint_event::EndpointDisabledView,
    error::ErrorBody,
    event::{EventView, SampleEventView},
};
use utoipa::{
    OpenApi,
    openapi::{
        OpenApi as Description, PathItem, Ref, RefOr,
        path::Operation,
        security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme},
    },
};

use super::{errors, examples, headers};
use crate::routes::Routes;

/// The tags of the routes that a merchant's program calls, with its key.
const MERCHANT_TAGS: [&str; 4] = ["Payments", "History", "Webhook endpoints", "Webhooks"];

/// The document, and what the router needs of it.
#[derive(Debug, Clone)]
pub struct Document {
    /// The document as JSON.
    pub text: String,
    /// The path templates, and the methods that are served for each.
    pub paths: Vec<(String, Vec<&'static str>)>,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Payment gateway",
        description = "One API in front of many payment providers: create, authorize (with 3-D \
            Secure where needed), capture, void, refund. Every change is told to your webhook \
            endpoints with a signature. Send an `Idempotency-Key` with every payment request: a repetition \
            is then answered with the first answer, and nothing is charged twice. An answer with \
            status 202 means that the outcome is not known yet: it follows as a webhook.",
    ),
    components(schemas(ErrorBody, EventView, SampleEventView, EndpointDisabledView)),
    tags(
        (name = "Payments", description = "From the order to the refund."),
        (name = "History", description = "What happened to a payment."),
        (name = "Webhook endpoints", description = "Where you hear of every change. An \
            `Idempotency-Key` is ignored here: what would do harm if it were repeated is refused \
            with 409, and nothing else charges anybody."),
        (name = "Webhooks", description = "What you were told, and telling it again. An \
            `Idempotency-Key` is ignored here."),
        (name = "3-D Secure", description = "Pages for the customer's browser."),
        (name = "Provider notices", description = "Where providers tell what they did."),
        (name = "Operations", description = "For operators and their monitoring."),
        (name = "Documents", description = "This document."),
    ),
)]
struct Base;

impl Document {
    /// Makes the document.
    #[must_use]
    pub fn new() -> Self {
        let description = described();
        let paths = description.paths.paths.iter();
        let paths = paths.map(|(path, item)| (path.clone(), methods(item))).collect();
        let text = description.to_pretty_json().unwrap_or_default();
        Self { text: text + "\n", paths }
    }

    /// The methods that are served for a path; none if it is not served.
    pub(crate) fn methods_of(&self, path: &str) -> Vec<&'static str> {
        let served = self.paths.iter().filter(|(template, _)| is_match(template, path));
        served.flat_map(|(_, methods)| methods.clone()).collect()
    }
}

impl Default for Document {
    fn default() -> Self {
        Self::new()
    }
}

/// The routes, with what all of a merchant's have in common.
fn described() -> Description {
    let mut description = Base::openapi();
    description.merge(Routes::openapi());
    let components = description.components.get_or_insert_default();
    components.parameters.extend(headers::parameters());
    components.responses.extend(errors::responses());
    components.headers.extend(headers::of_answers());
    for (scheme, header) in [("merchantId", "X-Merchant-Id"), ("apiKey", "X-API-Key")] {
        let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new(header)));
        components.add_security_scheme(scheme, key);
    }
    let examples = examples::all();
    for (path, item) in &mut description.paths.paths {
        let operations = [
            (false, item.get.as_mut()),
            (true, item.post.as_mut()),
            (true, item.patch.as_mut()),
            (false, item.delete.as_mut()),
        ];
        for (has_body, operation) in operations {
            let Some(operation) = operation else { continue };
            let mut tags = operation.tags.iter().flatten();
            if tags.any(|tag| MERCHANT_TAGS.contains(&tag.as_str())) {
                complete(operation, path, has_body);
                examples::add(operation, &examples);
            }
        }
    }
    description
}

fn complete(operation: &mut Operation, path: &str, has_body: bool) {
    // Answers about webhook endpoints hold secrets, or tell how it is now, so no key repeats them.
    let is_keyed = has_body && path.starts_with("/v1/payments");
    let both = SecurityRequirement::default()
        .add::<_, [&str; 0], &str>("merchantId", [])
        .add::<_, [&str; 0], &str>("apiKey", []);
    operation.security = Some(vec![both]);
    let parameters = operation.parameters.get_or_insert_default();
    parameters.extend(
        headers::of(is_keyed)
            .into_iter()
            .map(|name| RefOr::Ref(Ref::new(format!("#/components/parameters/{name}")))),
    );
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            headers::add(response, is_keyed);
        }
    }
    for (status, name) in errors::of(path, has_body) {
        let response = RefOr::Ref(Ref::from_response_name(name));
        operation.responses.responses.insert(status.to_owned(), response);
    }
}

/// A HEAD is answered wherever a GET is.
fn methods(item: &PathItem) -> Vec<&'static str> {
    let methods = [
        ("DELETE", &item.delete),
        ("GET", &item.get),
        ("HEAD", &item.get),
        ("PATCH", &item.patch),
        ("POST", &item.post),
    ];
    methods.into_iter().filter(|(_, served)| served.is_some()).map(|(name, _)| name).collect()
}

fn is_match(template: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    let is_all = template.split('/').all(|part| {
        let fits =
            |segment: &str| part == segment || (part.starts_with('{') && !segment.is_empty());
        segments.next().is_some_and(fits)
    });
    is_all && segments.next().is_none()
}
