use analytics::sla::{Card, ClockKind, Explanation, ObjectType};
use analytics::{CaseExplanation, CaseItem};
use anyhow::{Result, bail};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Shared;
use crate::output::{counted, say};
use item::law;

mod clocks;
mod days;
mod item;
mod json;
mod objects;

pub async fn run(shared: &Shared, case_no: &str) -> Result<()> {
    let session = shared.session().await?;
    let Some(case) = session.explain(case_no).await? else {
        bail!("nothing is known of case {case_no} as of {}", local(session.as_of(), session.zone()));
    };
    let item = CaseItem::of(&case, &session).await?;
    if shared.global.json {
        say!("{}", serde_json::to_string_pretty(&json::explanation(&case, &item, session.as_of()))?);
        return Ok(());
    }
    print(&case, &item, session.as_of(), session.zone())
}

fn print(case: &CaseExplanation, item: &CaseItem, as_of: Timestamp, zone: &TimeZone) -> Result<()> {
    let (clock, explanation) = (&case.explanation.clock, &case.explanation);
    let text = |text: &Option<String>| text.clone().unwrap_or("-".into());
    say!("{}  {}  as of {}", case.case_no, case.status, local(as_of, zone));
    if let Some(since) = case.deleted_since {
        let since = local(since, zone);
        say!("  taken back by its source, known since {since}: in no count; below stands how it was then");
    }
    say!(
        "item {}  village {}  department {}",
        text(&case.item_id.clone().or(case.item_name.clone())),
        text(&case.village_code),
        text(&case.org_code)
    );
    if let Some(start) = clocks::start(case, item, as_of, zone) {
        say!("{start}");
    }
    for kind in [ClockKind::Promise, ClockKind::Statutory, ClockKind::Village] {
        say!("{}", clocks::clock(explanation, kind, item, zone));
    }
    if let Some(extension) = clock.extension {
        let (days, from) = (counted(extension.days, "day", "days"), local(extension.effective_at, zone));
        say!("  extended by {days}, in force from {from} (domain §4 point 7; {})", law(item, "42"));
    }
    for stop in objects::stops(explanation, item, zone) {
        say!("{stop}");
    }
    for undone in &explanation.reopenings {
        let (closed, reopened) = (local(undone.closed_at, zone), local(undone.reopened_at, zone));
        let result = undone.close_result;
        say!("  closed {closed} {result}, reopened {reopened}: the time between counts (domain §4 point 8)");
    }
    if let Some(closed) = clock.closed_at {
        say!("  closed {} {}", local(closed, zone), clock.close_result.map_or("", |result| result.as_str()));
    }
    let used = &case.used;
    let (whole, tenth) = (used.used_days_tenths / 10, used.used_days_tenths % 10);
    let ratio = used.ratio_ppm.map_or("-".into(), |ppm| format!("{}.{} %", ppm / 10_000, ppm % 10_000 / 1_000));
    let begun = counted(used.used_wd, "working day", "working days");
    say!("  used {begun} begun, {whole}.{tenth} days or {ratio} of the limit (point 13)");
    for (step, told) in clock.steps.iter().zip(&explanation.steps).filter(|(step, _)| clocks::has_clock(step)) {
        say!("{}", clocks::step(step, told.used_wd, told.unknown_year, as_of, zone));
    }
    for card in &explanation.cards {
        say!("{}", card_line(explanation, card, as_of, zone));
    }
    for reason in &clock.reasons {
        say!("  remark {reason}");
    }
    if let Some(item_id) = &item.unknown {
        say!("  remark item {item_id} is not in the reference data: its limits, stops and steps are not known");
    }
    say!(
        "policy {} version {}, calendar {}, engine {}",
        explanation.policy_name,
        explanation.policy_version,
        explanation.calendar_version,
        explanation.engine_version
    );
    say!("");
    let ended = |word: &str, at: Option<Timestamp>| at.map(|at| format!("{word} {}", local(at, zone)));
    let closed = ended("closed", clock.closed_at);
    for line in days::lines(&explanation.days, explanation.days_cut, closed.as_deref(), zone) {
        say!("{line}");
    }
    for (step, told) in clock.steps.iter().zip(&explanation.steps).filter(|(step, _)| clocks::has_clock(step)) {
        say!("");
        say!("step {} {}, day by day", step.key(), step.step_name.as_deref().unwrap_or_default());
        for line in days::lines(&told.days, told.cut, ended("ended", step.ended_at).as_deref(), zone) {
            say!("{line}");
        }
    }
    for line in objects::lines(explanation, item, as_of, zone) {
        say!("{line}");
    }
    say!("");
    for event in &case.events {
        let recorded =
            event.recorded_at.map(|recorded| format!(" recorded {}", local(recorded, zone))).unwrap_or_default();
        let step = event.step_name.as_deref().unwrap_or_default();
        let result = event.close_result.as_deref().unwrap_or_default();
        let deleted = event.deleted_since.map(|since| format!(", taken back, known since {}", local(since, zone)));
        let deleted = deleted.unwrap_or_default();
        say!(
            "{}  {:<12} {step}{result} {}{recorded}{deleted}",
            local(event.occurred_at, zone),
            event.event_type,
            event.org_code.as_deref().unwrap_or_default()
        );
    }
    Ok(())
}

fn card_line(explanation: &Explanation, card: &Card, as_of: Timestamp, zone: &TimeZone) -> String {
    let ends = [("superseded", card.superseded_at), ("lapsed", card.lapsed_at), ("cancelled", card.cancelled_at)];
    let ends = ends.iter().filter_map(|(word, at)| at.filter(|at| *at <= as_of).map(|at| (word, at)));
    let ends: String = ends.map(|(word, at)| format!(", {word} {}", local(at, zone))).collect();
    let ahead = if card.issued_at > as_of { " (ahead)" } else { "" };
    // Suspensions may have one id between them; their labels tell them apart.
    let key = card.object_key.as_deref().filter(|_| card.object_type == ObjectType::Suspension);
    let label = key.and_then(|key| explanation.stop_label(key)).or(card.object_id.as_deref());
    let object = label.map(|label| format!(" {label}")).unwrap_or_default();
    let cycle = if card.cycle > 1 { format!(" cycle {}", card.cycle) } else { String::new() };
    format!(
        "  card {} {}{object}{cycle}: condition {}, issued {}{ahead}{ends} (domain §3)",
        card.object_type,
        card.level,
        local(card.condition_at, zone),
        local(card.issued_at, zone)
    )
}

/// Local time to the second; the end of a day as 24:00.
pub(super) fn local(instant: Timestamp, zone: &TimeZone) -> String {
    let time = zone.to_datetime(instant);
    if time.hour() == 23 && time.minute() == 59 && time.second() == 59 && time.subsec_nanosecond() >= 999_999_000 {
        return format!("{} 24:00", time.date());
    }
    time.strftime("%Y-%m-%d %H:%M:%S%.f").to_string()
}
