use datasets::calendar::WorkdayTable;
use datasets::lake::{Lake, LakeMeta, LakeUrl};
use jiff::civil::date;
use sla::{Limit, StopKind, Unit, WorkCalendar};

use super::*;

async fn fresh() -> Rules {
    let url = LakeUrl::parse("memory://rules").expect("url");
    let lake = Lake::open_or_create(&url, LakeMeta::default()).await.expect("lake");
    let snapshot = lake.snapshot().await.expect("snapshot");
    Rules::load(lake.meta(), &snapshot).await.expect("rules")
}

#[tokio::test]
async fn a_fresh_lake_has_the_shipped_rules() {
    let rules = fresh().await;
    let day = Some(date(2018, 3, 5));
    let now = Timestamp::MAX;
    let policy = |day| rules.policies.official(day, now);
    assert_eq!((policy(day).name.as_str(), policy(None).is_official), ("BEIHAI_2", true));
    let names = |day| rules.shadows(day).iter().map(|policy| policy.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(day), ["HUNAN_3", "JS_GRACE"]);
    assert!(names(Some(date(2016, 9, 30))).is_empty(), "not valid yet");

    let item = rules.items.version(Some("SI001"), day, now);
    let wd = |n: u32| Some(Limit { n, unit: Unit::Wd });
    assert_eq!((item.version, item.promised, item.statutory, item.certificate), (1, wd(15), wd(25), true));
    assert_eq!(item.rules.allowed_stop_kinds, [StopKind::PublicNotice, StopKind::SiteSurvey]);
    assert_eq!((item.rules.village, item.rules.max_extension_days), (wd(3), None));
    let steps: Vec<(i64, &str, u32)> =
        item.rules.steps.iter().map(|step| (step.seq, step.name.as_str(), step.limit.n)).collect();
    assert_eq!(steps, [(1, "村级受理", 1), (2, "镇级初审", 6), (3, "县级审批", 6)]);
    assert_eq!(rules.items.version(Some("SI034"), day, now).rules.max_extension_days, Some(10));
    assert_eq!(rules.items.version(Some("NO_SUCH"), day, now).version, 0);

    assert_eq!(rules.calendars.all()[0].windows(date(2018, 3, 5)).len(), 2);
    assert!(!rules.calendars.all()[0].is_workday(date(2018, 4, 18)));
    let regions = rules.workdays.known_on(date(2018, 3, 5));
    assert_eq!(regions.iter().map(WorkdayTable::region).collect::<Vec<_>>(), ["GX", "CN"]);
    let (township, county) = rules.above("450521101201");
    assert_eq!((township, county), (Some("450521101000"), Some("450521000000")));
}
