//! A way to a server on which the worst happens at the worst moment.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinSet,
};

/// What happens on the way, once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The server never hears of the next COMMIT.
    CutBeforeCommit,
    /// The server carries out the next COMMIT, and its answer is lost.
    CutAfterCommit,
    /// The answer to the next BEGIN waits until the proxy is told to go on.
    HoldBegin,
    /// So many more changes of the schema are carried out, and the answer to the last of them is lost.
    CutAfterSchemaChange(u32),
}

impl Fault {
    fn concerns(self, asked: &[u8]) -> bool {
        let words: &[&[u8]] = match self {
            Self::CutBeforeCommit | Self::CutAfterCommit => &[b"COMMIT"],
            Self::HoldBegin => &[b"BEGIN"],
            Self::CutAfterSchemaChange(_) => &[b"CREATE ", b"ALTER TABLE "],
        };
        let is_in = |word: &&[u8]| asked.windows(word.len()).any(|window| window == *word);
        words.iter().any(is_in)
    }
}

/// Passes on what client and server say.
pub(crate) struct Proxy {
    /// The URL of the database by way of the proxy.
    pub(crate) url: String,
    faults: Arc<Faults>,
    _accepting: JoinSet<()>,
}

#[derive(Default)]
struct Faults {
    next: Mutex<Option<Fault>>,
    is_held: Notify,
    may_go_on: Notify,
}

impl Proxy {
    /// A proxy before the server of a URL such as `mysql://root@127.0.0.1:3306/gateway`.
    pub(crate) async fn before(url: &str) -> Self {
        let (front, database) = url.rsplit_once('/').unwrap();
        let (user, server) = front.rsplit_once('@').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{user}@{}/{database}", listener.local_addr().unwrap());
        let faults = Arc::<Faults>::default();
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, server.to_owned(), Arc::clone(&faults)));
        Self { url, faults, _accepting: accepting }
    }

    /// Lets a fault happen.
    pub(crate) fn inject(&self, fault: Fault) {
        *self.faults.next.lock().unwrap() = Some(fault);
    }

    /// Returns once an answer is held.
    pub(crate) async fn is_held(&self) {
        self.faults.is_held.notified().await;
    }

    /// Passes on the answer that is held.
    pub(crate) fn go_on(&self) {
        self.faults.may_go_on.notify_one();
    }
}

impl Faults {
    /// The fault that this calls for; it happens once.
    fn of(&self, asked: &[u8]) -> Option<Fault> {
        self.next.lock().unwrap().take_if(|fault| {
            let is_concerned = fault.concerns(asked);
            if let Fault::CutAfterSchemaChange(left @ 2..) = fault {
                *left -= u32::from(is_concerned);
                return false;
            }
            is_concerned
        })
    }
}

async fn accept(listener: TcpListener, server: String, faults: Arc<Faults>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let server = TcpStream::connect(&server).await.unwrap();
        connections.spawn(pass_on(client, server, Arc::clone(&faults)));
    }
}

async fn pass_on(mut client: TcpStream, mut server: TcpStream, faults: Arc<Faults>) {
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let mut fault = None;
        tokio::select! {
            length = client.read(&mut asked) => {
                let Ok(length @ 1..) = length else { return };
                let asked = &asked[..length];
                fault = faults.of(asked);
                if fault == Some(Fault::CutBeforeCommit) || server.write_all(asked).await.is_err() {
                    return;
                }
                if fault.is_none() {
                    continue;
                }
                server.readable().await.unwrap();
            }
            readable = server.readable() => readable.unwrap(),
        }
        let Ok(length @ 1..) = server.read(&mut answered).await else { return };
        match fault {
            Some(
                Fault::CutBeforeCommit | Fault::CutAfterCommit | Fault::CutAfterSchemaChange(_),
            ) => {
                return;
            }
            Some(Fault::HoldBegin) => {
                faults.is_held.notify_one();
                faults.may_go_on.notified().await;
            }
            None => {}
        }
        if client.write_all(&answered[..length]).await.is_err() {
            return;
        }
    }
}
