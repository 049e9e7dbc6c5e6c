//! Reads one setting after the other, and remembers what is wrong.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    ops::RangeInclusive,
    str::FromStr,
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};

use super::{
    error::{Problem, SettingsError},
    file::{Flat, Value},
    placeholder,
};

/// Variables with these beginnings are ours, so that a misspelt one is noticed.
const OURS: [&str; 3] = ["PAYMENT_", "PROVIDERS_", "SECURITY_"];

/// Each setting is known because it is asked for; what nobody asked for is unknown.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    file: BTreeMap<String, Value>,
    env: &'a BTreeMap<String, String>,
    asked: BTreeSet<String>,
    given: BTreeSet<String>,
    problems: Vec<Problem>,
    notices: Vec<String>,
}

/// A setting that was given, and where.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) name: String,
    value: Value,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: Option<&str>, env: &'a BTreeMap<String, String>) -> Self {
        let Flat { values, problems } = file.map(Flat::parse).unwrap_or_default();
        let (asked, given, notices) = Default::default();
        Self { file: values, env, asked, given, problems, notices }
    }

    /// The setting of that path; the environment wins.
    pub(super) fn take(&mut self, path: &str) -> Option<Given> {
        let from_file = self.file.remove(path);
        let from_env = self.take_variable(&variable(path));
        let given =
            from_env.or_else(|| from_file.map(|value| Given { name: path.to_owned(), value }))?;
        self.given.insert(path.to_owned());
        Some(given)
    }

    /// A variable that has no path of its own; an empty one counts as not set.
    pub(super) fn take_variable(&mut self, name: &str) -> Option<Given> {
        self.asked.insert(name.to_owned());
        let text = self.env.get(name)?;
        if text.is_empty() || announces_service(name, text) {
            return None;
        }
        self.given.insert(name.to_owned());
        Some(Given { name: name.to_owned(), value: Value::One(text.clone()) })
    }

    /// What the file has below `path`, by the rest of its path.
    pub(super) fn take_below(&mut self, path: &str) -> Vec<(String, Given)> {
        let prefix = format!("{path}.");
        let is_below = |name: &String| name.starts_with(&prefix);
        let names: Vec<String> = self.file.keys().filter(|name| is_below(name)).cloned().collect();
        names
            .into_iter()
            .filter_map(|name| {
                let rest = name.strip_prefix(&prefix)?.to_owned();
                let value = self.file.remove(&name)?;
                Some((rest, Given { name, value }))
            })
            .collect()
    }

    /// The text of a setting, its variables filled in.
    pub(super) fn text(&mut self, given: &Given) -> Option<String> {
        match &given.value {
            Value::One(text) if self.is_from_env(given) => Some(text.clone()),
            Value::One(text) => self.filled(&given.name, text),
            Value::Many(_) => self.refuse(&given.name, "must be one value, not a list"),
        }
    }

    /// A setting that `parse` understands; its error ends a sentence: "which …".
    pub(super) fn parsed<T, E: Display>(
        &mut self,
        path: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let given = self.take(path)?;
        self.parse(&given, parse)
    }

    pub(super) fn parse<T, E: Display>(
        &mut self,
        given: &Given,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(given)?;
        match parse(text.trim()) {
            Ok(value) => Some(value),
            Err(error) => self.refuse(&given.name, &format!("is `{text}`, which {error}")),
        }
    }

    /// A list, in a file or separated by commas; an empty one is refused.
    pub(super) fn list<T, E: Display>(
        &mut self,
        path: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Vec<T>> {
        let given = self.take(path)?;
        let items = match &given.value {
            Value::Many(items) => items.clone(),
            Value::One(_) => self.text(&given)?.split(',').map(str::to_owned).collect(),
        };
        let name = given.name;
        if items.is_empty() {
            return self.refuse(&name, "must not be empty");
        }
        let read = items.iter().map(|item| {
            parse(item.trim()).map_err(|error| format!("has `{}`, which {error}", item.trim()))
        });
        match read.collect::<Result<_, _>>() {
            Ok(values) => Some(values),
            Err(message) => self.refuse(&name, &message),
        }
    }

    /// A secret that `parse` understands; it is never repeated.
    pub(super) fn secret<T>(
        &mut self,
        path: &str,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let given = self.take(path)?;
        let text = SecretString::from(self.text(&given)?);
        match parse(text.expose_secret()) {
            Ok(value) => Some(value),
            Err(message) => self.refuse(&given.name, message),
        }
    }

    pub(super) fn number<T>(&mut self, path: &str, range: RangeInclusive<T>, default: T) -> T
    where
        T: FromStr + PartialOrd + Display,
    {
        self.parsed(path, |text| whole(text, &range)).unwrap_or(default)
    }

    pub(super) fn seconds(
        &mut self,
        path: &str,
        range: RangeInclusive<u64>,
        default: u64,
    ) -> Duration {
        Duration::from_secs(self.number(path, range, default))
    }

    pub(super) fn flag(&mut self, path: &str, default: bool) -> bool {
        self.parsed(path, |text| text.parse().or(Err("is neither `true` nor `false`")))
            .unwrap_or(default)
    }

    /// A setting that this gateway knows and does not follow; the operator is told why.
    pub(super) fn unused(&mut self, path: &str, reason: &str) {
        if let Some(given) = self.take(path) {
            self.notice(format!("{} has no effect: {reason}", given.name));
        }
    }

    pub(super) fn notice(&mut self, notice: String) {
        self.notices.push(notice);
    }

    /// Whether that path, or that variable, was there; right or wrong.
    pub(super) fn was_given(&self, name: &str) -> bool {
        self.given.contains(name)
    }

    /// Refuses that production starts without this setting.
    pub(super) fn demand(&mut self, path: &str) {
        if !self.was_given(path) {
            let variable = variable(path);
            self.problems
                .push(Problem::new(path, format!("must be set in production ({variable})")));
        }
    }

    /// Remembers a problem; `None`, so that the caller can go on with a default.
    pub(super) fn refuse<T>(&mut self, setting: &str, message: &str) -> Option<T> {
        self.problems.push(Problem::new(setting, message));
        None
    }

    /// What was read and what is to be told, if nothing is wrong and nothing is left over.
    pub(super) fn finish<T>(mut self, read: Option<T>) -> Result<(T, Vec<String>), SettingsError> {
        let unknown = "is not a setting of this gateway";
        let in_file = self.file.keys().map(|path| Problem::new(path, unknown));
        let in_env = self
            .env
            .iter()
            .filter(|(name, value)| is_ours(name, value) && !self.asked.contains(*name))
            .map(|(name, _)| Problem::new(name, unknown));
        self.problems.extend(in_file.chain(in_env));
        match read {
            Some(read) if self.problems.is_empty() => Ok((read, self.notices)),
            Some(_) | None => Err(SettingsError { problems: self.problems }),
        }
    }

    /// A variable's text is taken as it is: a secret may look like a placeholder.
    fn is_from_env(&self, given: &Given) -> bool {
        self.env.contains_key(&given.name)
    }

    fn filled(&mut self, name: &str, text: &str) -> Option<String> {
        match placeholder::fill(text, self.env) {
            Ok(filled) => Some(filled),
            Err(message) => self.refuse(name, &message),
        }
    }
}

/// A whole number in that range.
pub(super) fn whole<T>(text: &str, range: &RangeInclusive<T>) -> Result<T, String>
where
    T: FromStr + PartialOrd + Display,
{
    let wrong = || format!("is not a whole number from {} to {}", range.start(), range.end());
    text.parse().ok().filter(|number| range.contains(number)).ok_or_else(wrong)
}

/// The environment variable of a path.
fn variable(path: &str) -> String {
    path.replace(['.', '-'], "_").to_uppercase()
}

fn is_ours(name: &str, value: &str) -> bool {
    OURS.iter().any(|prefix| name.starts_with(prefix)) && !announces_service(name, value)
}

/// Orchestrators announce a service named `payment` as `PAYMENT_SERVICE_HOST`,
/// `PAYMENT_PORT=tcp://…`, `PAYMENT_PORT_80_TCP_ADDR` and so on, and one named `db` as `DB_PORT`;
/// those are not meant for us.
fn announces_service(name: &str, value: &str) -> bool {
    let by_name = name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.contains("_PORT_") && (name.contains("_TCP") || name.contains("_UDP"));
    by_name || ["tcp://", "udp://"].iter().any(|scheme| value.starts_with(scheme))
}
