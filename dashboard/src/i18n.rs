//! Words in two languages: Fluent files in `locales/`, Chinese first.

use std::sync::LazyLock;

use fluent_templates::LanguageIdentifier;
use fluent_templates::fluent_bundle::concurrent::FluentBundle;
use fluent_templates::fluent_bundle::{FluentArgs, FluentResource, FluentValue};

/// Language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Lang {
    #[default]
    Zh,
    En,
}

const ZH_WORDS: &str = concat!(
    include_str!("../locales/zh/main.ftl"),
    "\n",
    include_str!("../locales/zh/metrics.ftl"),
    "\n",
    include_str!("../locales/zh/sql.ftl")
);
const EN_WORDS: &str = concat!(
    include_str!("../locales/en/main.ftl"),
    "\n",
    include_str!("../locales/en/metrics.ftl"),
    "\n",
    include_str!("../locales/en/sql.ftl")
);

static ZH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle("zh", ZH_WORDS));
static EN: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle("en", EN_WORDS));

impl Lang {
    /// The text of a key; a key without text shows itself.
    pub(crate) fn say(self, key: &str) -> String {
        self.find(key, None).unwrap_or_else(|| key.to_owned())
    }

    /// The text of a key with its values filled in.
    pub(crate) fn tell(self, key: &str, values: &[(&'static str, &str)]) -> String {
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            args.set(*name, (*value).to_owned());
        }
        self.find(key, Some(&args)).unwrap_or_else(|| key.to_owned())
    }

    /// The text of a code of record, or the code itself if the language has no word for it.
    pub(crate) fn code(self, group: &str, code: &str) -> String {
        self.find(&format!("{group}-{code}"), None).unwrap_or_else(|| code.to_owned())
    }

    /// The value of `?lang=` and of the cookie.
    pub(crate) fn param(self) -> &'static str {
        match self {
            Lang::Zh => "zh",
            Lang::En => "en",
        }
    }

    /// The value of the `lang` attribute.
    pub(crate) fn html(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// Reads `?lang=` or the cookie.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "zh" => Some(Lang::Zh),
            "en" => Some(Lang::En),
            _ => None,
        }
    }

    /// The best of what the browser accepts; Chinese if it says nothing that we speak.
    pub(crate) fn accepted(header: &str) -> Self {
        let mut best = (0.0_f32, Lang::Zh);
        for part in header.split(',') {
            let mut pieces = part.trim().split(';');
            let tag = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
            let weight = pieces.find_map(|piece| piece.trim().strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok());
            let lang = match tag.split('-').next() {
                Some("zh") => Lang::Zh,
                Some("en") => Lang::En,
                _ => continue,
            };
            let weight: f32 = weight.unwrap_or(0.0);
            if weight > best.0 {
                best = (weight, lang);
            }
        }
        best.1
    }

    fn find(self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let words: &FluentBundle<FluentResource> = match self {
            Lang::Zh => &ZH,
            Lang::En => &EN,
        };
        let message = words.get_message(key)?;
        let pattern = message.value()?;
        let mut errors = Vec::new();
        let text = words.format_pattern(pattern, args, &mut errors).into_owned();
        Some(text)
    }
}

/// A bundle of one text. Lines that do not parse are left out; the tests keep the files whole.
fn bundle(code: &str, words: &str) -> FluentBundle<FluentResource> {
    let resource = match FluentResource::try_new(words.to_owned()) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    let mut bundle = FluentBundle::new_concurrent(vec![code.parse::<LanguageIdentifier>().unwrap_or_default()]);
    bundle.set_use_isolating(false);
    let added = bundle.add_function("COUNT", count);
    debug_assert!(added.is_ok(), "nothing else has that name");
    bundle.add_resource_overriding(resource);
    bundle
}

/// What singular and plural are chosen by: the number that a text shows, as a number. Anything but a
/// plain whole one (1 206, 1.5, –) takes the plural.
fn count<'a>(shown: &[FluentValue<'a>], _named: &FluentArgs<'_>) -> FluentValue<'a> {
    match shown.first() {
        Some(FluentValue::String(text)) => text.parse::<u32>().map_or(FluentValue::None, FluentValue::from),
        _ => FluentValue::None,
    }
}

#[cfg(test)]
mod tests;
