//! A receiver in each language, as a merchant starts it.

use std::{
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU16, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};

/// Runs each of these tests with the receiver of each language.
macro_rules! in_every_language {
    ($($name:ident)+) => {
        in_every_language! { @ node Node: $($name)+ }
        in_every_language! { @ java Java: $($name)+ }
        in_every_language! { @ python Python: $($name)+ }
        in_every_language! { @ rust Rust: $($name)+ }
    };
    (@ $module:ident $language:ident: $($name:ident)+) => {
        mod $module {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::receivers::language::Language::$language).await;
            })+
        }
    };
}

pub(super) use in_every_language;

/// What merchants write receivers in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Language {
    Node,
    Java,
    Python,
    Rust,
}

/// A merchant's receiver that runs; it is killed when the test ends.
pub(super) struct Running {
    child: Child,
    pub(super) address: SocketAddr,
    said: mpsc::Receiver<String>,
}

impl Language {
    /// Starts the receiver on a port that the system chooses.
    pub(super) fn start(self, secret: &SecretString) -> Running {
        self.start_on(0, secret)
    }

    pub(super) fn start_on(self, port: u16, secret: &SecretString) -> Running {
        let mut command = self.command();
        command.arg(port.to_string()).env("WEBHOOK_SECRET", secret.expose_secret());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap_or_else(|error| {
            panic!("this runs a merchant's receiver: {}: {error}", self.how_to_get_it())
        });
        let said = lines(BufReader::new(child.stdout.take().unwrap()));
        let mut running = Running { child, address: ([127, 0, 0, 1], port).into(), said };
        let first = running.line();
        let address = first.strip_prefix("Listening on http://");
        running.address = address.unwrap_or_else(|| panic!("{first}")).parse().unwrap();
        running
    }

    fn command(self) -> Command {
        let (program, file) = match self {
            Self::Node => ("node", "receiver.mjs"),
            Self::Java => ("java", "Receiver.java"),
            Self::Python => ("python3", "receiver.py"),
            Self::Rust => {
                let programs = Path::new(env!("CARGO_BIN_EXE_gateway-api"));
                return Command::new(programs.with_file_name("examples").join("receiver"));
            }
        };
        let mut command = Command::new(program);
        if let Self::Java = self {
            // It does not run for long enough to be worth more.
            command.arg("-XX:TieredStopAtLevel=1");
        }
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples").join(file));
        command
    }

    const fn how_to_get_it(self) -> &'static str {
        match self {
            Self::Node => "install Node.js, so that `node` is in PATH",
            Self::Java => "install a JDK of version 17 or newer, so that `java` is in PATH",
            Self::Python => "install Python, so that `python3` is in PATH",
            Self::Rust => "run: cargo build -p gateway-api --example receiver",
        }
    }
}

impl Running {
    /// The next line that it prints.
    pub(super) fn line(&self) -> String {
        self.said.recv_timeout(Duration::from_mins(1)).expect("the receiver says nothing more")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn lines(said: impl BufRead + Send + 'static) -> mpsc::Receiver<String> {
    let (line, lines) = mpsc::channel();
    thread::spawn(move || said.lines().map_while(Result::ok).try_for_each(|text| line.send(text)));
    lines
}

/// A port that is free now and that no system gives to whoever asks for any: the gateway has to be
/// told of it before the receiver can have its secret.
pub(super) fn free_port() -> u16 {
    static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| {
        let own = u16::try_from(std::process::id() % 1000).unwrap();
        AtomicU16::new(10_000 + 10 * own)
    });
    loop {
        let port = NEXT.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
