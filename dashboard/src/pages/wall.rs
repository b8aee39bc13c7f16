//! `/wall` 大屏: the wall of the control centre. Nobody touches it: which scene it shows is the server's to
//! say, by the clock, so that all walls show the same and a restart changes nothing. No personal data, and
//! no case number: whoever passes by may read it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::kept_page;
use super::overview::{self, Wants};
use crate::error::HttpError;
use crate::frame::Context;
use crate::i18n::Lang;
use crate::request::Ask;
use crate::state::App;

/// Seconds without a new answer after which figures are shown as stale; scenes come more often.
const BOUND: u32 = 60;
/// Seconds after which the whole page is loaded anew.
const RENEW: u32 = 3600;
/// What it shows, one after the other.
const SCENES: [Scene; 4] = [Scene("figures"), Scene("queue"), Scene("trend"), Scene("map")];

/// A scene of the template.
#[derive(Debug, Clone, Copy)]
struct Scene(&'static str);

impl Scene {
    /// The one of that number; they begin again after the last.
    fn of(number: u64) -> Self {
        let at = usize::try_from(number % SCENES.len() as u64).unwrap_or_default();
        SCENES[at]
    }

    fn shows(&self, name: &str) -> bool {
        self.0 == name
    }
}

#[derive(Template)]
#[template(path = "wall.html")]
struct Page {
    t: Lang,
    page: overview::Page,
    bound: u32,
    renew: u32,
    here: String,
    /// The scene, and the one beside it where two screens make one.
    scenes: [Scene; 2],
    /// Whether no source has told of today: then the figures are old however lately they were asked for.
    is_stale: bool,
}

/// The page.
pub(crate) async fn show(State(app): State<App>, mut ask: Ask) -> Result<Response, HttpError> {
    // A wall shows the present.
    ask.filters.as_of = None;
    kept_page(&app, &ask, text(app.clone(), ask.clone())).await
}

async fn text(app: App, ask: Ask) -> Result<String, HttpError> {
    let scene = app.pulse.scene();
    let context = Context::open(app, ask).await?;
    let page = overview::build(&context, Wants::ALL).await?;
    let page = Page {
        t: context.lang(),
        page,
        bound: BOUND,
        renew: RENEW,
        here: context.ask.with(&[]),
        scenes: [Scene::of(scene), Scene::of(scene + 1)],
        is_stale: !context.has_news_today(),
    };
    Ok(page.render()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenes_follow_each_other_and_begin_again() {
        let shown: Vec<&str> = (3..6).map(|number| Scene::of(number).0).collect();
        assert_eq!(shown, ["map", "figures", "queue"]);
        assert!(Scene::of(4).shows("figures") && !Scene::of(5).shows("figures"));
    }
}
