//! The databases, and how they crash.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::ValueEnum;
use tokio::process::Command;

use super::proxy::Proxy;

/// Starts, stops and crashes single servers.
const SERVERS: &str = "scripts/databases";
/// The same for a cluster of three.
const CLUSTER: &str = "scripts/galera";

/// Which database is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Kind {
    /// A file.
    Sqlite,
    /// A server of its own.
    Postgres,
    /// A server of its own.
    Mariadb,
    /// Three servers of MariaDB that are one; every process writes through all of them.
    Galera,
}

/// A database in use.
#[derive(Debug)]
pub enum Database {
    /// The file's URL.
    File(String),
    /// A server behind a proxy that loses answers.
    Server {
        /// What starts, stops and crashes it.
        script: &'static str,
        /// Its name for the script.
        name: &'static str,
        /// Where its data is.
        folder: PathBuf,
        /// What is between it and the gateway.
        proxy: Proxy,
    },
}

impl Kind {
    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Mariadb => "MariaDB",
            Self::Galera => "Galera",
        }
    }
}

impl Kind {
    /// Stops the server whose data is in `folder`, if there is one, and deletes its data.
    ///
    /// # Errors
    ///
    /// If it cannot be stopped.
    pub async fn stop(self, folder: &Path) -> anyhow::Result<()> {
        match self {
            Self::Sqlite => {}
            Self::Postgres | Self::Mariadb => drop(run(SERVERS, folder, &["stop"]).await?),
            Self::Galera => drop(run(CLUSTER, folder, &["stop"]).await?),
        }
        Ok(())
    }
}

impl Database {
    /// Starts one with nothing in it; its data is in `folder`.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub async fn start(kind: Kind, folder: &Path) -> anyhow::Result<Self> {
        let (script, name, variable) = match kind {
            Kind::Sqlite => {
                return Ok(Self::File(format!("sqlite:{}", folder.join("gateway.db").display())));
            }
            Kind::Postgres => (SERVERS, "postgres", "TEST_POSTGRES_URL"),
            Kind::Mariadb => (SERVERS, "mariadb", "TEST_MYSQL_URL"),
            Kind::Galera => (CLUSTER, "any", "TEST_MYSQL_URL"),
        };
        let said = run(script, folder, &["start", name]).await?;
        let prefix = format!("export {variable}=");
        let url = said.lines().find_map(|line| line.strip_prefix(&prefix));
        let url = url.with_context(|| format!("{} is not installed", kind.title()))?;
        let url = match kind {
            Kind::Mariadb | Kind::Galera => made_anew(url).await?,
            Kind::Sqlite | Kind::Postgres => url.to_owned(),
        };
        let proxy = Proxy::before(&url).await?;
        Ok(Self::Server { script, name, folder: folder.to_owned(), proxy })
    }

    /// Its address for the gateway.
    #[must_use]
    pub fn url(&self) -> &str {
        match self {
            Self::File(url) => url,
            Self::Server { proxy, .. } => proxy.url(),
        }
    }

    /// What is between it and the gateway, where it is a server.
    #[must_use]
    pub const fn proxy(&self) -> Option<&Proxy> {
        match self {
            Self::File(_) => None,
            Self::Server { proxy, .. } => Some(proxy),
        }
    }

    /// Lets a server die at once and start again; answers whether it is one.
    ///
    /// # Errors
    ///
    /// If it does not come back.
    pub async fn crash(&self) -> anyhow::Result<bool> {
        let Self::Server { script, name, folder, .. } = self else { return Ok(false) };
        run(script, folder, &["crash", name]).await?;
        Ok(true)
    }
}

async fn run(script: &str, folder: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let mut command = Command::new(script);
    command.args(arguments).env("GATEWAY_TEST_DATABASES", folder.join("databases"));
    command.env("GATEWAY_TEST_GALERA", folder.join("galera"));
    let output = command.output().await.with_context(|| format!("{script} cannot run here"))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{script} {arguments:?} failed: {complaint}");
    Ok(String::from_utf8(output.stdout)?)
}

/// The URL of a database beside the server's own tables.
async fn made_anew(url: &str) -> anyhow::Result<String> {
    let (server, _) = url.rsplit_once('/').context("the URL has no database")?;
    let (_, port) = server.rsplit_once(':').context("the URL has no port")?;
    let mut client = Command::new("mariadb");
    client.args(["--no-defaults", "-u", "root", "-h", "127.0.0.1", "-P", port]);
    client.args(["-e", "CREATE DATABASE gateway"]);
    ensure!(client.status().await?.success(), "the database was not made");
    Ok(format!("{server}/gateway"))
}
