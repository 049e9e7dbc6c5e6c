//! `${NAME}` and `${NAME:default}` in a file, as Spring has them.

use std::collections::BTreeMap;

/// The text with its variables filled in; the error ends a sentence that begins with the setting.
pub(super) fn fill(text: &str, env: &BTreeMap<String, String>) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (inside, after) = after.split_once('}').ok_or("has a `${` without its `}`")?;
        let (name, default) = match inside.split_once(':') {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        let value = env.get(name).map(String::as_str).or(default);
        filled.push_str(before);
        filled.push_str(value.ok_or_else(|| format!("needs the environment variable {name}"))?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}
