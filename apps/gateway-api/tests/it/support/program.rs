//! The program, as an operator starts it.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use payment_store::test_database::TestDatabase;
use tempfile::TempDir;

use super::Client;

/// Where the program runs: an empty environment, a folder, and a database.
pub(crate) struct Place {
    folder: TempDir,
    database: Option<String>,
    settings: Vec<(&'static str, String)>,
}

/// The running program; it is killed when the test ends.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
    /// The client of the merchant that development begins with.
    pub(crate) client: Client,
}

impl Place {
    /// Where nothing is configured: the database is a file in the folder.
    pub(crate) fn unconfigured() -> Self {
        Self { folder: TempDir::new().unwrap(), database: None, settings: Vec::new() }
    }

    /// Runs a test in a place with an empty database of its own.
    pub(crate) async fn on(database: TestDatabase, test: impl AsyncFnOnce(Self)) {
        let test = async |url: &str| Box::pin(test(Self::at(url))).await;
        Box::pin(database.empty(test)).await;
    }

    /// The same place with a variable in its environment.
    pub(crate) fn with(mut self, variable: &'static str, value: &str) -> Self {
        self.settings.push((variable, value.to_owned()));
        self
    }

    /// Where the database of that URL is used.
    pub(crate) fn at(url: &str) -> Self {
        Self { database: Some(url.to_owned()), ..Self::unconfigured() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gateway-api"));
        command.args(arguments).current_dir(self.path()).env_clear().env("SERVER_PORT", "0");
        command.envs(self.database.iter().map(|url| ("DATABASE_URL", url)));
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the program to its end.
    pub(crate) fn output(&self, arguments: &[&str]) -> Output {
        self.program(arguments).output().unwrap()
    }

    /// Starts to serve, and returns once it listens.
    pub(crate) fn start(&self) -> Program {
        Program::spawn(self.program(&[]).stderr(Stdio::null()))
    }

    /// Starts to serve, and logs everything to a file.
    pub(crate) fn start_talkative(&self, log: &Path) -> Program {
        let log = File::create(log).unwrap();
        Program::spawn(self.program(&[]).env("LOG_LEVEL", "trace").stderr(log))
    }
}

impl Program {
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut said = |prefix: &str| {
            let mut line = String::new();
            stdout.read_line(&mut line).unwrap();
            line.trim().strip_prefix(prefix).unwrap_or_else(|| panic!("{line}")).to_owned()
        };
        let merchant = said("Merchant: ");
        let key = said("API key: ");
        let address = said("Listening on http://").parse().unwrap();
        let client = Client::new(address, &merchant, &key);
        Self { child, address, client }
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and whether it ended well.
    pub(crate) fn terminate(mut self) -> bool {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().success()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
