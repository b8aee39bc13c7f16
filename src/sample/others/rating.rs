//! Ratings of decided cases. The device at the counter counts like GB/T 39046 (1 = best), phones the
//! other way round, so that both are in the file.

use super::super::days::{DAY, Days, HOUR, OFFICE};
use super::super::record::{EventType, SampleCase};
use super::super::rng::{Rng, key};
use super::row::{Line, OtherRow, pick};

pub(super) const TABLE: (&str, &str) = (
    "rating",
    "rating_id,case_no,round_no,raw_code,code_system,tags,comment,channel,rated_at,rater_kind,rater_id,is_default,\
     is_real_name,device_id,ip,eval_point,rectify_due_at,rectified_at,rectify_result,follow_up_at,appeal_state,\
     recorded_at",
);
/// Per mille of decided cases that somebody rates, and of the rest that the system rates after a week.
const RATED: (i64, i64) = (550, 150);
const GOOD: [&str; 3] = ["服务热情", "办理很快", "解释清楚"];
const BAD: [&str; 3] = ["等待时间长", "材料要求不清楚", "跑了多次"];

struct Rated {
    stars: i64,
    at: i64,
    is_default: bool,
}

pub(super) fn of_case(days: &Days, case: &SampleCase, out: &mut Vec<OtherRow>) {
    let decided = |outcome: Option<super::super::record::Outcome>| outcome.is_some_and(|outcome| outcome.is_decision());
    let closing = case.events.iter().rev().find(|event| event.event_type == EventType::Close && decided(event.outcome));
    let Some(closing) = closing else { return };
    let mut rng = Rng::seeded(&[key(&case.case_no), 17]);
    let closed = closing.recorded_at;
    let accepted = case.events.iter().find(|event| event.event_type == EventType::Accept);
    let lasted = accepted.map_or(0, |event| (closed - event.occurred_at) / DAY);
    let is_slow = lasted > 2 * i64::from(case.item.promised_limit.unwrap_or(10)).max(1);
    let rated = if rng.per_mille(RATED.0) {
        let stars: &[(i64, i64)] = if is_slow {
            &[(300, 5), (250, 4), (200, 3), (150, 2), (100, 1)]
        } else {
            &[(800, 5), (140, 4), (40, 3), (13, 2), (7, 1)]
        };
        let stars = pick(rng.below(1_000), stars).unwrap_or(5);
        Rated { stars, at: closed + rng.between(60, 3 * DAY), is_default: false }
    } else if rng.per_mille(RATED.1) {
        Rated { stars: 3, at: closed + 7 * DAY, is_default: true }
    } else {
        return;
    };
    push(days, case, &rated, &mut rng, out);
}

fn push(days: &Days, case: &SampleCase, rated: &Rated, rng: &mut Rng, out: &mut Vec<OtherRow>) {
    let at_counter = case.apply_channel == 1 && !rated.is_default;
    let (code, system) = if at_counter { (6 - rated.stars, "GBT39046_A8") } else { (rated.stars, "STARS5") };
    let rater = match (rated.is_default, case.agent_id.is_some()) {
        (true, _) => "UNKNOWN",
        (_, true) if rng.per_mille(50) => "AGENT",
        _ if at_counter && rng.per_mille(15) => "STAFF_DEVICE",
        _ => "APPLICANT",
    };
    let is_bad = rated.stars <= 2;
    let words = if is_bad { BAD } else { GOOD };
    let word = words[rng.below(words.len() as i64) as usize];
    let comment = if !rated.is_default && rng.per_mille(if is_bad { 700 } else { 200 }) { word } else { "" };
    let device = if at_counter { format!("{}-PJ01", case.village_code) } else { String::new() };
    // Addresses that are kept for documents (RFC 5737).
    let address = format!("203.0.113.{}", rng.below(256));
    let due = is_bad.then(|| days.at(days.office(rated.at) + 15 * OFFICE));
    let line = || {
        Line::new(&format!("{}-PJ1", case.case_no))
            .text(&case.case_no)
            .number(1)
            .number(code)
            .text(system)
            .text(if rated.is_default { "" } else { word })
            .text(comment)
            .text(if at_counter { "1" } else { "3" })
            .time(Some(rated.at))
            .text(rater)
            .text(if rater == "APPLICANT" { &case.applicant_id } else { "" })
            .flag(rated.is_default)
            .flag(rater == "APPLICANT")
            .text(&device)
            .text(if rated.is_default { "" } else { &address })
            .text("2")
            .time(due)
    };
    let recorded = rated.at + rng.below(90);
    out.push(line().time(None).text("").time(None).text("").recorded(TABLE, recorded));
    if due.is_some() && rng.per_mille(920) {
        let wait =
            if rng.per_mille(930) { rng.between(OFFICE, 14 * OFFICE) } else { rng.between(16 * OFFICE, 30 * OFFICE) };
        let rectified = days.at(days.office(rated.at) + wait);
        let called = rectified + rng.between(HOUR, 2 * DAY);
        let line = line().time(Some(rectified)).text("已向群众说明并改进").time(Some(called)).text("");
        out.push(line.recorded(TABLE, called + rng.below(90)));
    }
}
