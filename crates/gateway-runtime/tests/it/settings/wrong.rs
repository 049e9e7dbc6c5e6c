//! What is refused, and what is said then.

use std::collections::BTreeMap;

use gateway_runtime::settings::Settings;
use secrecy::ExposeSecret;

use super::{env, env_problems, file_problems, from_env, problems};

#[test]
fn all_problems_are_told_at_once_and_name_their_setting() {
    let file = "server: { port: http }\npayment: { webhok: { max-retries: 3 } }\n";
    let variables = [
        ("PAYMENT_OUTBOX_BATCH_SIZE", "0"),
        ("PAYMENT_CURRENCIES", "TRY,TRYY"),
        ("PAYMENT_WEBHOOK_MAX_RETRY", "3"),
        ("LOG_LEVEL", "LOUD"),
    ];
    let told = problems(Settings::read(Some(file), &env(&variables)));
    let expected = [
        "LOG_LEVEL is `LOUD`, which is not one of TRACE, DEBUG, INFO, WARN, ERROR and OFF",
        "PAYMENT_CURRENCIES has `TRYY`, which is not an ISO 4217 currency code such as TRY",
        "PAYMENT_OUTBOX_BATCH_SIZE is `0`, which is not a whole number from 1 to 1000",
        "PAYMENT_WEBHOOK_MAX_RETRY is not a setting of this gateway",
        "payment.webhok.max-retries is not a setting of this gateway",
        "server.port is `http`, which is not a whole number from 0 to 65535",
    ];
    let mut sorted = told;
    sorted.sort();
    assert_eq!(sorted, expected);
}

#[test]
fn a_wrong_value_says_what_would_be_right() {
    let wrong = [
        ("SERVER_PORT", "70000", "is not a whole number from 0 to 65535"),
        ("SERVER_PORT", "-1", "is not a whole number from 0 to 65535"),
        ("SERVER_HOST", "here", "is not an IP address such as 127.0.0.1"),
        ("PUBLIC_URL", "pay.example.com", "is not an address such as https://pay.example.com"),
        ("PUBLIC_URL", "https://a/?b", "is not an address such as https://pay.example.com"),
        ("APP_ENV", "prod", "is neither `development` nor `production`"),
        ("PAYMENT_WORKER_ENABLED", "yes", "is neither `true` nor `false`"),
        ("PAYMENT_THREEDS_MAX_ATTEMPTS", "11", "is not a whole number from 1 to 10"),
        ("PAYMENT_PROVIDER_CALL_TIMEOUT_SECONDS", "0", "is not a whole number from 1 to 120"),
        ("PAYMENT_ROUTING_DEFAULT_PROVIDER", "mock", "is not a valid provider id: expected 1 to"),
    ];
    for (variable, value, expected) in wrong {
        let told = env_problems(&[(variable, value)]).join("\n");
        let expected = format!("{variable} is `{value}`, which {expected}");
        assert!(told.starts_with(&expected), "{told}");
    }
}

#[test]
fn a_default_provider_that_is_off_is_refused() {
    let told = env_problems(&[("PAYMENT_ROUTING_DEFAULT_PROVIDER", "NO_BANK")]);
    let expected = "payment.routing.default-provider is `NO_BANK`, which is not switched on";
    assert_eq!(told, [expected]);
}

#[test]
fn a_wrong_interval_is_named() {
    let told = env_problems(&[("PAYMENT_WEBHOOK_RETRY_INTERVALS", "0,30,soon")]);
    let expected = "PAYMENT_WEBHOOK_RETRY_INTERVALS has `soon`, \
                    which is not a whole number from 0 to 604800";
    assert_eq!(told, [expected]);
    let told = file_problems("payment: { webhook: { retry-intervals: [] } }");
    assert_eq!(told, ["payment.webhook.retry-intervals must not be empty"]);
}

#[test]
fn a_pattern_is_no_allowed_host() {
    let told = env_problems(&[("PAYMENT_WEBHOOK_ALLOWED_HOSTS", "10.0.0.5,*.internal")]);
    let expected = "PAYMENT_WEBHOOK_ALLOWED_HOSTS has `*.internal`, which is not a host such as \
                    hooks.internal, 10.0.0.5:9000 or [fd00::5]:9000";
    assert_eq!(told, [expected]);
}

#[test]
fn a_wrong_network_is_named() {
    for variable in ["SERVER_TRUSTED_PROXIES", "PROVIDERS_MOCK_PROVIDER_NOTICE_SOURCES"] {
        let told = env_problems(&[(variable, "10.0.0.0/8,10.0.0.0/33")]);
        let expected = format!(
            "{variable} has `10.0.0.0/33`, which is not an address or a network such as 10.0.0.0/8"
        );
        assert_eq!(told, [expected]);
    }
}

