//! The customer's language.

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};

/// A language that the pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Turkish,
    English,
}

impl Language {
    /// The one that the browser likes best; Turkish if it likes neither.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let mut best = (0, Self::Turkish);
        for range in accepted.unwrap_or_default().split(',') {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let weight = weight(parameters);
            if let Some(language) = Self::from_tag(tag)
                && best.0 < weight
            {
                best = (weight, language);
            }
        }
        best.1
    }

    /// The tag of the page's language (BCP 47).
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::Turkish => "tr",
            Self::English => "en",
        }
    }

    fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split('-').next()?;
        match primary.to_ascii_lowercase().as_str() {
            "tr" => Some(Self::Turkish),
            "en" => Some(Self::English),
            _ => None,
        }
    }
}

/// `q=0.8` in thousandths; 1000 if there is none, 0 if it cannot be read.
fn weight(parameters: &str) -> u32 {
    let Some(quality) = parameters.trim().strip_prefix("q=") else {
        return 1000;
    };
    let (whole, decimals) = quality.split_once('.').unwrap_or((quality, ""));
    let thousandths = format!("{whole}{decimals:0<3}").parse();
    thousandths.ok().filter(|weight| *weight <= 1000).unwrap_or(0)
}
