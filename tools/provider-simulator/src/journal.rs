//! The ledger's file: lines that are on the disk before anybody hears of them.

use std::{
    fs::{File, OpenOptions, create_dir_all},
    io::{self, Read, Write},
    path::Path,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use tokio::sync::oneshot;

use crate::entry::Entry;

/// Appends lines; many that come at once share one fsync.
#[derive(Debug)]
pub(crate) struct Journal(Sender<Line>);

#[derive(Debug)]
struct Line {
    /// Nothing, for who only wants to know that all before it is on the disk.
    bytes: Vec<u8>,
    done: oneshot::Sender<()>,
}

/// Resolves once a line, and all before it, is on the disk; fails if the disk does.
pub(crate) type Written = oneshot::Receiver<()>;

impl Journal {
    /// Opens or makes the file and its folder, drops a torn last line, and reads the others.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Vec<Entry>)> {
        let options = OpenOptions::new().read(true).append(true).create(true).clone();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        create_dir_all(folder)?;
        let mut file = options.open(path)?;
        let entries = recover(&mut file)?;
        // The name of a new file is not on the disk before its folder is.
        File::open(folder)?.sync_all()?;
        let (sender, lines) = channel();
        thread::Builder::new().name("ledger".to_owned()).spawn(move || write(&file, &lines))?;
        Ok((Self(sender), entries))
    }

    /// Appends a line.
    pub(crate) fn append(&self, entry: &Entry) -> io::Result<Written> {
        let mut bytes = serde_json::to_vec(entry)?;
        bytes.push(b'\n');
        self.send(bytes)
    }

    /// Appends nothing: resolves once all that was appended before is on the disk.
    pub(crate) fn flushed(&self) -> io::Result<Written> {
        self.send(Vec::new())
    }

    fn send(&self, bytes: Vec<u8>) -> io::Result<Written> {
        let (done, written) = oneshot::channel();
        let sent = self.0.send(Line { bytes, done });
        sent.or(Err(io::Error::other("the ledger cannot be written any more")))?;
        Ok(written)
    }
}

/// The whole lines of the file; what a crash left of another one is cut off.
fn recover(file: &mut File) -> io::Result<Vec<Entry>> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let lines = bytes.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.is_empty());
    // What is no ledger is found out before it is changed.
    let entries: Vec<Entry> = lines.map(serde_json::from_slice).collect::<Result<_, _>>()?;
    if whole < bytes.len() {
        file.set_len(u64::try_from(whole).map_err(io::Error::other)?)?;
        file.sync_all()?;
    }
    Ok(entries)
}

/// Ends when the bank does, or with the first failure: half a line must be the last one.
fn write(mut file: &File, lines: &Receiver<Line>) {
    while let Ok(first) = lines.recv() {
        let mut bytes = first.bytes;
        let mut waiting = vec![first.done];
        for line in lines.try_iter() {
            bytes.extend(line.bytes);
            waiting.push(line.done);
        }
        let is_written =
            bytes.is_empty() || file.write_all(&bytes).and_then(|()| file.sync_data()).is_ok();
        if !is_written {
            return;
        }
        for done in waiting {
            // Whoever asked may have hung up.
            done.send(()).unwrap_or_default();
        }
    }
}
