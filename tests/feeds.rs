//! The files of a sample as lines to be cut, mixed and added to, and the chance that does it.

use std::hash::BuildHasher;
use std::path::{Path, PathBuf};

use crate::support::Place;

/// Splitmix64: numbers that look random, the same ones for the same seed.
pub struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for at in (1..values.len()).rev() {
            values.swap(at, self.below(at + 1));
        }
    }
}

/// The seed of this run, which is printed, and its numbers; `SUNLAKE_SEED` gives the same ones again.
pub fn seeded() -> (u64, Random) {
    let given = std::env::var("SUNLAKE_SEED").ok().map(|seed| seed.parse::<u64>().expect("SUNLAKE_SEED is a number"));
    let seed = given.unwrap_or_else(|| std::hash::RandomState::new().hash_one(0) % 1_000_000);
    eprintln!("SUNLAKE_SEED={seed} repeats this run");
    (seed, Random(seed))
}

/// Header and lines of the one file in a folder whose name begins so.
pub fn lines(folder: &Path, start: &str) -> (String, String, Vec<String>) {
    let mut files = std::fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path());
    let name = |file: &PathBuf| file.file_name().expect("name").to_string_lossy().into_owned();
    let file = files.find(|file| name(file).starts_with(start)).expect("file");
    let text = std::fs::read_to_string(&file).expect("text");
    let mut lines = text.lines().map(str::to_owned);
    (name(&file), lines.next().expect("header"), lines.collect())
}

/// Writes a file of that name into a folder of its own.
pub fn write(place: &Place, folder: &str, name: &str, header: &str, lines: &[String]) -> PathBuf {
    std::fs::create_dir_all(place.dir.path().join(folder)).expect("folder");
    place.file(&format!("{folder}/{name}"), format!("{header}\n{}\n", lines.join("\n")))
}
