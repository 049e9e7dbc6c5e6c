//! What is between the gateway and a server, and loses answers now and then.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use anyhow::Context;
use fastrand::Rng;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// Of how many COMMITs one is not passed on, and as many are whose answer is lost.
const COMMITS: u32 = 150;
/// Of how many other questions the answer to one is lost.
const OTHERS: u32 = 3000;

/// Passes on what gateway and server say to each other.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    faults: Arc<Faults>,
    _accepting: JoinSet<()>,
}

#[derive(Debug, Default)]
struct Faults {
    is_on: AtomicBool,
    commits_lost: AtomicU64,
    commit_answers_lost: AtomicU64,
    other_answers_lost: AtomicU64,
}

/// How often what was lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lost {
    /// COMMITs that the server never heard of.
    pub commits: u64,
    /// Answers to COMMITs that the server carried out.
    pub commit_answers: u64,
    /// Answers to anything else.
    pub other_answers: u64,
}

/// What happens to a question.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    PassedOn,
    NotHeard,
    AnswerLost,
}

impl Proxy {
    /// A proxy before the server of a URL such as `mysql://root@127.0.0.1:3306/gateway`.
    ///
    /// # Errors
    ///
    /// If the URL has another form, or no port is free.
    pub async fn before(url: &str) -> anyhow::Result<Self> {
        let (front, database) = url.rsplit_once('/').context("the URL has no database")?;
        let (user, server) = front.rsplit_once('@').context("the URL has no user")?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("{user}@{}/{database}", listener.local_addr()?);
        let faults = Arc::<Faults>::default();
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, server.to_owned(), Arc::clone(&faults)));
        Ok(Self { url, faults, _accepting: accepting })
    }

    /// The database's URL by way of the proxy.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether answers are lost from now on.
    pub fn lose_answers(&self, is_on: bool) {
        self.faults.is_on.store(is_on, Ordering::Relaxed);
    }

    /// How often what was lost.
    #[must_use]
    pub fn lost(&self) -> Lost {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Lost {
            commits: count(&self.faults.commits_lost),
            commit_answers: count(&self.faults.commit_answers_lost),
            other_answers: count(&self.faults.other_answers_lost),
        }
    }
}

impl Faults {
    fn fate(&self, asked: &[u8], rng: &mut Rng) -> Fate {
        if !self.is_on.load(Ordering::Relaxed) {
            return Fate::PassedOn;
        }
        let is_commit = asked.windows(6).any(|window| window == b"COMMIT");
        let (fate, counter) = match rng.u32(0..if is_commit { COMMITS } else { OTHERS }) {
            0 if is_commit => (Fate::AnswerLost, &self.commit_answers_lost),
            1 if is_commit => (Fate::NotHeard, &self.commits_lost),
            0 => (Fate::AnswerLost, &self.other_answers_lost),
            _ => return Fate::PassedOn,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        fate
    }
}

async fn accept(listener: TcpListener, server: String, faults: Arc<Faults>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((client, _)) = listener.accept().await else { return };
        // Where the server is away, the client is hung up on.
        if let Ok(server) = TcpStream::connect(&server).await {
            let faults = Arc::clone(&faults);
            connections.spawn(async move {
                // A connection that breaks is nothing new here.
                drop(pass_on(client, server, &faults).await);
            });
        }
    }
}

async fn pass_on(mut client: TcpStream, mut server: TcpStream, faults: &Faults) -> io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let mut rng = Rng::new();
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            length = client.read(&mut asked) => {
                let asked = asked.get(..length?).filter(|bytes| !bytes.is_empty());
                let Some(asked) = asked else { return Ok(()) };
                let fate = faults.fate(asked, &mut rng);
                if fate == Fate::NotHeard {
                    return Ok(());
                }
                server.write_all(asked).await?;
                if fate == Fate::AnswerLost {
                    // The server has done it once it answers.
                    return server.readable().await;
                }
            }
            length = server.read(&mut answered) => {
                let answered = answered.get(..length?).filter(|bytes| !bytes.is_empty());
                let Some(answered) = answered else { return Ok(()) };
                client.write_all(answered).await?;
            }
        }
    }
}
