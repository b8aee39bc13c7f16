//! Which rules have come to be known since the derived tables were made.

use jiff::Timestamp;

use super::Rules;

/// What is new in the rule tables beside the days of the calendar.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RuleNews {
    /// The first change since; none if nothing changed that judges a case which has landed.
    pub(crate) since: Option<Timestamp>,
    /// Items that nothing was known of before: they judge cases that have ended too.
    pub(crate) first_items: Vec<String>,
    /// Policies for comparison have changed; those judge all cases, as they are today.
    pub(crate) shadows: bool,
}

impl Rules {
    /// What came to be known after an instant; without one, all that was ever put.
    pub(crate) fn news_since(&self, since: Option<Timestamp>) -> RuleNews {
        let is_new = |at: &Timestamp| since.is_none_or(|since| *at > since);
        let items = self.items.first_put_at().filter(|(_, at)| is_new(at));
        RuleNews {
            since: self.all_changes().filter(is_new).min(),
            first_items: items.map(|(item_id, _)| item_id.to_owned()).collect(),
            shadows: self.policies.shadows_changed_at().any(|at| is_new(&at)),
        }
    }

    /// The last change that was put, by which states tell what they know.
    pub(crate) fn last_change(&self) -> Option<Timestamp> {
        self.all_changes().max()
    }
}
