//! Power cuts in the middle of landing, compacting and withdrawing.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use datasets::contract::{INGEST_BATCH, WORKFLOW_EVENT};
use datasets::lake::durable::DurableStore;
use datasets::lake::{CompactOptions, Lake, LakeError, LakeMeta, LakeUrl, accounts};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::sim_disk::SimDisk;
use super::{Files, Random, Told, check, check_readable, check_whole, copy_folder, seeds};
use crate::{Receipt, Vault, VaultOptions};

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
        let mut acknowledged: BTreeMap<u64, Receipt> = BTreeMap::new();
        for cut in 0..CUTS {
            let disk = SimDisk::new(&place.path().join(format!("aside{cut}")), 1 + random.below(STEPS));
            let store = Arc::new(DurableStore::with_disk(&root, Arc::new(disk.clone())));
            let lake = Lake::open_in(&url, store).await.expect("no table is unreadable");
            let keeping = Arc::new(vault(place.path()).on(Arc::new(disk.clone())));
            let until = (cut + 1) * BATCHES;
            let waiting: Vec<u64> = (0..until).filter(|batch| !acknowledged.contains_key(batch)).collect();
            for batch in waiting {
                match files.land_keeping(&lake, batch, Some(keeping.clone())).await {
                    Ok(receipt) => acknowledged.insert(batch, receipt),
                    Err(_) => break,
                };
            }
            if random.in_1000(500) {
                // It may be cut as well: then it has done nothing.
                let _ = lake.compact(&WORKFLOW_EVENT, &CompactOptions::at(now())).await;
            }
            let withdrawn = withdraw_one(&lake, &mut acknowledged, &mut random).await;
            drop((lake, keeping));
            disk.cut(&mut random);
            let lake = Lake::open(&url).await.expect("no table is unreadable after the cut");
            if let Some(batch) = withdrawn {
                // What was broken off is ended by the same command.
                match lake.rollback(&batch, now()).await {
                    Ok(_) | Err(LakeError::NoBatch { state: "has been withdrawn already", .. }) => {}
                    Err(error) => panic!("batch {batch} cannot be withdrawn: {error}"),
                }
            }
            check(&lake, &acknowledged.keys().copied().collect()).await;
            check_entered(&lake, &acknowledged).await;
            check_readable(&lake).await;
            check_kept(&vault(place.path()), &files, &acknowledged);
        }
        let lake = Lake::open(&url).await.expect("open");
        for batch in 0..CUTS * BATCHES {
            files.land(&lake, batch).await.expect("landed in the end");
        }
        check_whole(&lake, CUTS * BATCHES).await;
    }
}

fn now() -> Timestamp {
    "2030-01-01T00:00:00Z".parse().expect("instant")
}

/// The vault of a schedule, beside its lake.
fn vault(place: &Path) -> Vault {
    let (folder, key_file) = (place.join("vault"), place.join("vault.key"));
    Vault::open(VaultOptions { folder, key_file, keep_days: 180, originals: true }).expect("opened")
}

/// Withdraws one of the batches now and again; its id, since it may have been broken off.
async fn withdraw_one(lake: &Lake, landed: &mut BTreeMap<u64, Receipt>, random: &mut Random) -> Option<String> {
    if landed.is_empty() || !random.in_1000(400) {
        return None;
    }
    let at = random.below(landed.len() as u64) as usize;
    let batch = *landed.keys().nth(at).expect("one of them");
    let receipt = landed.remove(&batch).expect("landed");
    // Whether it was told as done or not, it is not acknowledged as landed any more.
    let _ = lake.rollback(&receipt.batch_id, now()).await;
    Some(receipt.batch_id)
}

/// The ledger has each batch that was acknowledged.
async fn check_entered(lake: &Lake, acknowledged: &BTreeMap<u64, Receipt>) {
    let ledger = lake.table(&INGEST_BATCH).snapshot().await.expect("snapshot");
    let entered = accounts(&ledger).await.expect("read");
    for (batch, receipt) in acknowledged {
        let is_landed = entered.get(&receipt.batch_id).is_some_and(|account| account.is_landed);
        assert!(is_landed, "batch {batch} ({}) is not in the ledger", receipt.batch_id);
    }
}

/// The vault has the file of each batch that was acknowledged and the text of its refused record, whole.
fn check_kept(vault: &Vault, files: &Files, acknowledged: &BTreeMap<u64, Receipt>) {
    let report = vault.verify().expect("read");
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert!(report.texts >= acknowledged.len() as u64, "{report:?} of {} batches", acknowledged.len());
    for batch in acknowledged.keys() {
        let sha256 = hex::encode(Sha256::digest(std::fs::read(files.path(*batch)).expect("file")));
        assert!(vault.has_original(&sha256), "the file of batch {batch} is lost");
    }
}
