//! Whole files.

use std::collections::BTreeMap;

use gateway_runtime::settings::Settings;
use secrecy::ExposeSecret;

use super::{env, problems, values::SETTINGS};

const EXAMPLE: &str = include_str!("../../../../../application.example.yml");

/// As it was written for the gateway's forerunner.
const SEED: &str = "
spring:
  datasource:
    url: jdbc:mysql://localhost:3306/payment_gateway
    username: ${DB_USERNAME}
    password: ${DB_PASSWORD}
    hikari:
      maximum-pool-size: 20
      minimum-idle: 5
      connection-timeout: 30000

payment:
  routing:
    default-provider: MOCK_PROVIDER
    enable-bin-routing: true

  threeds:
    session-timeout-minutes: 5
    max-attempts: 3

  webhook:
    retry-intervals: [0, 30, 120, 600, 3600]  # seconds
    max-retries: 5

  outbox:
    poll-interval-seconds: 5
    batch-size: 100

logging:
  level:
    org.taha.paymentgateway: DEBUG
";

#[test]
fn the_file_of_the_forerunner_works_as_it_is() {
    let env = env(&[("DB_USERNAME", "taha"), ("DB_PASSWORD", "kuş")]);
    let settings = Settings::read(Some(SEED), &env).unwrap();
    let expected = "mysql://taha:ku%C5%9F@localhost:3306/payment_gateway";
    assert_eq!(settings.database.url.expose_secret(), expected);
    assert_eq!(settings.database.limits.max_connections, 20);
    assert_eq!(settings.payment.webhook_retries.delay_after(4).unwrap().as_secs(), 3600);
    assert_eq!(settings.payment.webhook_retries.delay_after(5), None);
    assert!(settings.logging.filter.starts_with("info,gateway_api=debug,"));
    let of_no_effect = ["minimum-idle", "connection-timeout", "enable-bin-routing"];
    for (notice, setting) in settings.notices.iter().zip(of_no_effect) {
        assert!(notice.contains(setting), "{notice}");
    }
    assert_eq!(settings.notices.len(), of_no_effect.len());
}

#[test]
fn a_variable_that_the_file_needs_and_nobody_set_is_named() {
    let told = problems(Settings::read(Some(SEED), &BTreeMap::new()));
    let expected = "spring.datasource.username needs the environment variable DB_USERNAME";
    assert_eq!(told.first().unwrap(), expected);
}

#[test]
fn a_variable_in_a_file_may_have_a_default() {
    let file = "public-url: https://${SHOP:pay}.example.com/${PATH_PREFIX:}\n";
    let settings = Settings::read(Some(file), &env(&[("SHOP", "kasa")])).unwrap();
    assert_eq!(settings.public_url, "https://kasa.example.com");
    let settings = Settings::read(Some(file), &BTreeMap::new()).unwrap();
    assert_eq!(settings.public_url, "https://pay.example.com");
}

#[test]
fn the_example_says_what_the_defaults_are() {
    let example = Settings::read(Some(EXAMPLE), &BTreeMap::new()).unwrap();
    let nothing = Settings::read(None, &BTreeMap::new()).unwrap();
    assert_eq!(format!("{example:?}"), format!("{nothing:?}"));
    assert_eq!(example.database.url.expose_secret(), nothing.database.url.expose_secret());
}

#[test]
fn the_example_has_every_setting() {
    for (path, ..) in SETTINGS {
        let name = path.rsplit('.').next().unwrap();
        assert!(
            EXAMPLE.contains(&format!(" {name}: ")) || EXAMPLE.contains(&format!("\n{name}: ")),
            "{path}"
        );
    }
}

#[test]
fn what_the_example_has_in_comments_works_too() {
    let (_, commented) = EXAMPLE.split_once("# security:").unwrap();
    let commented = format!("security:{commented}");
    let lines = commented.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
    let is_setting = |line: &&str| line.starts_with(' ') || line.ends_with(':');
    let text = lines.filter(is_setting).collect::<Vec<_>>().join("\n");
    let env = env(&[
        ("SECRETS_ENCRYPTION_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
        ("SECRETS_API_KEY_PEPPER", "0123456789abcdef0123456789abcdef"),
    ]);
    let settings = Settings::read(Some(&text), &env).unwrap();
    assert!(settings.security.encryption_key.is_some());
    assert!(settings.security.api_key_pepper.is_some());
    assert_eq!(settings.providers["MOCK_PROVIDER"]["mode"].expose_secret(), "SUCCESS");
}
