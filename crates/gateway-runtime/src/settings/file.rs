//! The text of `application.yml`, as paths and values.

use std::collections::BTreeMap;

use serde_yaml_ng::{Mapping, Value as Yaml};

use super::error::Problem;

const FILE: &str = "application.yml";

/// What a setting was given as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    One(String),
    Many(Vec<String>),
}

/// A file's settings by path: `payment.webhook.max-retries`, however deep it was nested.
#[derive(Debug, Default)]
pub(super) struct Flat {
    pub(super) values: BTreeMap<String, Value>,
    pub(super) problems: Vec<Problem>,
}

impl Flat {
    pub(super) fn parse(text: &str) -> Self {
        let mut flat = Self::default();
        match serde_yaml_ng::from_str(text) {
            Ok(Yaml::Null) => {}
            Ok(Yaml::Mapping(entries)) => flat.put_all("", entries),
            Ok(_) => flat.refuse(FILE, "must be a table of settings"),
            Err(error) => flat.refuse(FILE, &format!("is not YAML: {error}")),
        }
        flat
    }

    fn put(&mut self, path: &str, yaml: Yaml) {
        match yaml {
            Yaml::Null => {}
            Yaml::Mapping(entries) => self.put_all(path, entries),
            Yaml::Sequence(items) => match items.iter().map(scalar).collect() {
                Some(items) => self.insert(path, Value::Many(items)),
                None => self.refuse(path, "must be a list of words and whole numbers"),
            },
            Yaml::Bool(_) | Yaml::Number(_) | Yaml::String(_) | Yaml::Tagged(_) => {
                match scalar(&yaml) {
                    Some(text) => self.insert(path, Value::One(text)),
                    None => self.refuse(path, "must be text or a whole number; quote it"),
                }
            }
        }
    }

    fn put_all(&mut self, path: &str, entries: Mapping) {
        for (key, value) in entries {
            match key.as_str() {
                Some(key) if path.is_empty() => self.put(key, value),
                Some(key) => self.put(&format!("{path}.{key}"), value),
                None => self.refuse(path, "has a name that is not text"),
            }
        }
    }

    fn insert(&mut self, path: &str, value: Value) {
        if self.values.insert(path.to_owned(), value).is_some() {
            self.refuse(path, "is there twice");
        }
    }

    fn refuse(&mut self, path: &str, message: &str) {
        self.problems.push(Problem::new(path, message));
    }
}

/// YAML would change the digits of a fraction, so that a password like `1e5` would be another one.
fn scalar(yaml: &Yaml) -> Option<String> {
    match yaml {
        Yaml::String(text) => Some(text.clone()),
        Yaml::Bool(flag) => Some(flag.to_string()),
        Yaml::Number(number) => (!number.is_f64()).then(|| number.to_string()),
        Yaml::Null | Yaml::Sequence(_) | Yaml::Mapping(_) | Yaml::Tagged(_) => None,
    }
}
