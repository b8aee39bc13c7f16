use std::path::Path;

use analytics::{DeriveOptions, Param, Principal, derive};
use datasets::clock::{Clock, FixedClock};
use datasets::contract::{CARD, INGEST_BATCH, WORKFLOW_CASE};
use datasets::lake::{Lake, LakeMeta, LakeUrl};
use ingest::{IngestOptions, Input, Mapping, PersonKey};
use jiff::{SignedDuration, Timestamp};
use queries::panel;
use serde::Deserialize;
use tokio::time::{Instant, timeout};

use super::*;

const LONG: Duration = Duration::from_secs(60);
const CASE: &str = "case_no,data_version,item_id,item_version,case_kind,village_code,applicant_id,apply_channel,agent_id,is_agent_assisted,org_code,statutory_limit,statutory_unit,promised_limit,promised_unit,visits_count,entry_mode,recorded_at
C1,1,SI001,1,PROMISED,450521101201,TEST000000000000001,1,A1,true,450521-MZ,20,WD,5,WD,1,LIVE,2018-05-16 09:00:00
";
const EVENT: &str = "event_id,case_no,seq,event_type,step_seq,step_name,step_limit,actor_id,actor_role,org_code,decision,close_result,occurred_at,recorded_at
C1-1,C1,1,ACCEPT,,,,P1,agent,450521-MZ,,,2018-05-16 09:00:00,2018-05-16 09:00:00
";

fn landed_at() -> Timestamp {
    "2018-05-16T10:00:00+08:00".parse().expect("instant")
}

async fn land(lake: &Lake, folder: &Path) {
    for (mapping, rows) in [("workflow_case", CASE), ("workflow_event", EVENT)] {
        let file = folder.join(format!("{mapping}_20180516T100000.csv"));
        std::fs::write(&file, rows).expect("written");
        let person = PersonKey::from_bytes(&[7; 32]);
        let options = IngestOptions { dry_run: false, now: landed_at(), person, progress: None, vault: None };
        let mapping = Mapping::find(mapping).expect("mapping");
        ingest::ingest(Some(lake), &mapping, &Input::file(&file), &options).await.expect("landed");
    }
    derive(lake, DeriveOptions::at(landed_at())).await.expect("derived");
}

async fn made(folder: &Path) -> (LakeUrl, Arc<Lake>) {
    let url = LakeUrl::parse(folder.join("lake").to_str().expect("text")).expect("address");
    let lake = Lake::open_or_create(&url, LakeMeta::default()).await.expect("lake");
    (url, Arc::new(lake))
}

/// The count of the first beat.
async fn begun(pulse: &Pulse) -> u64 {
    pulse.beats.clone().wait_for(|beat| beat.count > 0).await.expect("watched").count
}

#[tokio::test]
async fn what_another_process_lands_is_told() {
    let folder = tempfile::tempdir().expect("folder");
    let (url, lake) = made(folder.path()).await;
    let engine = Engine::open(lake, Arc::new(FixedClock(landed_at()))).await.expect("engine");
    let pulse = Pulse::start(engine);
    let count = begun(&pulse).await;
    let other = Lake::open(&url).await.expect("opened");
    land(&other, folder.path()).await;
    let mut beats = pulse.beats.clone();
    let tables = [WORKFLOW_CASE.table, INGEST_BATCH.table, CARD.table];
    let told = beats.wait_for(|beat| tables.iter().all(|table| beat.since(count).contains(table)));
    timeout(LONG, told).await.expect("in time").expect("watched");
    assert!(pulse.mark().is_some_and(|mark| mark > count));
}

/// Runs on the runtime's time, which a test lets go by.
#[derive(Debug)]
struct Watch {
    start: Timestamp,
    begun: Instant,
}

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        self.start + SignedDuration::try_from(self.begun.elapsed()).expect("short")
    }
}

#[derive(Deserialize)]
struct Turn {
    turn_at: Timestamp,
    is_card: bool,
}

