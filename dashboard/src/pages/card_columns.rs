//! The columns of a table of cards.

use super::queue::{CardRow, card_class};
use crate::format::due::Now;
use crate::place;
use crate::sheet::{Cell, Column, Dress};

/// A card with what the instant of the page makes of it.
pub(super) struct Line {
    card: CardRow,
    left: String,
    age: String,
}

/// The rows of the table.
pub(super) fn lines(cards: Vec<CardRow>, now: &Now<'_>) -> Vec<Line> {
    let line = |card: CardRow| Line { left: now.left(card.due_on, card.due_at), age: now.age(card.issued_at), card };
    cards.into_iter().map(line).collect()
}

/// All columns; `has_objects` shows what the cards are about.
pub(super) fn columns(has_objects: bool) -> Vec<Column<Line>> {
    let object = Column::new("object", "col-object", "name", |context, line: &Line| {
        Cell::Text(line.card.about(context.lang()).0)
    });
    let object = object.dressed(|context, line| Dress { under: line.card.about(context.lang()).1, ..Dress::default() });
    vec![
        Column::new("card", "col-card", "", |context, line: &Line| {
            Cell::Text(context.lang().code("card", &line.card.level))
        })
        .dressed(|context, line| Dress {
            href: line.card.href(context),
            class: card_class(&line.card.level, &line.card.shown),
            ..Dress::default()
        }),
        Column::new("left", "col-left", "strong", |_, line: &Line| {
            if line.card.is_open() { Cell::Text(line.left.clone()) } else { Cell::None }
        }),
        if has_objects { object } else { object.in_files() },
        Column::new("object_id", "col-object-id", "", |_, line: &Line| Cell::text(line.card.part())).in_files(),
        Column::new("step", "col-step", "", |_, line: &Line| Cell::text(line.card.step_name.as_deref())).in_files(),
        Column::new("item", "col-item", "name", |context, line: &Line| {
            Cell::text(Some(line.card.item(context.lang()).as_str()))
        })
        .dressed(|context, line| Dress {
            href: line.card.href(context),
            under: line.card.case_no.clone(),
            ..Dress::default()
        }),
        Column::new("case", "col-case", "whole", |_, line: &Line| Cell::Text(line.card.case_no.clone()))
            .dressed(|context, line| Dress { href: line.card.href(context), ..Dress::default() })
            .in_files(),
        Column::new("place", "col-village", "name", |context, line: &Line| {
            Cell::Text(line.card.place_name(context.lang()))
        }),
        Column::new("county", "col-county", "", |context, line: &Line| {
            Cell::text(Some(place::join(context.lang(), line.card.county_name.as_deref(), None, None).as_str()))
        })
        .in_files(),
        Column::new("township", "col-township", "", |_, line: &Line| Cell::text(line.card.township_name.as_deref()))
            .in_files(),
        Column::new("village", "col-village-name", "", |_, line: &Line| Cell::text(line.card.village_name.as_deref()))
            .in_files(),
        Column::new("village_code", "col-village-code", "", |_, line: &Line| {
            Cell::text(line.card.village_code.as_deref())
        })
        .in_files(),
        Column::new("org", "col-org", "name", |context, line: &Line| Cell::Text(line.card.org(context))),
        Column::new("org_code", "col-org-code", "", |_, line: &Line| Cell::text(line.card.org_code.as_deref()))
            .in_files(),
        Column::new("condition", "col-condition-at", "r", |_, line: &Line| Cell::Instant(line.card.condition_at))
            .in_files(),
        Column::new("issued", "col-issued-at", "r", |_, line: &Line| Cell::Instant(line.card.issued_at))
            .dressed(|_, line| Dress { under: line.age.clone(), ..Dress::default() }),
        Column::new("due_on", "col-due-on", "r", |_, line: &Line| Cell::day(line.card.due_on)).in_files(),
        Column::new("due", "col-due-at", "r", |_, line: &Line| Cell::Instant(line.card.due_at)),
        Column::new("state", "col-state", "", |context, line: &Line| {
            Cell::Text(context.lang().code("shown", &line.card.shown))
        }),
    ]
}
