//! The rural market: what is offered and wanted, what changes hands, and the parcels of it.

use super::super::Sample;
use super::super::days::{DAY, HOUR};
use super::super::place::Site;
use super::super::plan;
use super::super::rng::Rng;
use super::row::{Line, OtherRow, date, pick};

pub(super) const LISTING: (&str, &str) = (
    "listing",
    "listing_id,seller_id,real_name_status,verified_at,village_code,direction,category,product,grade,title,qty,unit,\
     price,price_unit,harvest_date,shelf_life_d,posted_at,ends_at,ended_at,status,review_state,views,inquiries,photos,\
     recorded_at",
);
pub(super) const DEAL: (&str, &str) = (
    "deal",
    "deal_id,listing_id,buyer_id,qty_kg,unit_price,amount,confirmed_by,agreed_at,confirmed_at,cancelled_at,pay_mode,\
     parcel_id,recorded_at",
);
pub(super) const PARCEL: (&str, &str) = (
    "parcel",
    "parcel_id,carrier,tracking_no,from_village,to_region,picked_at,promised_at,arrived_endpoint_at,delivered_at,\
     signed_at,state,exception_code,recorded_at",
);
/// Listings for each application.
const SHARE: f64 = 0.02;
/// Days after which a listing runs out.
const RUNS: i64 = 30;

/// What is grown: name, kind, yuan per 斤 in hundredths, days that it keeps.
pub(super) const GOODS: [(&str, &str, i64, i64); 16] = [
    ("西瓜", "瓜果", 120, 10),
    ("哈密瓜", "瓜果", 280, 12),
    ("香蕉", "瓜果", 160, 7),
    ("荔枝", "瓜果", 650, 4),
    ("龙眼", "瓜果", 480, 6),
    ("百香果", "瓜果", 520, 12),
    ("辣椒", "蔬菜", 240, 8),
    ("豆角", "蔬菜", 260, 5),
    ("苦瓜", "蔬菜", 210, 7),
    ("番茄", "蔬菜", 190, 8),
    ("空心菜", "蔬菜", 130, 2),
    ("冬瓜", "蔬菜", 70, 40),
    ("红薯", "粮食", 110, 60),
    ("大米", "粮食", 280, 180),
    ("对虾", "水产", 2_600, 2),
    ("文蛤", "水产", 900, 3),
];

/// One listing, in 斤 and hundredths of a yuan per 斤.
struct Offer<'a> {
    id: String,
    site: &'a Site,
    goods: (&'static str, &'static str, i64, i64),
    qty: i64,
    price: i64,
    posted: i64,
}

pub(super) fn of_day(sample: &Sample, site: &Site, day: i64, rng: &mut Rng, out: &mut Vec<OtherRow>) {
    for number in 1..=sample.plan.count(rng, site.yearly * SHARE, day) {
        let goods = GOODS[rng.below(GOODS.len() as i64) as usize];
        let offer = Offer {
            id: format!("TEST-{}-{}-G{number:02}", site.code, date(day).replace('-', "")),
            site,
            goods,
            qty: 20 * rng.between(5, 250),
            price: (goods.2 * rng.between(85, 115) / 100).max(1),
            posted: plan::applied(rng, &sample.days, day),
        };
        listing(&offer, rng, out);
    }
}

fn listing(offer: &Offer<'_>, rng: &mut Rng, out: &mut Vec<OtherRow>) {
    let (product, category, _, keeps) = offer.goods;
    let is_supply = rng.per_mille(920);
    // As sellers write it; the mapping makes kg and yuan per kg of it.
    let (unit, jin) =
        pick(rng.below(1_000), &[(800, ("斤", 1)), (150, ("公斤", 2)), (50, ("吨", 2_000))]).unwrap_or(("斤", 1));
    let qty = 100 * offer.qty / jin;
    let seller = format!("TEST{}{:05}", offer.site.code.get(3..).unwrap_or(&offer.site.code), rng.below(4_000));
    let grade = pick(rng.below(1_000), &[(250, "一级"), (600, "统货"), (150, "")]).unwrap_or("");
    let harvest = date(offer.posted.div_euclid(DAY) - rng.below(2));
    let (views, photos) = (rng.between(5, 400), rng.between(0, 6));
    let line = || {
        Line::new(&offer.id)
            .text(&seller)
            .text("VERIFIED")
            .time(Some(offer.posted - HOUR))
            .text(&offer.site.code)
            .text(if is_supply { "SUPPLY" } else { "DEMAND" })
            .text(category)
            .text(product)
            .text(grade)
            .text(&format!("{}{product}", if is_supply { "出售" } else { "求购" }))
            .hundredths(qty)
            .text(unit)
            .hundredths(offer.price * jin)
            .text(unit)
            .text(if is_supply { &harvest } else { "" })
            .number(keeps)
            .time(Some(offer.posted))
            .time(Some(offer.posted + RUNS * DAY))
    };
    let fresh = line().time(None).text("OPEN").text("PASSED").number(0).number(0).number(photos);
    out.push(fresh.recorded(LISTING, offer.posted + rng.below(600)));
    let mut left = offer.qty;
    let mut last = offer.posted;
    let deals = if is_supply { pick(rng.below(1_000), &[(350, 0), (450, 1), (200, 2)]).unwrap_or(0) } else { 0 };
    for number in 1..=deals {
        let sold = if rng.per_mille(500) { left } else { (left * rng.between(30, 80) / 100).max(1) };
        let agreed = last + rng.between(2 * HOUR, 4 * DAY);
        if deal(offer, number, sold, agreed, rng, out) {
            left -= sold;
        }
        last = agreed + DAY;
        if left == 0 {
            break;
        }
    }
    let (ended, status) = if left == 0 { (last, "SOLD_OUT") } else { (offer.posted + RUNS * DAY, "ENDED") };
    let asked = deals + rng.below(6);
    let done = line().time(Some(ended)).text(status).text("PASSED").number(views).number(asked).number(photos);
    out.push(done.recorded(LISTING, ended + 700));
}

