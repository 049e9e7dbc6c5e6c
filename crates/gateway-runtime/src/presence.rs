//! Whether this process is alone with an SQLite file.

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
};

/// Shows other processes, for as long as it lives, that this one uses a database file.
#[derive(Debug)]
pub struct Presence {
    is_alone: bool,
    lock: File,
}

impl Presence {
    /// Announces this process beside the database `file`. While it is alone, it keeps others
    /// waiting until [`Presence::share`].
    ///
    /// A crashed process is gone: the operating system takes its lock away.
    ///
    /// # Errors
    ///
    /// The lock file cannot be made or locked.
    pub fn announce(file: &Path) -> io::Result<Self> {
        let lock = File::options().create(true).append(true).open(lock_file(file))?;
        match lock.try_lock() {
            Ok(()) => return Ok(Self { is_alone: true, lock }),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        lock.lock_shared()?;
        Ok(Self { is_alone: false, lock })
    }

    /// Whether no other process uses the file.
    #[must_use]
    pub const fn is_alone(&self) -> bool {
        self.is_alone
    }

    /// Lets other processes in.
    ///
    /// # Errors
    ///
    /// The lock file cannot be locked.
    pub fn share(self) -> io::Result<Self> {
        if self.is_alone {
            self.lock.unlock()?;
            self.lock.lock_shared()?;
        }
        Ok(Self { is_alone: false, ..self })
    }
}

fn lock_file(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn the_first_process_is_alone_and_the_next_is_not_until_both_are_gone() {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("gateway.db");
        let first = Presence::announce(&file).unwrap();
        assert!(first.is_alone());
        let first = first.share().unwrap();
        let second = Presence::announce(&file).unwrap();
        assert!(!second.is_alone());
        drop(first);
        let third = Presence::announce(&file).unwrap();
        assert!(!third.is_alone());
        drop((second, third));
        assert!(Presence::announce(&file).unwrap().is_alone());
    }
}
