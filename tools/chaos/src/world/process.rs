//! A process that is killed and started again.

use std::{
    fs::File,
    io,
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use super::seed::mixed;

/// What ends a process that aborts.
const SIGABRT: i32 = 6;
/// How long a process may take to say that it is ready.
const READY: Duration = Duration::from_secs(20);
/// How long a process may take to give up its start, if what it needs is away.
const SETTING_UP: Duration = Duration::from_secs(10);

/// How a process is started, every time.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// What it is called in logs.
    pub name: String,
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its whole environment.
    pub environment: Vec<(String, String)>,
    /// Where it runs; its log is there, too.
    pub folder: PathBuf,
    /// How the line begins that says that it is ready; without one it is ready at once.
    pub ready: Option<&'static str>,
    /// What its `--seed` is made of, another one every time; without one it gets none.
    pub seed: Option<u64>,
}

/// A process that is killed and started again.
#[derive(Debug)]
pub struct Process {
    recipe: Recipe,
    child: Option<Child>,
    starts: u64,
    started: Option<Instant>,
    /// What it said before it was ready.
    pub said: Vec<String>,
}

impl Process {
    /// A process that does not run yet.
    #[must_use]
    pub const fn new(recipe: Recipe) -> Self {
        Self { recipe, child: None, starts: 0, started: None, said: Vec::new() }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.recipe.name
    }

    /// Starts it, and waits until it is ready.
    ///
    /// # Errors
    ///
    /// If it cannot be started, ends at once, or is not ready in time.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        self.start_with(&[]).await
    }

    /// The same, with more in its environment this time.
    ///
    /// # Errors
    ///
    /// As [`Self::start`].
    pub async fn start_with(&mut self, more: &[(&str, &str)]) -> anyhow::Result<()> {
        let Recipe { name, program, arguments, environment, folder, ready, seed } = &self.recipe;
        let log = File::options().create(true).append(true).open(folder.join(name))?;
        let mut command = Command::new(program);
        if let Some(seed) = seed {
            let seed = mixed(*seed, &["start", &self.starts.to_string()]);
            command.args(["--seed", &seed.to_string()]);
        }
        self.starts += 1;
        self.started = Some(Instant::now());
        command.args(arguments).current_dir(folder).env_clear();
        command.envs(environment.iter().cloned()).envs(more.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        let mut child =
            command.spawn().with_context(|| format!("{} cannot start", program.display()))?;
        let lines = child.stdout.take().map(|stdout| BufReader::new(stdout).lines());
        self.child = Some(child);
        if let (Some(ready), Some(lines)) = (ready, lines) {
            let said = tokio::time::timeout(READY, until(lines, ready)).await;
            self.said = said.with_context(|| format!("{name} is not ready in time"))??;
        }
        Ok(())
    }

    /// Starts it as often as it takes: what it needs may be away for a while.
    ///
    /// # Errors
    ///
    /// If it has not started after half a minute.
    pub async fn start_at_last(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            match self.start().await {
                Ok(()) => return Ok(()),
                Err(error) if Instant::now() > deadline => return Err(error),
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }

    /// `kill -9`.
    ///
    /// # Errors
    ///
    /// If the system does not let it.
    pub async fn kill(&mut self) -> io::Result<()> {
        match self.child.take() {
            Some(mut child) => child.kill().await,
            None => Ok(()),
        }
    }

    /// Whether it was started so recently that it may not have got to work yet.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.started.is_some_and(|started| started.elapsed() < SETTING_UP)
    }

    /// Whether it was started and has ended by itself.
    ///
    /// # Errors
    ///
    /// If the system does not say.
    pub fn has_ended(&mut self) -> io::Result<bool> {
        Ok(match &mut self.child {
            Some(child) => child.try_wait()?.is_some(),
            None => false,
        })
    }

    /// Waits until it aborts, for at most that long; answers whether it did. Any other end is none.
    ///
    /// # Errors
    ///
    /// If the system does not say.
    pub async fn aborts_within(&mut self, patience: Duration) -> io::Result<bool> {
        let Some(child) = &mut self.child else { return Ok(false) };
        match tokio::time::timeout(patience, child.wait()).await {
            Ok(ended) => ended.map(|status| status.signal() == Some(SIGABRT)),
            Err(_) => Ok(false),
        }
    }
}

/// All lines up to the one that begins like that; what is said later is not read.
async fn until(
    mut lines: Lines<BufReader<ChildStdout>>,
    ready: &str,
) -> anyhow::Result<Vec<String>> {
    let mut said = Vec::new();
    while let Some(line) = lines.next_line().await? {
        let is_ready = line.starts_with(ready);
        said.push(line);
        if is_ready {
            return Ok(said);
        }
    }
    bail!("it ended before it was ready; it said {said:?}")
}
