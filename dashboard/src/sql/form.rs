//! How an answer is written, and how a request says so.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

/// The forms, the usual one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    Csv,
    Arrow,
    Parquet,
    Xlsx,
}

impl Form {
    pub(crate) const ALL: [Self; 5] = [Self::Json, Self::Csv, Self::Arrow, Self::Parquet, Self::Xlsx];

    /// As `Content-Type` and `Accept` name it.
    pub(crate) fn media(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv",
            Self::Arrow => "application/vnd.apache.arrow.stream",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// What files of it end in, which is also its name on the page.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Arrow => "arrow",
            Self::Parquet => "parquet",
            Self::Xlsx => "xlsx",
        }
    }

    pub(crate) fn of_ending(ending: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.ending() == ending)
    }

    /// Whether it is a file to be kept, which has no place for "there are more rows".
    pub(crate) fn is_file(self) -> bool {
        self != Self::Json
    }

    /// The form that a request likes best; none if it accepts nothing that there is.
    pub(crate) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let told: Vec<&str> = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
        if told.iter().all(|value| value.trim().is_empty()) {
            return Some(Self::Json);
        }
        let wishes: Vec<Wish> = told.iter().flat_map(|value| value.split(',')).map(Wish::read).collect();
        let mut best = (0.0, None);
        for form in Self::ALL {
            // The most exact wish that speaks of a form decides.
            let spoken = wishes.iter().filter_map(|wish| Some((wish.fits(form)?, wish.weight)));
            let weight = spoken.max_by_key(|(exact, _)| *exact).map_or(0.0, |(_, weight)| weight);
            if weight > best.0 {
                best = (weight, Some(form));
            }
        }
        best.1
    }
}

/// One part of `Accept`.
struct Wish {
    media: String,
    weight: f32,
}

impl Wish {
    fn read(part: &str) -> Self {
        let mut pieces = part.split(';').map(str::trim);
        let media = pieces.next().unwrap_or_default().to_ascii_lowercase();
        let weight = pieces.find_map(|piece| piece.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
        Self { media, weight }
    }

    /// How exactly it speaks of a form.
    fn fits(&self, form: Form) -> Option<u8> {
        let family = form.media().split('/').next().unwrap_or_default();
        match self.media.as_str() {
            "*/*" => Some(0),
            media if media.strip_suffix("/*") == Some(family) => Some(1),
            media if media == form.media() => Some(2),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn accepted(value: &'static str) -> Option<Form> {
        Form::accepted(&[(ACCEPT, HeaderValue::from_static(value))].into_iter().collect())
    }

    #[test]
    fn the_request_says_how_the_answer_is_written() {
        assert_eq!(Form::accepted(&HeaderMap::new()), Some(Form::Json));
        assert_eq!(accepted("*/*"), Some(Form::Json));
        assert_eq!(accepted("text/*"), Some(Form::Csv));
        assert_eq!(accepted("Text/CSV;q=0.5, application/json;q=0.9"), Some(Form::Json));
        assert_eq!(accepted("application/json;q=0, */*;q=0.1"), Some(Form::Csv));
        assert_eq!(accepted("application/vnd.apache.parquet"), Some(Form::Parquet));
        assert_eq!(accepted("text/html"), None);
        assert_eq!(accepted("text/csv;q=wrong"), None);
    }

    #[test]
    fn each_form_is_found_by_its_ending() {
        assert!(Form::ALL.into_iter().all(|form| Form::of_ending(form.ending()) == Some(form)));
        assert_eq!(Form::of_ending("exe"), None);
    }
}
