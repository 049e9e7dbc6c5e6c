//! `database.*`, and the ways in which Spring and the seed say the same.

use std::time::Duration;

use payment_store::Limits;
use secrecy::SecretString;
use url::Url;

use super::{
    model::{Database, Environment},
    reader::{Given, Reader, whole},
};

const EXPECTED: &str = "must begin with sqlite:, postgres:// or mysql://";

/// What was given besides `database.url`.
#[derive(Debug)]
struct Parts {
    /// `spring.datasource.url`.
    url: Option<Given>,
    host: Option<Given>,
    port: Option<Given>,
    name: Option<Given>,
    username: Option<Given>,
    password: Option<Given>,
}

const DEFAULT: &str = "sqlite:data/gateway.db";

pub(super) fn database(reader: &mut Reader<'_>, environment: Environment) -> Database {
    let parts = Parts::take(reader);
    let limits = limits(reader);
    let given = reader.take("database.url");
    let url = match given {
        Some(given) => {
            parts.say_unused(reader, &given.name);
            whole_url(reader, &given)
        }
        None if parts.name_one() => parts.url(reader),
        None => {
            if environment == Environment::Production {
                reader.demand("database.url");
            }
            None
        }
    };
    Database { url: url.unwrap_or_else(|| DEFAULT.into()), limits }
}

fn limits(reader: &mut Reader<'_>) -> Limits {
    let default = Limits::default();
    let mut seconds = |name: &str, default: Duration| {
        reader.seconds(&format!("database.{name}-timeout-seconds"), 1..=600, default.as_secs())
    };
    Limits {
        acquire_timeout: seconds("acquire", default.acquire_timeout),
        lock_timeout: seconds("lock", default.lock_timeout),
        statement_timeout: seconds("statement", default.statement_timeout),
        idle_in_transaction_timeout: seconds(
            "idle-in-transaction",
            default.idle_in_transaction_timeout,
        ),
        busy_timeout: seconds("busy", default.busy_timeout),
        max_connections: max_connections(reader, default.max_connections),
        group_limit: default.group_limit,
    }
}

fn max_connections(reader: &mut Reader<'_>, default: u32) -> u32 {
    let hikari = reader.number("spring.datasource.hikari.maximum-pool-size", 1..=1000, default);
    let as_needed = "connections are opened as they are needed";
    reader.unused("spring.datasource.hikari.minimum-idle", as_needed);
    reader.unused("spring.datasource.hikari.connection-timeout", as_needed);
    reader.number("database.max-connections", 1..=1000, hikari)
}

fn whole_url(reader: &mut Reader<'_>, given: &Given) -> Option<SecretString> {
    let text = reader.text(given)?;
    let text = text.strip_prefix("jdbc:").unwrap_or(&text);
    let schemes = ["sqlite:", "postgres://", "postgresql://", "mysql://", "mariadb://"];
    if schemes.iter().any(|scheme| text.starts_with(scheme)) {
        Some(text.into())
    } else {
        reader.refuse(&given.name, EXPECTED)
    }
}

impl Parts {
    fn take(reader: &mut Reader<'_>) -> Self {
        let username = reader.take("spring.datasource.username");
        let password = reader.take("spring.datasource.password");
        Self {
            url: reader.take("spring.datasource.url"),
            host: reader.take_variable("DB_HOST"),
            port: reader.take_variable("DB_PORT"),
            name: reader.take_variable("DB_NAME"),
            username: reader.take_variable("DB_USERNAME").or(username),
            password: reader.take_variable("DB_PASSWORD").or(password),
        }
    }

    fn all(&self) -> impl Iterator<Item = &Given> {
        let Self { url, host, port, name, username, password } = self;
        [url, host, port, name, username, password].into_iter().flatten()
    }

    fn name_one(&self) -> bool {
        self.all().next().is_some()
    }

    fn say_unused(&self, reader: &mut Reader<'_>, because: &str) {
        for given in self.all() {
            reader.notice(format!("{} has no effect: {because} is set", given.name));
        }
    }

    /// The seed's default is a MySQL server on this machine.
    fn url(&self, reader: &mut Reader<'_>) -> Option<SecretString> {
        let mut url = match &self.url {
            Some(given) => spring_url(reader, given)?,
            None => Url::parse("mysql://localhost:3306/payment_gateway").ok()?,
        };
        if let Some(given) = &self.host {
            let host = reader.text(given)?;
            url.set_host(Some(&host)).ok().or_else(|| reader.refuse(&given.name, "is no host"))?;
        }
        if let Some(given) = &self.port {
            let port = reader.parse(given, |text| whole(text, &(1..=u16::MAX)))?;
            url.set_port(Some(port)).ok()?;
        }
        if let Some(given) = &self.name {
            url.set_path(&reader.text(given)?);
        }
        self.add_credentials(reader, url)
    }

    fn add_credentials(&self, reader: &mut Reader<'_>, mut url: Url) -> Option<SecretString> {
        match &self.username {
            Some(given) => url.set_username(&reader.text(given)?).ok()?,
            None if url.username().is_empty() => {
                return reader.refuse("DB_USERNAME", "must be set to the database's user");
            }
            None => {}
        }
        if let Some(given) = &self.password {
            url.set_password(Some(&reader.text(given)?)).ok()?;
        }
        Some(String::from(url).into())
    }
}

fn spring_url(reader: &mut Reader<'_>, given: &Given) -> Option<Url> {
    let text = reader.text(given)?;
    let url = Url::parse(text.strip_prefix("jdbc:").unwrap_or(&text)).ok();
    let is_server = |url: &Url| matches!(url.scheme(), "mysql" | "mariadb" | "postgresql");
    match url.filter(|url| is_server(url) && url.has_host()) {
        Some(url) if url.query().is_some() => {
            let message = "has JDBC options after `?`, which mean nothing here: use database.url";
            reader.refuse(&given.name, message)
        }
        Some(url) => Some(url),
        None => reader.refuse(&given.name, "must begin with jdbc:mysql:// or jdbc:postgresql://"),
    }
}