/// So many 斤 change hands; false if it was called off.
fn deal(offer: &Offer<'_>, number: i64, sold: i64, agreed: i64, rng: &mut Rng, out: &mut Vec<OtherRow>) -> bool {
    let id = format!("{}-D{number}", offer.id);
    let price = (offer.price * rng.between(92, 100) / 100).max(1);
    let buyer = format!("TESTB{:08}", rng.below(2_000));
    let by =
        pick(rng.below(1_000), &[(600, "BOTH"), (200, "BUYER"), (150, "PLATFORM"), (50, "SELLER")]).unwrap_or("BOTH");
    let confirmed = agreed + rng.between(HOUR / 2, 20 * HOUR);
    let mode =
        pick(rng.below(1_000), &[(550, "WECHAT"), (200, "CASH"), (150, "TRANSFER"), (100, "ALIPAY")]).unwrap_or("CASH");
    let parcel = if rng.per_mille(550) { format!("{id}-B1") } else { String::new() };
    // 斤 to kg: half as many, at twice the price.
    let line = || {
        Line::new(&id).text(&offer.id).text(&buyer).hundredths(50 * sold).hundredths(2 * price).hundredths(sold * price)
    };
    let open = line().text("").time(Some(agreed)).time(None).time(None).text(mode).text(&parcel);
    out.push(open.recorded(DEAL, agreed + 20));
    if rng.per_mille(30) {
        let off = line().text("").time(Some(agreed)).time(None).time(Some(confirmed)).text(mode).text("");
        out.push(off.recorded(DEAL, confirmed + 20));
        return false;
    }
    let sure = line().text(by).time(Some(agreed)).time(Some(confirmed)).time(None).text(mode).text(&parcel);
    out.push(sure.recorded(DEAL, confirmed + 20));
    if !parcel.is_empty() {
        send(offer.site, &parcel, confirmed, rng, out);
    }
    true
}

fn send(site: &Site, id: &str, confirmed: i64, rng: &mut Rng, out: &mut Vec<OtherRow>) {
    let picked = confirmed + rng.between(HOUR, 20 * HOUR);
    let to = pick(
        rng.below(1_000),
        &[(300, "450100000000"), (300, "440100000000"), (200, "450500000000"), (200, "430100000000")],
    );
    let tracking = format!("TESTEMS{:010}", rng.below(1_000_000_000));
    let line = || {
        Line::new(id)
            .text("中国邮政")
            .text(&tracking)
            .text(&site.code)
            .text(to.unwrap_or(""))
            .time(Some(picked))
            .time(Some(picked + 3 * DAY))
    };
    out.push(line().time(None).time(None).time(None).text("PICKED").text("").recorded(PARCEL, picked + 60));
    if rng.per_mille(6) {
        let lost = line().time(None).time(None).time(None).text("LOST").text("99");
        out.push(lost.recorded(PARCEL, picked + 12 * DAY));
        return;
    }
    let arrived = picked + if rng.per_mille(920) { rng.between(DAY, 2 * DAY) } else { rng.between(3 * DAY, 6 * DAY) };
    let delivered = arrived + rng.between(HOUR, 20 * HOUR);
    let signed = delivered + rng.between(60, 10 * HOUR);
    let done = line().time(Some(arrived)).time(Some(delivered)).time(Some(signed)).text("SIGNED").text("");
    out.push(done.recorded(PARCEL, signed + 60));
}
