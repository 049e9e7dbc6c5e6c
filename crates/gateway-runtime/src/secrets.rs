//! The secrets of this process: those of the settings, and in development those of a local file.

use std::{
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use payment_ports::ids::Ids;
use payment_store::EncryptionKey;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use crate::settings::{Environment, Settings};

/// The file's name; it lies beside an SQLite database, or else in `data`.
const FILE: &str = "development.key";

/// What must be known to nobody else; hidden in `Debug`.
#[derive(Clone)]
pub struct Secrets {
    /// Encrypts what the database must not show.
    pub encryption_key: EncryptionKey,
    /// The secret under which API keys are hashed.
    pub api_key_pepper: SecretString,
    /// What the demo API key is made from; in development only.
    pub demo_seed: Option<Zeroizing<[u8; 32]>>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

/// Why a process has no secrets.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// Production makes up no secrets.
    #[error("{0} must be set")]
    Missing(&'static str),
    /// The local file cannot be read, or not be made.
    #[error("the development key {path} cannot be used")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The local file holds something else.
    #[error("{0} does not hold 32 bytes; without the right ones its database cannot be read")]
    Malformed(PathBuf),
}

impl Secrets {
    /// Takes the secrets of the settings; in development, the local file stands in for them.
    ///
    /// # Errors
    ///
    /// [`SecretsError`] says which secret is missing, or what is wrong with the file.
    pub fn of(settings: &Settings, ids: &dyn Ids) -> Result<Self, SecretsError> {
        let local = match settings.environment {
            Environment::Development => Some(local_key(&file(settings), ids)?),
            Environment::Production => None,
        };
        let from_local = |purpose: &[u8]| local.as_ref().map(|key| derive(key, purpose));
        let encryption_key = settings.security.encryption_key.clone();
        let encryption_key = encryption_key
            .or_else(|| Some(EncryptionKey::new(*from_local(b"encryption key")?)))
            .ok_or(SecretsError::Missing("security.encryption-key"))?;
        let pepper = settings.security.api_key_pepper.clone();
        let api_key_pepper = pepper
            .or_else(|| Some(STANDARD.encode(*from_local(b"API key pepper")?).into()))
            .ok_or(SecretsError::Missing("security.api-key-pepper"))?;
        // A key that was hashed under another pepper would not be accepted.
        let purpose = [b"demo API key ", api_key_pepper.expose_secret().as_bytes()].concat();
        let demo_seed = from_local(&purpose);
        Ok(Self { encryption_key, api_key_pepper, demo_seed })
    }
}

fn file(settings: &Settings) -> PathBuf {
    let database = settings.database.sqlite_file();
    let folder = database.as_deref().and_then(Path::parent);
    folder.unwrap_or(Path::new("data")).join(FILE)
}

/// The key of the file, which is made where there is none.
fn local_key(path: &Path, ids: &dyn Ids) -> Result<Zeroizing<[u8; 32]>, SecretsError> {
    let failed = |source| SecretsError::File { path: path.to_owned(), source };
    if !path.try_exists().map_err(failed)? {
        create(path, &ids.random()).map_err(failed)?;
    }
    let bytes = fs::read(path).map_err(failed)?;
    let key = bytes.try_into().or(Err(SecretsError::Malformed(path.to_owned())))?;
    Ok(Zeroizing::new(key))
}

/// Only its owner may read the file, and nobody ever sees half of it.
fn create(path: &Path, key: &[u8; 32]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut draft = NamedTempFile::new_in(folder)?;
    draft.write_all(key)?;
    draft.as_file().sync_all()?;
    match draft.persist_noclobber(path) {
        Ok(_) => Ok(()),
        // Another process was faster; its key is as good.
        Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(failed) => Err(failed.error),
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104)")]
fn derive(key: &[u8; 32], purpose: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length fits");
    mac.update(purpose);
    Zeroizing::new(mac.finalize().into_bytes().into())
}
