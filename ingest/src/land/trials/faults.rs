//! Landing into a store that fails: each failure is told, and landing again makes it good.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use datasets::lake::{Lake, LakeMeta, LakeUrl};
use object_store::memory::InMemory;

use super::faulty_store::FaultyStore;
use super::{Files, Told, check, check_whole, seeds};

/// Schedules here; the long test runs more.
const FEW: u64 = 50;
/// Files of a schedule.
const BATCHES: u64 = 4;
/// Tries of one file; a store that fails more often than not is no store.
const TRIES: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_loses_nothing_and_every_failure_is_told() {
    let url = LakeUrl::parse("memory://faults").expect("url");
    let template = Arc::new(InMemory::new());
    drop(Lake::create_in(&url, template.clone(), LakeMeta::default()).await.expect("made"));
    let files = Files::new();
    let (mut told, mut faults, mut races) = (0, 0, 0);
    for seed in seeds("SUNLAKE_FAULT_SCHEDULES", FEW) {
        let _told = Told(seed);
        let store = FaultyStore::over(template.fork(), seed);
        let chance = store.chance();
        let lake = Lake::open_in(&url, Arc::new(store)).await.expect("open");
        let mut acknowledged = BTreeSet::new();
        for batch in 0..BATCHES {
            chance.arm(true);
            let mut tries = 0;
            while let Err(error) = files.land(&lake, batch).await {
                assert!(!error.to_string().is_empty(), "seed {seed}");
                told += 1;
                tries += 1;
                assert!(tries < TRIES, "seed {seed}: batch {batch} never lands: {error}");
            }
            acknowledged.insert(batch);
            chance.arm(false);
            check(&lake, &acknowledged).await;
        }
        check_whole(&lake, BATCHES).await;
        faults += chance.faults.load(Ordering::SeqCst);
        races += chance.races.load(Ordering::SeqCst);
    }
    eprintln!("{faults} faults and {races} lost races; {told} landings were refused and made again");
    assert!(faults > 0 && told > 0, "{faults} faults, {told} told");
}
