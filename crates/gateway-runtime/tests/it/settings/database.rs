//! The many ways to name a database.

use gateway_runtime::settings::Settings;
use secrecy::ExposeSecret;

use super::{env, env_problems, file_problems, from_env, from_file, problems};

fn url(settings: &Settings) -> &str {
    settings.database.url.expose_secret()
}

#[test]
fn parts_make_the_address_of_a_mysql_server() {
    let parts = [
        ("DB_HOST", "mysql"),
        ("DB_PORT", "3307"),
        ("DB_NAME", "payments"),
        ("DB_USERNAME", "payment_user"),
        ("DB_PASSWORD", "p@ss/w:rd"),
    ];
    let expected = "mysql://payment_user:p%40ss%2Fw%3Ard@mysql:3307/payments";
    assert_eq!(url(&from_env(&parts)), expected);
}

#[test]
fn missing_parts_are_those_of_a_local_server() {
    let settings = from_env(&[("DB_USERNAME", "payment_user")]);
    assert_eq!(url(&settings), "mysql://payment_user@localhost:3306/payment_gateway");
}

#[test]
fn a_server_needs_a_user() {
    assert_eq!(
        env_problems(&[("DB_HOST", "h")]),
        ["DB_USERNAME must be set to the database's user"]
    );
}

#[test]
fn a_whole_address_wins_over_parts_and_that_is_told() {
    let settings = from_env(&[("DATABASE_URL", "sqlite:x.db"), ("DB_HOST", "mysql")]);
    assert_eq!(url(&settings), "sqlite:x.db");
    assert_eq!(settings.notices, ["DB_HOST has no effect: DATABASE_URL is set"]);
}

#[test]
fn addresses_are_taken_as_spring_writes_them() {
    let file = "spring: { datasource: { url: 'jdbc:postgresql://db:5432/pay', username: u } }";
    assert_eq!(url(&from_file(file)), "postgresql://u@db:5432/pay");
    let settings = from_env(&[("DATABASE_URL", "jdbc:mysql://u:p@db/pay")]);
    assert_eq!(url(&settings), "mysql://u:p@db/pay");
}

#[test]
fn the_parts_override_an_address_of_spring() {
    let file = "spring: { datasource: { url: 'jdbc:mysql://localhost:3306/pay', username: u } }";
    let env = env(&[("DB_HOST", "mysql"), ("DB_PASSWORD", "p")]);
    let settings = Settings::read(Some(file), &env).unwrap();
    assert_eq!(url(&settings), "mysql://u:p@mysql:3306/pay");
}

#[test]
fn options_of_jdbc_are_refused_instead_of_dropped() {
    let url = "jdbc:mysql://db/pay?useSSL=true";
    let told = file_problems(&format!("spring: {{ datasource: {{ url: '{url}', username: u }} }}"));
    let expected = "spring.datasource.url has JDBC options after `?`, \
                    which mean nothing here: use database.url";
    assert_eq!(told, [expected]);
}

#[test]
fn an_address_of_another_kind_is_refused_without_its_password() {
    let told = env_problems(&[("DATABASE_URL", "oracle://u:hunter2@db/x")]);
    assert_eq!(told, ["DATABASE_URL must begin with sqlite:, postgres:// or mysql://"]);
    let file = "spring: { datasource: { url: 'jdbc:oracle:thin:u/hunter2@db', username: u } }";
    let told = problems(Settings::read(Some(file), &env(&[])));
    let expected = "spring.datasource.url must begin with jdbc:mysql:// or jdbc:postgresql://";
    assert_eq!(told, [expected]);
}

#[test]
fn an_sqlite_address_names_a_file_or_memory() {
    let file = |address| from_env(&[("DATABASE_URL", address)]).database.sqlite_file();
    assert_eq!(file("sqlite:data/x.db").unwrap().to_str(), Some("data/x.db"));
    assert_eq!(file("sqlite://data/x.db?mode=rwc").unwrap().to_str(), Some("data/x.db"));
    assert_eq!(file("sqlite:///srv/x.db").unwrap().to_str(), Some("/srv/x.db"));
    for address in ["sqlite::memory:", "sqlite://:memory:", "sqlite:", "sqlite:x?mode=memory"] {
        assert_eq!(file(address), None);
        assert!(from_env(&[("DATABASE_URL", address)]).database.is_in_memory(), "{address}");
    }
    assert_eq!(file("mysql://u@db/x"), None);
}
