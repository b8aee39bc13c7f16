//! What the buckets of a metric are called.

use std::collections::HashMap;

use queries::{Breakdown, panel};
use serde::Deserialize;

use crate::error::HttpError;
use crate::frame::Context;
use crate::i18n::Lang;
use crate::request::Region;

/// One row of the panels `organizations` and `items`.
#[derive(Debug, Deserialize)]
struct NameRow {
    #[serde(alias = "org_code", alias = "item_id")]
    code: String,
    name: Option<String>,
    name_en: Option<String>,
}

/// Names by code, of the breakdowns whose names rest in the lake.
pub(super) struct Names {
    by: Breakdown,
    known: HashMap<String, String>,
}

impl Names {
    pub(super) async fn read(context: &Context, by: Breakdown) -> Result<Self, HttpError> {
        let sql = match by {
            Breakdown::Organization => panel::ORGANIZATIONS,
            Breakdown::Item => panel::ITEMS,
            _ => return Ok(Self { by, known: HashMap::new() }),
        };
        let rows: Vec<NameRow> = context.session.rows(sql, &[]).await?;
        let lang = context.lang();
        let named = rows.into_iter().filter_map(|row| {
            let english = row.name_en.filter(|_| lang == Lang::En);
            Some((row.code, english.or(row.name)?))
        });
        Ok(Self { by, known: named.collect() })
    }

    /// The name of a bucket; its code where it has none.
    pub(super) fn name(&self, context: &Context, bucket: Option<&str>) -> String {
        let t = context.lang();
        let Some(code) = bucket else {
            return t.say("figures-unnamed");
        };
        match self.by {
            Breakdown::All => t.say("all-regions"),
            Breakdown::Village | Breakdown::Township | Breakdown::County => {
                Region::parse(code).map_or_else(|| code.to_owned(), |region| context.places.name(&region, t))
            }
            Breakdown::Organization => {
                let known = self.known.get(code).cloned();
                known.or_else(|| context.places.desk(code, t)).unwrap_or_else(|| code.to_owned())
            }
            Breakdown::Item => self.known.get(code).cloned().unwrap_or_else(|| code.to_owned()),
            Breakdown::Kind => t.code("kind", code),
            Breakdown::Channel => t.code("channel", code),
            Breakdown::Day | Breakdown::Month | Breakdown::Quarter | Breakdown::Year => code.to_owned(),
        }
    }

    /// The page of a bucket, if it has one.
    pub(super) fn href(&self, context: &Context, bucket: Option<&str>) -> Option<String> {
        let code = bucket?;
        match self.by {
            Breakdown::Village => Some(context.ask.link(&format!("/villages/{code}"), &[])),
            Breakdown::Township => Some(context.ask.link("/villages", &[("level", "village"), ("region", code)])),
            Breakdown::County => Some(context.ask.link("/villages", &[("level", "township"), ("region", code)])),
            _ => None,
        }
    }
}
