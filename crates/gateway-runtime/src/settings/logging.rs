//! `logging.level`: one level for all, or one for each target.

use super::{
    model::{Environment, Logging},
    reader::{Given, Reader},
};

/// The seed's package: all of the gateway's own code.
const SEED_PACKAGE: &str = "org.taha.paymentgateway";
const OWN_CRATES: [&str; 8] = [
    "gateway_api",
    "gateway_runtime",
    "http_transport",
    "outbox_worker",
    "payment_providers",
    "payment_store",
    "payment_usecases",
    "webhook_signing",
];

/// `LOG_LEVEL` wins over `logging.level`, and over the level of `root`.
pub(super) fn logging(reader: &mut Reader<'_>, environment: Environment) -> Logging {
    let below = reader.take_below("logging.level");
    let general = reader.take("logging.level");
    let general = reader.take_variable("LOG_LEVEL").or(general);
    let mut default = general.and_then(|given| level(reader, &given));
    let mut directives = Vec::new();
    for (target, given) in below {
        let Some(level) = level(reader, &given) else { continue };
        match target.as_str() {
            "root" => default = default.or(Some(level)),
            SEED_PACKAGE => directives.extend(OWN_CRATES.map(|name| format!("{name}={level}"))),
            name if is_target(name) => directives.push(format!("{name}={level}")),
            _ => _ = reader.refuse::<()>(&given.name, "must name a crate, such as payment_store"),
        }
    }
    directives.insert(0, default.unwrap_or("info").to_owned());
    Logging { filter: directives.join(","), json: environment == Environment::Production }
}

fn level(reader: &mut Reader<'_>, given: &Given) -> Option<&'static str> {
    let levels = ["trace", "debug", "info", "warn", "error", "off"];
    let wrong = "is not one of TRACE, DEBUG, INFO, WARN, ERROR and OFF";
    reader.parse(given, |text| {
        levels.into_iter().find(|level| text.eq_ignore_ascii_case(level)).ok_or(wrong)
    })
}

fn is_target(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'))
}
