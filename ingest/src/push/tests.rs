use std::io::Write;

use arrow::array::{Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::ipc::writer::StreamWriter;
use datasets::clock::{FixedClock, SystemClock};
use datasets::contract::{INGEST_BATCH, QUARANTINE, WORKFLOW_EVENT};
use datasets::lake::{LakeMeta, LakeUrl, Once};
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;

use super::*;
use crate::land::{Grouped, Recent, land_group};
use crate::{IngestOptions, Input, VaultOptions, ingest};

const MAPPING: &str = r#"
[source]
system = "x"
time_zone = "Asia/Shanghai"
[[output]]
table = "workflow_event"
[output.fields]
event_id = "id"
case_no = "case"
event_type = { value = "ACCEPT" }
occurred_at = "at"
"#;

mod bounds;
mod reference;
mod told;

struct Place {
    dir: tempfile::TempDir,
    lake: Arc<Lake>,
}

impl Place {
    async fn new() -> Self {
        let dir = tempfile::tempdir().expect("dir");
        let url = LakeUrl::parse(dir.path().join("lake").to_str().expect("text")).expect("url");
        let lake = Arc::new(Lake::open_or_create(&url, LakeMeta::default()).await.expect("lake"));
        Self { dir, lake }
    }

    fn push_at(&self, clock: Arc<dyn Clock>, options: PushOptions) -> Push {
        let person = PersonKey::from_bytes(b"a key of some length");
        let vault = Some(self.vault());
        Push::start(
            self.lake.clone(),
            vec![mapping(), reference::policies()],
            clock,
            person,
            vault,
            options,
            Arc::default(),
        )
        .expect("started")
    }

    fn vault(&self) -> Arc<Vault> {
        let (folder, key_file) = (self.dir.path().join("vault"), self.dir.path().join("vault.key"));
        Arc::new(Vault::open(VaultOptions { folder, key_file, keep_days: 180, originals: true }).expect("vault"))
    }

    /// The lines of a batch that the vault has.
    fn kept(&self, batch_id: &str) -> Vec<u64> {
        let mut lines = Vec::new();
        let read = self.vault().refused(batch_id, |raw| {
            lines.push(raw.line);
            Ok(())
        });
        read.expect("read");
        lines
    }

    fn push(&self) -> Push {
        self.push_at(Arc::new(SystemClock::default()), PushOptions::default())
    }

    async fn rows(&self) -> [u64; 3] {
        let [events, batches, refused] =
            [&WORKFLOW_EVENT, &INGEST_BATCH, &QUARANTINE].map(|contract| self.lake.table(contract));
        let events = events.snapshot().await.expect("events").rows();
        let batches = batches.snapshot().await.expect("batches").rows();
        [events, batches, refused.snapshot().await.expect("refused").rows()]
    }
}

fn mapping() -> Mapping {
    Mapping::parse("m", MAPPING).expect("mapping")
}

fn request(key: Option<&str>, body: impl Into<Bytes>) -> Request {
    Request {
        mapping: "m".into(),
        token: "t".into(),
        idempotency_key: key.map(str::to_owned),
        format: BodyFormat::Ndjson,
        gzip: false,
        body: body.into(),
    }
}

fn line(id: &str, at: &str) -> String {
    format!("{{\"id\":\"{id}\",\"case\":\"C{id}\",\"at\":\"{at}\"}}\n")
}

async fn land(push: &Push, request: Request) -> Result<Answer, PushError> {
    push.land(push.admit("t").expect("a place"), request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_land_once_with_a_receipt_each() {
    let place = Place::new().await;
    let push = place.push();
    let body = [line("1", "2023-09-01 09:00:00"), line("2", "nonsense"), line("3", "2023-09-01 09:00:00")].concat();
    let first = land(&push, request(Some("k"), body.clone())).await.expect("landed");
    let PushReceipt { rows, landed, quarantined, known, .. } = first.receipt;
    assert_eq!((rows, landed, quarantined, known, first.repeated), (3, 2, 1, 0, false));
    assert_eq!(place.kept(&first.receipt.batch_id), [2]);
    let refused = &first.receipt.refused[0];
    assert_eq!((refused.line, refused.field.as_deref(), refused.rule.as_str()), (2, Some("occurred_at"), "not_a_time"));
    let again = land(&push, request(Some("k"), body.clone())).await.expect("the same");
    assert!(again.repeated && again.receipt == first.receipt);
    // Another process knows the key too.
    let later = land(&place.push(), request(Some("k"), body.clone())).await.expect("the same");
    assert!(later.repeated && later.receipt == first.receipt);
    let other = land(&push, request(Some("k"), line("9", "2023-09-01 09:00:00"))).await.expect_err("reused");
    assert!(matches!(other, PushError::KeyReused { .. }), "{other}");
    // The same rows under another key are known; a corrected one is a new version.
    let renamed = land(&push, request(Some("k2"), line("1", "2023-09-01 09:00:00"))).await.expect("known");
    assert_eq!((renamed.receipt.landed, renamed.receipt.known), (0, 1));
    let corrected = land(&push, request(None, line("1", "2023-09-01 10:00:00"))).await.expect("corrected");
    assert_eq!((corrected.receipt.landed, corrected.receipt.idempotency_key.len()), (1, 64));
    assert_eq!(place.rows().await, [3, 3, 1]);
    let all_bad = land(&push, request(None, line("4", "never"))).await.expect("told");
    assert!(all_bad.receipt.is_all_refused());
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_at_once_share_commits_and_know_of_each_other() {
    let place = Place::new().await;
    let push = place.push();
    // The first opens the ledger; the others then wait together.
    land(&push, request(None, line("0", "2023-09-01 09:00:00"))).await.expect("landed");
    let begun = place.lake.table(&WORKFLOW_EVENT).snapshot().await.expect("snapshot").version;
    let requests = (0..16).map(|at| {
        let push = push.clone();
        // Each has a row of its own and one that all have.
        let body = [line(&format!("own{at}"), "2023-09-01 09:00:00"), line("all", "2023-09-01 09:00:00")].concat();
        tokio::spawn(async move { land(&push, request(Some(&format!("k{at}")), body)).await })
    });
    let (mut landed, mut known) = (0, 0);
    for request in requests.collect::<Vec<_>>() {
        let receipt = request.await.expect("joined").expect("landed").receipt;
        assert_eq!(receipt.rows, receipt.landed + receipt.known);
        landed += receipt.landed;
        known += receipt.known;
    }
    assert_eq!((landed, known, place.rows().await), (17, 15, [18, 17, 0]));
    let commits = place.lake.table(&WORKFLOW_EVENT).snapshot().await.expect("snapshot").version - begun;
    assert!(commits < 16, "{commits} commits of 16 requests");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_was_killed_lands_once_when_its_requests_come_again() {
    let place = Place::new().await;
    let body = [line("1", "2023-09-01 09:00:00"), line("2", "nonsense")].concat();
    let (zone, person) = (TimeZone::UTC, PersonKey::from_bytes(b"a key of some length"));
    let read = || {
        let request = request(Some("k"), body.clone());
        let now = "2023-09-02T00:00:00Z".parse().expect("time");
        body::read(request, &mapping(), &person, None, zone.clone(), now, 1 << 20).expect("read")
    };
    // Facts and refusals are committed, the ledger is not: what a kill in between leaves.
    let pushed = read();
    let once = Once { app_id: format!("batch/{}", pushed.batch_id), attempt: 1 };
    place.lake.table(&WORKFLOW_EVENT).put(&[pushed.rows[0].1.clone()], None, Some(&once)).await.expect("facts");
    let refused = crate::land::quarantine_rows(&pushed.refusals, &pushed.named(&mapping()));
    place.lake.table(&QUARANTINE).put(&[refused.expect("rows")], None, Some(&once)).await.expect("refusals");
    assert_eq!(place.rows().await, [1, 0, 1]);
    let mut recent = Recent::default();
    let again = read();
    let (outcomes, _) = land_group(&place.lake, &mapping(), &[&again], &mut recent).await.expect("landed");
    let Grouped::Landed(receipt) = &outcomes[0] else { panic!("it was not in the ledger") };
    assert_eq!((receipt.landed, receipt.known, receipt.quarantined), (1, 0, 1));
    assert_eq!(place.rows().await, [1, 1, 1]);
    // And once more, by a process that has forgotten its key.
    let (outcomes, _) = land_group(&place.lake, &mapping(), &[&again], &mut recent).await.expect("known");
    assert!(matches!(&outcomes[0], Grouped::Known(entry) if (entry.landed, entry.quarantined) == (1, 1)));
    assert_eq!(place.rows().await, [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_forgotten_after_72_hours() {
    let place = Place::new().await;
    let at = |time: &str| -> Arc<dyn Clock> { Arc::new(FixedClock(time.parse::<Timestamp>().expect("time"))) };
    let (early, late) = (line("1", "2023-09-01 09:00:00"), line("2", "2023-09-01 09:00:00"));
    let push = |time: &str| place.push_at(at(time), PushOptions::default());
    land(&push("2023-09-02T00:00:00Z"), request(Some("k"), early.clone())).await.expect("landed");
    let soon = push("2023-09-04T23:59:00Z");
    assert!(matches!(land(&soon, request(Some("k"), late.clone())).await, Err(PushError::KeyReused { .. })));
    let after = push("2023-09-05T00:00:01Z");
    assert!(!land(&after, request(Some("k"), late)).await.expect("another").repeated);
    // The first body is still the batch that landed then.
    let again = land(&push("2023-09-09T00:00:00Z"), request(Some("k"), early)).await.expect("known");
    assert!(again.repeated && again.receipt.landed == 1);
    assert_eq!(place.rows().await[..2], [2, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_was_withdrawn_lands_again_however_long_ago_it_came() {
    let place = Place::new().await;
    let at = |time: &str| -> Arc<dyn Clock> { Arc::new(FixedClock(time.parse::<Timestamp>().expect("time"))) };
    let body = [line("1", "2023-09-01 09:00:00"), line("2", "nonsense")].concat();
    let push = place.push_at(at("2023-09-02T00:00:00Z"), PushOptions::default());
    let first = land(&push, request(Some("k"), body.clone())).await.expect("landed");
    let withdraw = async || {
        let now = "2023-09-03T00:00:00Z".parse().expect("time");
        place.lake.rollback(&first.receipt.batch_id, now).await.expect("withdrawn")
    };
    assert_eq!((withdraw().await.attempt, place.rows().await), (1, [0, 2, 0]));
    let again = land(&push, request(Some("k"), body.clone())).await.expect("landed");
    assert!(!again.repeated && again.receipt == first.receipt);
    assert_eq!(place.rows().await, [1, 3, 1]);
    assert_eq!(withdraw().await.attempt, 2);
    // A process that has never heard of the key, which nobody remembers any more.
    let late = place.push_at(at("2023-09-09T00:00:00Z"), PushOptions::default());
    let third = land(&late, request(Some("k"), body.clone())).await.expect("landed");
    assert!(!third.repeated && third.receipt == first.receipt);
    assert_eq!((place.rows().await, withdraw().await.attempt), ([1, 5, 1], 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn half_of_a_withdrawal_makes_no_room_for_a_second_landing() {
    let place = Place::new().await;
    let at = |time: &str| -> Arc<dyn Clock> { Arc::new(FixedClock(time.parse::<Timestamp>().expect("time"))) };
    let push = |time: &str| place.push_at(at(time), PushOptions::default());
    let body = line("1", "2023-09-01 09:00:00");
    land(&push("2023-09-02T00:00:00Z"), request(Some("k"), body.clone())).await.expect("landed");
    // What a kill leaves: it was begun, and the rows are gone.
    let begun = Once { app_id: "withdrawal/begun".into(), attempt: 1 };
    place.lake.table(&INGEST_BATCH).put(&[], None, Some(&begun)).await.expect("begun");
    place.lake.replace(&WORKFLOW_EVENT, &[], None).await.expect("gone");
    let late = push("2023-09-09T00:00:00Z");
    let again = land(&late, request(Some("k"), body)).await.expect("known");
    assert!(again.repeated && again.receipt.landed == 1, "it counts as landed until the ledger says otherwise");
    assert_eq!(place.rows().await, [0, 1, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_brought_is_known_and_the_other_way_round() {
    let place = Place::new().await;
    let push = place.push();
    land(&push, request(None, line("1", "2023-09-01 09:00:00"))).await.expect("landed");
    let file = place.dir.path().join("rows.csv");
    std::fs::write(&file, "id,case,at\n1,C1,2023-09-01 09:00:00\n2,C2,2023-09-01 09:00:00\n").expect("written");
    let person = PersonKey::from_bytes(b"a key of some length");
    let now = SystemClock::default().now();
    let options = IngestOptions { dry_run: false, now, person, progress: None, vault: None };
    let landed = ingest(Some(&place.lake), &mapping(), &Input::file(&file), &options).await.expect("landed");
    assert_eq!((landed.landed, landed.known), (1, 1));
    let both = [line("1", "2023-09-01 09:00:00"), line("2", "2023-09-01 09:00:00")].concat();
    let known = land(&push, request(None, both)).await.expect("known").receipt;
    assert_eq!((known.landed, known.known), (0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_every_format_land_and_unreadable_ones_say_why() {
    let place = Place::new().await;
    let push = place.push_at(Arc::new(SystemClock::default()), PushOptions { max_body: 4096, ..Default::default() });
    let csv = "id,case,at\n1,C1,2023-09-01 09:00:00\n";
    let of = |format, gzip, body: Vec<u8>| Request { format, gzip, ..request(None, body) };
    let packed = |text: &[u8]| {
        let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
        gz.write_all(text).expect("packed");
        gz.finish().expect("packed")
    };
    let landed = land(&push, of(BodyFormat::Csv, true, packed(csv.as_bytes()))).await.expect("landed");
    assert_eq!(landed.receipt.landed, 1);
    // Unpacked it is the same request.
    assert!(land(&push, of(BodyFormat::Csv, false, csv.into())).await.expect("the same").repeated);
    let stream = land(&push, of(BodyFormat::ArrowStream, false, arrow_stream())).await.expect("landed");
    assert_eq!((stream.receipt.landed, stream.receipt.quarantined, stream.receipt.refused[0].line), (1, 1, 2));
    for (request, says) in [
        (of(BodyFormat::Csv, true, csv.into()), "not intact gzip"),
        (of(BodyFormat::Csv, true, packed(csv.as_bytes())[..20].to_vec()), "not intact gzip"),
        (of(BodyFormat::Csv, false, b"id,case\n1,A\n".to_vec()), "\"at\""),
        (of(BodyFormat::ArrowStream, false, csv.into()), "Arrow"),
        (of(BodyFormat::Ndjson, false, Vec::new()), "empty"),
        (of(BodyFormat::Csv, true, packed(&[b'x'; 5000])), "4096 bytes"),
    ] {
        let error = land(&push, request).await.expect_err(says).to_string();
        assert!(error.contains(says), "{says:?} not in {error:?}");
    }
    let zip = land(&push, of(BodyFormat::Csv, false, b"PK\x03\x04 and so on".to_vec())).await;
    assert!(zip.expect_err("no text").to_string().contains("not CSV"));
    let unknown = Request { mapping: "n".into(), ..request(None, "x") };
    assert!(matches!(land(&push, unknown).await, Err(PushError::UnknownMapping { .. })));
}

/// Two rows, the second without a time.
fn arrow_stream() -> Vec<u8> {
    let at = "2023-09-01T01:00:00Z".parse::<Timestamp>().expect("time").as_microsecond();
    let rows = RecordBatch::try_from_iter([
        ("id", Arc::new(StringArray::from(vec!["a", "b"])) as arrow::array::ArrayRef),
        ("case", Arc::new(Int64Array::from(vec![1, 2])) as _),
        ("at", Arc::new(TimestampMicrosecondArray::from(vec![Some(at), None])) as _),
    ]);
    let rows = rows.expect("rows");
    let mut writer = StreamWriter::try_new(Vec::new(), &rows.schema()).expect("begun");
    writer.write(&rows).expect("written");
    writer.into_inner().expect("ended")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_lets_nobody_in() {
    let place = Place::new().await;
    let push = place.push_at(Arc::new(SystemClock::default()), PushOptions { queue: 2, ..Default::default() });
    let (first, second) = (push.admit("a").expect("a place"), push.admit("b").expect("a place"));
    assert!(push.admit("c").is_none());
    drop(first);
    push.land(second, request(None, line("1", "2023-09-01 09:00:00"))).await.expect("landed");
    assert!(push.admit("a").is_some_and(|_| push.admit("b").is_some()));
}
