use analytics::{Changes, DeriveOptions, DeriveReport};
use anyhow::Result;
use datasets::clock::{Clock, SystemClock};
use jiff::tz::TimeZone;

use super::Shared;
use super::explain::local;
use crate::cli::DeriveArgs;
use crate::output::{counted, say};
use crate::progress;

/// Lines of changes that are shown to people; `--json` gives all that are kept.
const SHOWN: usize = 20;

pub async fn run(shared: &Shared, args: &DeriveArgs) -> Result<()> {
    let lake = shared.lake().await?;
    let now = SystemClock::default().now();
    let options = DeriveOptions { now, full: args.full, accept_engine: args.accept_engine };
    if args.dry_run {
        let changes = analytics::plan(&lake, options).await?;
        return show(shared, &changes, &TimeZone::get(&lake.meta().time_zone)?);
    }
    let report = progress::derive(&lake, options, shared.global.json).await?;
    if shared.global.json {
        say!("{}", serde_json::to_string(&report)?);
    } else if report == DeriveReport::default() {
        say!("nothing to do: states and cards stand on the newest facts and rules");
    } else {
        say!("{}", summary(&report));
    }
    Ok(())
}

/// What was worked out, in a line.
pub fn summary(report: &DeriveReport) -> String {
    let (cases, cards) = (counted(report.cases, "case", "cases"), counted(report.cards, "card", "cards"));
    format!("derived {cases}, {cards}")
}

/// What would change: counts, and the first of it.
pub fn show(shared: &Shared, changes: &Changes, zone: &TimeZone) -> Result<()> {
    if shared.global.json {
        say!("{}", serde_json::to_string_pretty(changes)?);
        return Ok(());
    }
    say!(
        "{} folded to compare: due dates that move {}; cards that appear {}, vanish {}, move {}",
        counted(changes.cases, "case", "cases"),
        changes.due_dates,
        changes.cards_appear,
        changes.cards_vanish,
        changes.cards_move
    );
    let at = |instant: Option<jiff::Timestamp>| instant.map_or("-".into(), |instant| local(instant, zone));
    for due in changes.due.iter().take(SHOWN) {
        say!("  {}: due {} -> {}", due.case_no, at(due.before), at(due.after));
    }
    for card in changes.cards.iter().take(SHOWN) {
        let issued = if card.is_issued { ", issued" } else { "" };
        say!("  card {}: {} -> {}{issued}", card.card_id, at(card.before), at(card.after));
    }
    if changes.due.len() > SHOWN || changes.cards.len() > SHOWN {
        say!("  … more with --json");
    }
    Ok(())
}
