//! The program, as an operator starts it.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use super::Client;

/// The running program; it is killed when the test ends.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
    /// The client of the merchant that development begins with.
    pub(crate) client: Client,
}

/// The program in an empty environment; its database is in `folder`.
pub(crate) fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gateway-api"));
    command.args(arguments).current_dir(folder).env_clear().env("SERVER_PORT", "0");
    command
}

/// Runs the program to its end.
pub(crate) fn output(folder: &Path, arguments: &[&str]) -> Output {
    program(folder, arguments).output().unwrap()
}

impl Program {
    /// Starts to serve, and returns once it listens.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::spawn(program(folder, &[]).stderr(Stdio::null()))
    }

    /// Starts to serve, and logs everything to a file.
    pub(crate) fn start_talkative(folder: &Path, log: &Path) -> Self {
        let log = File::create(log).unwrap();
        Self::spawn(program(folder, &[]).env("LOG_LEVEL", "trace").stderr(log))
    }

    fn spawn(command: &mut Command) -> Self {
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
