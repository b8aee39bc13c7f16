//! What a request asks for: language, theme, filters. The filters live in the address and travel
//! along on every link, so that a view can be sent to a colleague (screens.md).

use std::collections::BTreeMap;

use axum::extract::{FromRequestParts, Query};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use axum::http::uri::Uri;
use jiff::Timestamp;

use crate::accounts::Visitor;
use crate::error::HttpError;
use crate::i18n::Lang;
use crate::state::App;
use crate::theme::Theme;

mod filters;
mod form;
mod link;

pub(crate) use filters::{Filters, Region, instant};
pub(crate) use form::{Fields, PATIENCE, read_form};
pub(crate) use link::{encode, link};

/// How the reader wants to see a page. Never fails: a value that means nothing is as none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lens {
    pub(crate) lang: Lang,
    /// None: as the browser is set.
    pub(crate) theme: Option<Theme>,
    /// What the address itself chose, to be remembered in cookies; `auto` forgets a theme.
    pub(crate) chosen: (Option<Lang>, Option<&'static str>),
}

const THEMES: [&str; 3] = ["light", "dark", "auto"];

/// A whole request.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) lens: Lens,
    pub(crate) filters: Filters,
    /// Who asks.
    pub(crate) visitor: Visitor,
    path: String,
    values: BTreeMap<String, String>,
    /// Which part of the page is asked for: our script's alone, and in no link.
    part: Option<String>,
}

impl Lens {
    pub(crate) fn read(uri: &Uri, headers: &HeaderMap) -> Self {
        let values = values(uri);
        let theme = values.get("theme").and_then(|theme| THEMES.into_iter().find(|known| known == theme));
        let chosen = (values.get("lang").and_then(|lang| Lang::parse(lang)), theme);
        let lang = chosen.0.or_else(|| cookie(headers, "lang").and_then(Lang::parse));
        let accepted = || headers.get(ACCEPT_LANGUAGE).and_then(|header| header.to_str().ok()).map(Lang::accepted);
        let theme = theme.or_else(|| cookie(headers, "theme")).and_then(Theme::parse);
        Self { lang: lang.or_else(accepted).unwrap_or_default(), theme, chosen }
    }
}

impl FromRequestParts<App> for Ask {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, HttpError> {
        // Not there: the gate has not seen the request, so nobody has let it in.
        let visitor = parts.extensions.get::<Visitor>().cloned().ok_or(HttpError::SignIn)?;
        Ask::read(&parts.uri, &parts.headers, app, visitor)
    }
}

impl Ask {
    fn read(uri: &Uri, headers: &HeaderMap, app: &App, visitor: Visitor) -> Result<Self, HttpError> {
        let mut values = values(uri);
        for (name, allowed) in [("lang", ["zh", "en", ""]), ("theme", THEMES)] {
            if let Some(value) = values.get(name)
                && !allowed.contains(&value.as_str())
            {
                return Err(HttpError::bad_value(name, value));
            }
        }
        Ok(Self {
            lens: Lens::read(uri, headers),
            filters: Filters::read(&values, app.engine.zone(), app.engine.clock().now())?,
            visitor,
            path: uri.path().to_owned(),
            part: values.remove("part").filter(|part| !part.is_empty()),
            values,
        })
    }

    /// The same request as one for nothing but what its page reads itself, seen as of some instant and by
    /// everybody alike: for what is published, which is sums over all rows.
    pub(crate) fn published(&self, as_of: Option<Timestamp>) -> Self {
        Self { filters: Filters::seen(as_of), visitor: Visitor::local(), ..self.clone() }
    }

    /// A request without filters, as tests make it.
    #[cfg(test)]
    pub(crate) fn plain(uri: &Uri) -> Self {
        let lens = Lens::read(uri, &HeaderMap::new());
        let visitor = Visitor::local();
        Self {
            lens,
            filters: Filters::default(),
            visitor,
            path: uri.path().to_owned(),
            part: None,
            values: values(uri),
        }
    }

    /// The language of the page.
    pub(crate) fn lang(&self) -> Lang {
        self.lens.lang
    }

