//! What operators may write, and what is said when it is wrong.

mod database;
mod files;
mod production;
mod values;
mod wrong;

use std::collections::BTreeMap;

use gateway_runtime::settings::{Settings, SettingsError};

fn env(variables: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    variables.iter().map(owned).collect()
}

fn from_env(variables: &[(&str, &str)]) -> Settings {
    Settings::read(None, &env(variables)).unwrap()
}

fn from_file(text: &str) -> Settings {
    Settings::read(Some(text), &BTreeMap::new()).unwrap()
}

fn problems(read: Result<Settings, SettingsError>) -> Vec<String> {
    read.unwrap_err().problems.iter().map(ToString::to_string).collect()
}

fn env_problems(variables: &[(&str, &str)]) -> Vec<String> {
    problems(Settings::read(None, &env(variables)))
}

fn file_problems(text: &str) -> Vec<String> {
    problems(Settings::read(Some(text), &BTreeMap::new()))
}
