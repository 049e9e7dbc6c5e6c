//! How processes tell each other that work waits: `NOTIFY` and `LISTEN` of PostgreSQL.
//!
//! Never inside a transaction that does anything else: those that notify are committed one at a
//! time.

use std::fmt;

use payment_ports::store::StoreError;
use sea_orm::sqlx::{
    self, PgPool,
    postgres::{PgListener, PgPoolOptions},
};
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::settings::StoreSettings;

const CHANNEL: &str = "payment_gateway_work";

/// What waits for a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Events that are to be handed on.
    Events,
    /// Notices of providers.
    Notices,
}

impl Signal {
    const ALL: [Self; 2] = [Self::Events, Self::Notices];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Notices => "notices",
        }
    }
}

/// Signals between the processes of one PostgreSQL database, over two connections of their own.
#[derive(Clone)]
pub struct Signals {
    pool: PgPool,
    /// Tells our own signals from those of others.
    sender: Uuid,
}

impl Signals {
    /// Signals as `sender`, who has no other name; `None` where the database has none.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if the URL is not valid.
    pub fn of(settings: &StoreSettings, sender: Uuid) -> Result<Option<Self>, StoreError> {
        let url = settings.url.expose_secret();
        if !(url.starts_with("postgres:") || url.starts_with("postgresql:")) {
            return Ok(None);
        }
        let options = PgPoolOptions::new()
            .max_connections(2)
            .acquire_timeout(settings.limits.acquire_timeout)
            .idle_timeout(None);
        // The driver's own message may repeat the URL, and with it the password.
        let pool = options
            .connect_lazy(url)
            .or(Err(StoreError::Unavailable("the database URL is not valid".to_owned())))?;
        Ok(Some(Self { pool, sender }))
    }

    /// Tells all other processes that something waits.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]; nobody was told, and workers find it by themselves.
    pub async fn send(&self, signal: Signal) -> Result<(), StoreError> {
        let payload = format!("{} {}", self.sender, signal.as_str());
        let notify = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(payload);
        notify.execute(&self.pool).await.map_err(unavailable)?;
        Ok(())
    }

    /// Begins to listen; what was signalled before is not heard.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn listen(&self) -> Result<SignalListener, StoreError> {
        let mut connection = PgListener::connect_with(&self.pool).await.map_err(unavailable)?;
        connection.eager_reconnect(false);
        connection.listen(CHANNEL).await.map_err(unavailable)?;
        Ok(SignalListener { connection, listener: self.sender.to_string() })
    }

    /// Closes both connections, once whoever listens has stopped.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl fmt::Debug for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signals").field("sender", &self.sender).finish_non_exhaustive()
    }
}

/// Hears the signals of other processes.
#[derive(Debug)]
pub struct SignalListener {
    connection: PgListener,
    listener: String,
}

impl SignalListener {
    /// The next signal of another process.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] once the connection is lost, and with it maybe signals.
    pub async fn next(&mut self) -> Result<Signal, StoreError> {
        loop {
            let heard = self.connection.try_recv().await.map_err(unavailable)?;
            let heard = heard.ok_or_else(|| {
                StoreError::Unavailable("the connection that listens was lost".to_owned())
            })?;
            let signal = self.signal(heard.payload());
            if let Some(signal) = signal {
                return Ok(signal);
            }
        }
    }

    /// Reads a signal, unless it is our own or one of another version.
    fn signal(&self, payload: &str) -> Option<Signal> {
        let (sender, name) = payload.split_once(' ')?;
        let is_known = |signal: &Signal| sender != self.listener && signal.as_str() == name;
        Signal::ALL.into_iter().find(is_known)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it over")]
fn unavailable(error: sqlx::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
