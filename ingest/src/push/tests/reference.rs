//! Rows of reference tables that are pushed: they become versions, once.

use datasets::contract::POLICY_ITEM;
use datasets::reference::versions;

use super::*;

const POLICIES: &str = r#"
[source]
system = "x"
time_zone = "Asia/Shanghai"
[[output]]
table = "policy_item"
[output.fields]
policy_id = "id"
title = "title"
valid_from = "from"
"#;

pub(super) fn policies() -> Mapping {
    Mapping::parse("p", POLICIES).expect("mapping")
}

fn policy(id: &str, title: &str, from: &str) -> String {
    format!("{{\"id\":\"{id}\",\"title\":\"{title}\",\"from\":\"{from}\"}}\n")
}

fn of_policies(key: &str, body: String) -> Request {
    Request { mapping: "p".into(), ..request(Some(key), body) }
}

async fn held(place: &Place) -> u64 {
    place.lake.table(&POLICY_ITEM).snapshot().await.expect("snapshot").rows()
}

#[tokio::test(flavor = "multi_thread")]
async fn pushes_at_once_become_versions_in_few_commits() {
    let place = Place::new().await;
    let push = place.push();
    let body = [policy("A", "a", "2020-01-01"), policy("B", "b", "2020-01-01")].concat();
    let first = land(&push, of_policies("k", body.clone())).await.expect("landed");
    assert_eq!((first.receipt.landed, first.receipt.known, held(&place).await), (2, 0, 2));
    let again = land(&push, of_policies("k", body.clone())).await.expect("the same");
    assert!(again.repeated && again.receipt == first.receipt);
    let renamed = land(&push, of_policies("other", body)).await.expect("known").receipt;
    assert_eq!((renamed.landed, renamed.known), (0, 2));
    let begun = place.lake.table(&POLICY_ITEM).snapshot().await.expect("snapshot").version;
    let requests = (1..=8).map(|at| {
        let push = push.clone();
        // Each has a record of its own, and a version of one that all have.
        let own = policy(&format!("own{at}"), "own", "2020-01-01");
        let body = [own, policy("A", &format!("a{at}"), &format!("202{at}-06-01"))].concat();
        tokio::spawn(async move { land(&push, of_policies(&format!("k{at}"), body)).await })
    });
    for request in requests.collect::<Vec<_>>() {
        let receipt = request.await.expect("joined").expect("landed").receipt;
        assert_eq!((receipt.landed, receipt.known), (2, 0));
    }
    assert_eq!((held(&place).await, place.rows().await[1]), (18, 10));
    let commits = place.lake.table(&POLICY_ITEM).snapshot().await.expect("snapshot").version - begun;
    assert!(commits < 8, "{commits} commits of 8 requests");
    // Others have made versions of what the first brought.
    let now = SystemClock::default().now();
    let refused = place.lake.rollback(&first.receipt.batch_id, now).await.expect_err("stood on").to_string();
    assert!(refused.contains("A of policy_item") && refused.contains("withdraw that one first"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_was_killed_takes_nothing_from_who_came_in_between() {
    let place = Place::new().await;
    let body = [policy("A", "a", "2020-01-01"), policy("B", "b", "2020-01-01")].concat();
    let person = PersonKey::from_bytes(b"a key of some length");
    let now = "2023-09-02T00:00:00Z".parse().expect("time");
    let pushed = body::read(of_policies("k", body), &policies(), &person, None, TimeZone::UTC, now, 1 << 20);
    let pushed = pushed.expect("read");
    // The table is committed, the ledger is not: what a kill in between leaves.
    let once = Once { app_id: format!("batch/{}", pushed.batch_id), attempt: 1 };
    let rows = versions::merged(&POLICY_ITEM, &[], &[pushed.rows[0].1.clone()], 0).expect("merged").rows;
    place.lake.table(&POLICY_ITEM).put(&[rows], None, Some(&once)).await.expect("put");
    let other = land(&place.push(), of_policies("k2", policy("A", "right", "2020-01-01"))).await.expect("landed");
    assert_eq!(other.receipt.landed, 1);
    let (outcomes, _) = land_group(&place.lake, &policies(), &[&pushed], &mut Recent::default()).await.expect("landed");
    let Grouped::Landed(receipt) = &outcomes[0] else { panic!("it was not in the ledger") };
    assert_eq!((receipt.landed, receipt.known), (1, 1), "what has been replaced since is not brought again");
    assert_eq!((held(&place).await, place.rows().await[1]), (2, 2));
    let (outcomes, _) = land_group(&place.lake, &policies(), &[&pushed], &mut Recent::default()).await.expect("known");
    assert!(matches!(&outcomes[0], Grouped::Known(entry) if entry.landed == 1));
    // Withdrawn, what the other put in the place of its row stays in the way; after that it goes.
    let now = SystemClock::default().now();
    place.lake.rollback(&pushed.batch_id, now).await.expect_err("A was changed since");
    place.lake.rollback(&other.receipt.batch_id, now).await.expect("withdrawn");
    place.lake.rollback(&pushed.batch_id, now).await.expect("withdrawn");
    assert_eq!(held(&place).await, 0);
    let again = land(&place.push(), of_policies("k2", policy("A", "right", "2020-01-01"))).await.expect("landed");
    assert_eq!((again.repeated, again.receipt.landed, held(&place).await), (false, 1, 1));
}
