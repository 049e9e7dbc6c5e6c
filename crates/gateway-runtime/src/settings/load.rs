//! The settings of this process.

use std::{collections::BTreeMap, env, fs, io};

use super::{
    error::{Problem, SettingsError},
    model::Settings,
};

const FILE_VARIABLE: &str = "CONFIG_FILE";
const DEFAULT_FILE: &str = "application.yml";

impl Settings {
    /// Reads the environment, and the file that `CONFIG_FILE` names, or else `./application.yml`.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] has all problems at once. Only the default file may be missing.
    pub fn load() -> Result<Self, SettingsError> {
        let env: BTreeMap<_, _> = env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let named = env.get(FILE_VARIABLE).filter(|path| !path.is_empty());
        let path = named.map_or(DEFAULT_FILE, String::as_str);
        match fs::read_to_string(path) {
            Ok(text) => Self::read(Some(&text), &env),
            Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => {
                Self::read(None, &env)
            }
            Err(error) => {
                let problem = Problem::new(path, format!("cannot be read: {error}"));
                Err(SettingsError { problems: vec![problem] })
            }
        }
    }
}