#[test]
fn a_wrong_secret_is_not_repeated() {
    let variables = [("SECURITY_ENCRYPTION_KEY", "c2hvcnQ="), ("SECURITY_API_KEY_PEPPER", "short")];
    let told = env_problems(&variables);
    let expected = [
        "SECURITY_ENCRYPTION_KEY must be the base64 of 32 bytes",
        "SECURITY_API_KEY_PEPPER must be at least 32 characters",
    ];
    assert_eq!(told, expected);
}

#[test]
fn an_unknown_provider_setting_is_named() {
    let told = env_problems(&[("PROVIDERS_NO_BANK_SECRET_KEY", "s3cr3t")]);
    assert_eq!(told, ["PROVIDERS_NO_BANK_SECRET_KEY is not a setting of this gateway"]);
    let told = file_problems("providers: { MOCK_PROVIDER: { secret-key: s3cr3t } }");
    assert_eq!(told, ["providers.MOCK_PROVIDER.secret-key is not a setting of this gateway"]);
}

#[test]
fn a_value_that_a_provider_cannot_use_is_told_with_the_rest() {
    let told = env_problems(&[("PROVIDERS_MOCK_PROVIDER_MODE", "s3cr3t"), ("SERVER_PORT", "x")]);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(|line| line.contains("setting `mode` of provider MOCK_PROVIDER")));
    assert!(!told.join("\n").contains("s3cr3t"));
}

#[test]
fn variables_by_which_orchestrators_announce_services_are_not_meant_for_us() {
    let settings = from_env(&[
        ("PAYMENT_GATEWAY_SERVICE_HOST", "10.0.0.1"),
        ("PAYMENT_GATEWAY_SERVICE_PORT_HTTP", "8080"),
        ("PAYMENT_GATEWAY_PORT", "tcp://10.0.0.1:8080"),
        ("PAYMENT_GATEWAY_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ("SERVER_PORT", "tcp://10.0.0.2:80"),
        ("DB_PORT", "tcp://10.0.0.3:5432"),
    ]);
    assert_eq!(settings.server.port, 8080);
    assert_eq!(settings.database.url.expose_secret(), "sqlite:data/gateway.db");
}

#[test]
fn a_secret_in_the_environment_may_look_like_a_placeholder() {
    let pepper = "se${cret}x-0123456789abcdefghijklmnop";
    let settings = from_env(&[("SECURITY_API_KEY_PEPPER", pepper)]);
    assert_eq!(settings.security.api_key_pepper.unwrap().expose_secret(), pepper);
}

#[test]
fn a_mistyped_security_setting_is_refused() {
    let told = env_problems(&[("SECURITY_ENCRYPTION_KY", "x")]).join("\n");
    assert!(told.starts_with("SECURITY_ENCRYPTION_KY "), "{told}");
}

#[test]
fn one_webhook_secret_for_everybody_has_no_effect() {
    let told = from_env(&[("WEBHOOK_SECRET", "s3cr3t")]).notices.join("\n");
    assert!(told.starts_with("WEBHOOK_SECRET has no effect: every webhook endpoint has"), "{told}");
    assert!(!told.contains("s3cr3t"));
}

#[test]
fn a_file_that_is_not_a_table_of_settings_is_refused() {
    for (text, expected) in [
        ("- a\n- b\n", "application.yml must be a table of settings"),
        ("server: [\n", "application.yml is not YAML: "),
        ("server: { port: 1 }\nserver: { port: 2 }\n", "application.yml is not YAML: "),
        ("server: { port: 1 }\nserver.port: 2\n", "server.port is there twice"),
        ("server: { port: [1, 2] }", "server.port must be one value, not a list"),
        ("payment: { currencies: [{ a: b }] }", "payment.currencies must be a list of words"),
        ("database: { url: 1e5 }", "database.url must be text or a whole number; quote it"),
        ("server: { 1: 2 }", "server has a name that is not text"),
        ("public-url: ${NO_SUCH}", "public-url needs the environment variable NO_SUCH"),
        ("public-url: ${NO_SUCH", "public-url has a `${` without its `}`"),
    ] {
        let told = file_problems(text);
        assert!(told.iter().any(|line| line.starts_with(expected)), "{text}: {told:?}");
    }
}

#[test]
fn the_error_is_one_line_for_each_setting() {
    let read = Settings::read(None, &env(&[("SERVER_PORT", "x"), ("APP_ENV", "y")]));
    let text = read.unwrap_err().to_string();
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.starts_with("these settings must be changed:\n  APP_ENV is `y`"), "{text}");
}

#[test]
fn nothing_is_wrong_with_nothing() {
    assert!(Settings::read(Some(""), &BTreeMap::new()).is_ok());
    assert!(Settings::read(Some("payment:\n# webhook:\n"), &BTreeMap::new()).is_ok());
}
