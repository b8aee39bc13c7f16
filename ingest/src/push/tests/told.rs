//! Who waits for a replay or a withdrawal of what was pushed hears how far it has come.

use std::sync::Mutex;

use datasets::lake::Come;

use super::*;
use crate::Progress;

/// How many records were done, of how many.
#[derive(Default)]
struct Heard(Mutex<Vec<(u64, Option<u64>)>>);

impl Progress for Heard {
    fn read(&self, _: u64, _: u64) {}

    fn records(&self, records: u64, of: Option<u64>) {
        self.0.lock().expect("free").push((records, of));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replays_and_withdrawals_tell_of_every_record_row_and_byte() {
    let place = Place::new().await;
    let body = [line("1", "2023-09-01 09:00:00"), line("2", "nonsense"), line("3", "nonsense")].concat();
    let landed = land(&place.push(), request(None, body)).await.expect("landed");
    let batch = &landed.receipt.batch_id;
    let (now, heard) = (SystemClock::default().now(), Arc::new(Heard::default()));
    let person = PersonKey::from_bytes(b"a key of some length");
    let options =
        IngestOptions { dry_run: true, now, person, progress: Some(heard.clone()), vault: Some(place.vault()) };
    let replayed = crate::replay(&place.lake, &mapping(), batch, None, &options).await.expect("replayed");
    assert_eq!((replayed.open_before, replayed.open_after), (2, 2));
    assert_eq!(*heard.0.lock().expect("free"), [(1, Some(2)), (2, Some(2))]);

    let [events, _, refused] = place.rows().await;
    let heard = Mutex::new(Vec::<Come>::new());
    let watch = |come: Come| heard.lock().expect("free").push(come);
    place.lake.rollback_watched(batch, now, &watch).await.expect("withdrawn");
    let heard = heard.lock().expect("free");
    for stage in ["look for rows", "write anew"] {
        let last = heard.iter().rfind(|come| come.stage == stage).expect("was told");
        assert_eq!((last.rows, last.bytes), (events + refused, last.of), "{stage}");
    }
}
