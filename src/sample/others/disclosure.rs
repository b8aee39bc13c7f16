//! What each village has to disclose, period by period, and what it published of that.

use super::super::Sample;
use super::super::days::{DAY, HOUR, civil};
use super::super::place::Site;
use super::super::rng::Rng;
use super::row::{Line, OtherRow, date};

pub(super) const OBLIGATION: (&str, &str) = (
    "disclosure_obligation",
    "obligation_id,catalogue_item,item_name,domain,village_code,cycle,period,due_rule,due_at,on_display_days,\
     not_applicable_reason,approver_id,approved_at,recorded_at",
);
pub(super) const PUBLICATION: (&str, &str) = (
    "disclosure_publication",
    "pub_id,obligation_id,domain,village_code,template_id,title,body_uri,period,due_at,submitted_at,reviewed_at,\
     published_at,reviewer_id,channels,withdrawn_at,withdraw_reason,required_fields_total,required_fields_filled,\
     pii_scan_result,views,recorded_at",
);

/// An item of the catalogue: code, name, domain, cycle.
const CATALOGUE: [(&str, &str, &str, &str); 8] = [
    ("CW01", "村级财务收支明细", "FINANCE", "MONTHLY"),
    ("DW01", "党费收缴情况", "PARTY", "QUARTERLY"),
    ("CW02", "集体资产和债权债务", "FINANCE", "QUARTERLY"),
    ("VW01", "惠民资金发放结果", "RESULT", "QUARTERLY"),
    ("VW02", "低保对象名单（脱敏）", "VILLAGE", "YEARLY"),
    ("QL01", "村级权力清单和流程图", "POWER", "YEARLY"),
    ("ZC01", "惠民政策汇编", "POLICY", "YEARLY"),
    ("BS01", "办事流程一次性告知单", "PROCESS", "YEARLY"),
];

/// Obligations fall due in the month after their period, by its 20th.
pub(super) fn of_day(sample: &Sample, site: &Site, day: i64, rng: &mut Rng, out: &mut Vec<OtherRow>) {
    let (year, month, of_month) = civil(day);
    if of_month != 1 {
        return;
    }
    for (code, name, domain, cycle) in CATALOGUE {
        let (before, last) = if month == 1 { (year - 1, 12) } else { (year, month - 1) };
        let period = match cycle {
            "MONTHLY" => format!("{before:04}-{last:02}"),
            "QUARTERLY" if month % 3 == 1 => format!("{before:04}-Q{}", (last + 2) / 3),
            "YEARLY" if month == 1 => format!("{before:04}"),
            _ => continue,
        };
        let id = format!("TEST-{}-{code}-{period}", site.code);
        let due = (day + 20) * DAY - 1;
        let is_void = cycle == "QUARTERLY" && rng.per_mille(20);
        let line = Line::new(&id)
            .text(code)
            .text(name)
            .text(domain)
            .text(&site.code)
            .text(cycle)
            .text(&period)
            .text("期满次月20日前")
            .time(Some(due))
            .number(90)
            .text(if is_void { "本期无此事项" } else { "" })
            .text(if is_void { &site.township_org } else { "" })
            .time(is_void.then_some(day * DAY + 9 * HOUR));
        out.push(line.recorded(OBLIGATION, day * DAY + 10 * HOUR));
        if !is_void && rng.per_mille(965) {
            publish(sample, site, (code, name, domain), &(id, period), (day, due), rng, out);
        }
    }
}

fn publish(
    sample: &Sample,
    site: &Site,
    (code, name, domain): (&str, &str, &str),
    (id, period): &(String, String),
    (day, due): (i64, i64),
    rng: &mut Rng,
    out: &mut Vec<OtherRow>,
) {
    let days = &sample.days;
    let behind = if rng.per_mille(930) { rng.between(0, 12) } else { rng.between(15, 30) };
    let submitted = days.at(days.office(day * DAY) + behind * 7 * HOUR + rng.below(5 * HOUR));
    let reviewed = submitted + rng.between(HOUR / 2, 20 * HOUR);
    let published = reviewed + rng.between(60, HOUR);
    let filled = if rng.per_mille(960) { 12 } else { rng.between(7, 11) };
    let line = || {
        Line::new(&format!("{id}-P1"))
            .text(id)
            .text(domain)
            .text(&site.code)
            .text(&format!("T-{code}"))
            .text(&format!("{name}（{period}）"))
            .text(&format!("test://{id}"))
            .text(period)
            .time(Some(due))
            .time(Some(submitted))
            .time(Some(reviewed))
            .time(Some(published))
            .text(&site.township_org)
            .text("WECHAT;APP;PC;BOARD")
    };
    let end = |line: Line, views: i64| line.number(12).number(filled).text("CLEAN").number(views);
    out.push(end(line().time(None).text(""), 0).recorded(PUBLICATION, published + 5));
    if rng.per_mille(6) {
        let down = published + rng.between(3 * DAY, 60 * DAY);
        let line = line().time(Some(down)).text(&format!("{}发现有误，撤下更正", date(down.div_euclid(DAY))));
        out.push(end(line, rng.between(20, 300)).recorded(PUBLICATION, down + 5));
    }
}