#[tokio::test]
async fn a_card_that_was_known_ahead_is_told_on_its_instant() {
    let folder = tempfile::tempdir().expect("folder");
    let (_, lake) = made(folder.path()).await;
    land(&lake, folder.path()).await;
    let engine = Engine::open(lake.clone(), Arc::new(FixedClock(landed_at()))).await.expect("engine");
    let session = engine.session(&Principal::local(), None).await.expect("session");
    let turns: Vec<Turn> = session.rows(panel::TURNS, &[("since", Param::Instant(landed_at()))]).await.expect("turns");
    let card_at = turns.iter().filter(|turn| turn.is_card).map(|turn| turn.turn_at).min().expect("a card ahead");
    assert!(card_at > landed_at());

    tokio::time::pause();
    let start = card_at - SignedDuration::from_secs(30);
    let engine = Engine::open(lake, Arc::new(Watch { start, begun: Instant::now() })).await.expect("engine");
    let pulse = Pulse::start(engine.clone());
    let count = begun(&pulse).await;
    let mut beats = pulse.beats.clone();
    // Without a timeout: its timer could be the next to go off while the lake is being read.
    drop(beats.wait_for(|beat| beat.since(count).contains(&CARD.table)).await.expect("watched"));
    let late = engine.clock().now().duration_since(card_at);
    assert!((0..1000).contains(&late.as_millis()), "told {late:?} after its instant");
}

fn silent() -> (watch::Sender<Beat>, Pulse) {
    let (told, beats) = watch::channel(Beat::default());
    (told, Pulse { beats, epoch: 7, places: Arc::new(Semaphore::new(1)) })
}

fn listener(pulse: &Pulse, stopping: Option<watch::Receiver<()>>) -> Listener {
    let place = pulse.places.clone().try_acquire_owned().expect("a place");
    Listener { pulse: pulse.clone(), hello: Some(Vec::new()), told: 0, stopping, _place: place }
}

#[tokio::test(start_paused = true)]
async fn many_changes_within_a_moment_are_one_event() {
    let (told, pulse) = silent();
    let (_, listener) = listener(&pulse, None).next().await.expect("a greeting");
    for _ in 0..1500 {
        told.send_modify(|beat| beat.strike([CARD.table]));
    }
    let (_, listener) = listener.next().await.expect("an event");
    assert_eq!(listener.told, 1500);
    let next = listener.next();
    assert!(timeout(LONG, next).await.is_err(), "told twice");
}

#[tokio::test(start_paused = true)]
async fn a_connection_ends_with_the_server_and_with_the_watcher() {
    let (told, pulse) = silent();
    let (stop, stopping) = watch::channel(());
    let (_, first) = listener(&pulse, Some(stopping)).next().await.expect("a greeting");
    assert!(pulse.places.clone().try_acquire_owned().is_err(), "there is a bound");
    stop.send_replace(());
    assert!(first.next().await.is_none());
    let (_, second) = listener(&pulse, None).next().await.expect("its place is free again");
    drop(told);
    assert!(second.next().await.is_none());
    assert_eq!(pulse.mark(), None);
}

#[test]
fn who_comes_back_is_told_what_was_missed() {
    let (told, pulse) = silent();
    assert_eq!(pulse.mark(), None, "nothing has been looked at yet");
    told.send_modify(|beat| beat.strike([CARD.table, CLOCK]));
    let id = pulse.id();
    told.send_modify(|beat| beat.strike([CLOCK]));
    assert_eq!(pulse.missed(&id), [CLOCK]);
    assert_eq!(pulse.missed(&pulse.id()), [""; 0]);
    assert_eq!(pulse.mark(), Some(2));
    // Of another start, from ahead, or no id at all.
    for id in ["0000000000000008-1", "0000000000000007-3", "0000000000000007", "", "-"] {
        assert_eq!(pulse.missed(id), [ALL], "{id}");
    }
}