    /// The path of the page.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The part of the page that is asked for, one of those that it has; none for the whole.
    pub(crate) fn part(&self, parts: &[&'static str]) -> Result<Option<&'static str>, HttpError> {
        let Some(part) = self.part.as_deref() else {
            return Ok(None);
        };
        let found = parts.iter().copied().find(|known| *known == part);
        found.map(Some).ok_or_else(|| HttpError::bad_value("part", part))
    }

    /// All that an answer to this request goes by, as a name for it: also what its reader may see and do.
    pub(crate) fn name(&self) -> String {
        let (who, way) = (&self.visitor.principal, self.visitor.way);
        let seen = format!("{} {} {way:?}", who.key(), who.role);
        format!("{} {:?} {:?} {:?} {:?} {seen}", self.path, self.part, self.values, self.lens.lang, self.lens.theme)
    }

    /// A value of the address that one page alone reads.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A value that must be one of some words; the first is the default.
    pub(crate) fn one_of(&self, name: &'static str, words: &[&'static str]) -> Result<&'static str, HttpError> {
        let Some(value) = self.value(name) else {
            return Ok(words.first().copied().unwrap_or_default());
        };
        let found = words.iter().copied().find(|word| *word == value);
        found.ok_or_else(|| HttpError::bad_value(name, value))
    }

    /// `?page=`, from 1.
    pub(crate) fn page(&self) -> Result<i64, HttpError> {
        let Some(value) = self.value("page") else {
            return Ok(1);
        };
        let page: Option<i64> = value.parse().ok().filter(|page: &i64| (1..=1_000_000).contains(page));
        page.ok_or_else(|| HttpError::bad_value("page", value))
    }

    /// A link to another page of ours that takes the filters along.
    pub(crate) fn link(&self, path: &str, more: &[(&str, &str)]) -> String {
        let mut pairs: Vec<(&str, String)> = self.filters.pairs();
        set(&mut pairs, more);
        link(path, &pairs)
    }

    /// This very view with some values changed; an empty value is left out.
    pub(crate) fn with(&self, changes: &[(&str, &str)]) -> String {
        self.at(&self.path, changes)
    }

    /// The same at another path of ours.
    pub(crate) fn at(&self, path: &str, changes: &[(&str, &str)]) -> String {
        let mut pairs: Vec<(&str, String)> =
            self.values.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        set(&mut pairs, changes);
        link(path, &pairs)
    }

    /// Whether the address asks for all rows of a table as they are printed.
    pub(crate) fn is_print(&self) -> Result<bool, HttpError> {
        Ok(self.one_of("print", &["0", "1"])? == "1")
    }
}

/// Sets values by name.
fn set<'n>(pairs: &mut Vec<(&'n str, String)>, changes: &[(&'n str, &str)]) {
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        pairs.push((*name, (*value).to_owned()));
    }
}

fn values(uri: &Uri) -> BTreeMap<String, String> {
    match Query::<Vec<(String, String)>>::try_from_uri(uri) {
        Ok(Query(pairs)) => pairs.into_iter().collect(),
        Err(_) => BTreeMap::new(),
    }
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    cookies.flat_map(|line| line.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(axum::http::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).expect("header"))).collect()
    }

    #[test]
    fn the_address_goes_before_the_cookie_and_that_before_the_browser() {
        let headers = headers(&[(COOKIE, "a=b; lang=en; theme=dark"), (ACCEPT_LANGUAGE, "zh")]);
        let lens = Lens::read(&Uri::from_static("/cards?lang=zh"), &headers);
        assert_eq!((lens.lang, lens.theme), (Lang::Zh, Some(Theme::Dark)));
        assert_eq!(lens.chosen, (Some(Lang::Zh), None));
        assert_eq!(Lens::read(&Uri::from_static("/cards"), &headers).lang, Lang::En);
        assert_eq!(Lens::read(&Uri::from_static("/?theme=auto"), &headers).theme, None);
        assert_eq!(Lens::read(&Uri::from_static("/?lang=fr"), &HeaderMap::new()).lang, Lang::Zh);
    }
}
