//! Power cuts in the middle of landing, compacting and withdrawing.

use std::collections::BTreeSet;
use std::sync::Arc;

use datasets::contract::WORKFLOW_EVENT;
use datasets::lake::durable::DurableStore;
use datasets::lake::{CompactOptions, Lake, LakeMeta, LakeUrl};

use super::sim_disk::SimDisk;
use super::{Files, Random, Told, check, check_readable, check_whole, copy_folder, seeds};

/// Schedules here; the long test runs more.
const FEW: u64 = 20;
/// Cuts of one schedule.
const CUTS: u64 = 3;
/// Files that are landed between two cuts, if there is power for all.
const BATCHES: u64 = 4;
/// Most steps of the disk from one cut to the next.
const STEPS: u64 = 160;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_whenever_the_power_is_cut() {
    let dir = tempfile::tempdir().expect("dir");
    let template = dir.path().join("template");
    let url = LakeUrl::parse(&template.display().to_string()).expect("url");
    drop(Lake::open_or_create(&url, LakeMeta::default()).await.expect("made"));
    let files = Files::new();
    for seed in seeds("SUNLAKE_POWER_SCHEDULES", FEW) {
        let _told = Told(seed);
        let place = tempfile::tempdir().expect("dir");
        let root = place.path().join("lake");
        copy_folder(&template, &root);
        let url = LakeUrl::parse(&root.display().to_string()).expect("url");
        let mut random = Random(seed);
        let mut acknowledged = BTreeSet::new();
        for cut in 0..CUTS {
            let disk = SimDisk::new(&place.path().join(format!("aside{cut}")), 1 + random.below(STEPS));
            let store = Arc::new(DurableStore::with_disk(&root, Arc::new(disk.clone())));
            let lake = Lake::open_in(&url, store).await.expect("no table is unreadable");
            let until = (cut + 1) * BATCHES;
            let waiting: Vec<u64> = (0..until).filter(|batch| !acknowledged.contains(batch)).collect();
            for batch in waiting {
                match files.land(&lake, batch).await {
                    Ok(_) => acknowledged.insert(batch),
                    Err(_) => break,
                };
            }
            if random.in_1000(500) {
                let now = "2030-01-01T00:00:00Z".parse().expect("instant");
                // It may be cut as well: then it has done nothing.
                let _ = lake.compact(&WORKFLOW_EVENT, &CompactOptions::at(now)).await;
            }
            drop(lake);
            disk.cut(&mut random);
            let lake = Lake::open(&url).await.expect("no table is unreadable after the cut");
            check(&lake, &acknowledged).await;
            check_readable(&lake).await;
        }
        let lake = Lake::open(&url).await.expect("open");
        for batch in 0..CUTS * BATCHES {
            files.land(&lake, batch).await.expect("landed in the end");
        }
        check_whole(&lake, CUTS * BATCHES).await;
    }
}
