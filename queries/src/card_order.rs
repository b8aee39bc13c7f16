//! The orders that the list of cards comes in.

use std::str::FromStr;

use crate::panel;

/// What cards are ordered by; what is equal by it stands as in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CardOrder {
    /// The queue: by due day, then by the instant of the card.
    #[default]
    Left,
    Issued,
    Due,
    Case,
    Item,
    Place,
    Org,
    Card,
}

impl CardOrder {
    /// Their names in addresses, the first being the usual one.
    pub const NAMES: [&'static str; 8] = ["left", "issued", "due", "case", "item", "place", "org", "card"];
    const ALL: [Self; 8] =
        [Self::Left, Self::Issued, Self::Due, Self::Case, Self::Item, Self::Place, Self::Org, Self::Card];

    fn column(self) -> &'static str {
        match self {
            Self::Left => "due_on",
            Self::Issued => "issued_at",
            Self::Due => "due_at",
            Self::Case => "case_no",
            Self::Item => "item_name",
            Self::Place => "village_code",
            Self::Org => "responsible_org",
            Self::Card => "level",
        }
    }
}

/// No order has that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cards are not ordered by '{name}': choose {}", CardOrder::NAMES.join(", "))]
pub struct UnknownOrder {
    /// What was asked for.
    pub name: String,
}

impl FromStr for CardOrder {
    type Err = UnknownOrder;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::NAMES.into_iter().zip(Self::ALL).find(|(known, _)| *known == name);
        found.map(|(_, order)| order).ok_or_else(|| UnknownOrder { name: name.to_owned() })
    }
}

/// Panel [`panel::CARDS`] with its places counted in another order.
pub fn cards(order: CardOrder, descending: bool) -> String {
    if order == CardOrder::Left && !descending {
        return panel::CARDS.to_owned();
    }
    let direction = if descending { "desc" } else { "asc" };
    panel::CARDS.replace("order by due_on", &format!("order by {} {direction} nulls last, due_on", order.column()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_has_its_name_and_its_sql() {
        for (name, order) in CardOrder::NAMES.into_iter().zip(CardOrder::ALL) {
            assert_eq!(name.parse(), Ok(order));
            let sql = cards(order, true);
            let first = format!("order by {} desc nulls last, due_on nulls last, issued_at", order.column());
            assert_eq!(sql.matches(&first).count(), 1, "{sql}");
        }
        assert_eq!(cards(CardOrder::default(), false), panel::CARDS);
        assert!("secret".parse::<CardOrder>().is_err());
    }
}
