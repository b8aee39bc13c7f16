//! One of the tables of a page, of either kind: what it goes by.

use queries::Breakdown;

use super::panels::Panel;
use super::{Desk, Table};
use crate::frame::Context;
use crate::i18n::Lang;

/// A table of a page, of either kind.
#[derive(Clone, Copy)]
pub(super) enum Found {
    Panel(&'static Panel),
    Table(&'static Table),
}

impl Found {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Panel(panel) => panel.name,
            Self::Table(table) => table.name,
        }
    }

    /// What is said of it where it has no rows.
    pub(super) fn empty(self, t: Lang) -> String {
        match self {
            Self::Panel(panel) => t.code("panel-none", panel.name),
            Self::Table(_) => t.say("figures-empty"),
        }
    }

    /// Whether department and item narrow it.
    fn heeds(self) -> (bool, bool) {
        match self {
            Self::Panel(panel) => panel.heeds,
            Self::Table(table) => (table.by == Some(Breakdown::Organization), table.by == Some(Breakdown::Item)),
        }
    }

    /// The filters and the metrics that its files tell of.
    pub(super) fn about(self, context: &Context, level: Breakdown) -> (Vec<(String, String)>, Vec<&'static str>) {
        let t = context.lang();
        let (mut filters, metrics) = match self {
            Self::Panel(_) => (Vec::new(), Vec::new()),
            Self::Table(table) => {
                let by = table.by.unwrap_or(level);
                let told = (t.say("metric-by"), t.code("by", by.as_str()));
                (vec![told], table.figures.iter().map(|figure| figure.metric).collect())
            }
        };
        filters.extend(context.narrowed(self.heeds()));
        (filters, metrics)
    }

    /// What the address asks for and the table does not heed, where the page itself offers it.
    pub(super) fn unheeded(self, context: &Context, desk: &Desk) -> Option<String> {
        let (offered, heeded) = (desk.nav.heeds(), self.heeds());
        let left_out = context.narrowed((offered.0 && !heeded.0, offered.1 && !heeded.1));
        let left_out: Vec<String> = left_out.into_iter().map(|(name, _)| name).collect();
        let t = context.lang();
        (!left_out.is_empty()).then(|| t.tell("figures-unheeded", &[("names", &left_out.join(" · "))]))
    }
}
