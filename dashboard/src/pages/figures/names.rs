//! What the buckets of a metric are called.

use queries::Breakdown;

use crate::frame::Context;
use crate::request::Region;

/// What the buckets of a breakdown are called, and where they lead.
pub(super) struct Names {
    by: Breakdown,
}

impl Names {
    pub(super) fn new(by: Breakdown) -> Self {
        Self { by }
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
            Breakdown::Organization => context.organization(code),
            Breakdown::Item => context.item(code),
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
