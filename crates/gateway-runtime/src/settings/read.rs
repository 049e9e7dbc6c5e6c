//! From sources to settings.

use std::collections::BTreeMap;

use super::{
    database::database,
    error::SettingsError,
    logging::logging,
    model::{Environment, Settings},
    payment, production,
    reader::Reader,
    security, server,
};

impl Settings {
    /// Reads the text of `application.yml`, if there is one, and the environment.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] has all problems at once.
    pub fn read(file: Option<&str>, env: &BTreeMap<String, String>) -> Result<Self, SettingsError> {
        let mut reader = Reader::new(file, env);
        let settings = read(&mut reader);
        let (settings, notices) = reader.finish(settings)?;
        Ok(Self { notices, ..settings })
    }
}

/// `None` only where a problem was remembered.
fn read(reader: &mut Reader<'_>) -> Option<Settings> {
    let environment = server::environment(reader);
    let server = server::server(reader, environment);
    let public_url = server::public_url(reader);
    let database = database(reader, environment);
    let worker = payment::worker(reader, environment);
    let logging = logging(reader, environment);
    let security = security::security(reader, environment);
    security::webhook_secret(reader);
    let providers = payment::providers(reader);
    let notice_sources = payment::notice_sources(reader);
    let payment = payment::payment(reader)?;
    payment::check_providers(reader, &providers, &payment.default_provider);
    let settings = Settings {
        environment,
        public_url: public_url.unwrap_or_else(|| format!("http://localhost:{}", server.port)),
        server,
        database,
        payment,
        worker,
        logging,
        security,
        providers,
        notice_sources,
        notices: Vec::new(),
    };
    if environment == Environment::Production {
        production::check(reader, &settings);
    }
    Some(settings)
}
