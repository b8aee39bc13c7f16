//! Secrets and what rests under them: the person key of a lake, keys in backups, originals in the vault.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Place, text};

const MAPPING: &str = r#"
[source]
system = "market"
time_zone = "Asia/Shanghai"
[[output]]
table = "listing"
[output.fields]
listing_id = "id"
seller_hash = { column = "seller", person = true }
direction = { value = "SUPPLY" }
product = "product"
posted_at = "at"
"#;

/// A file of goods with those ids, the last of which is refused.
fn goods(place: &Place, name: &str, ids: &[&str]) -> PathBuf {
    let lines = ids.iter().map(|id| format!("{id},S-{id},melon,2023-05-01 09:00:00\n")).collect::<String>();
    place.file(name, format!("id,seller,product,at\n{lines}bad-{name},S,melon,never\n"))
}

/// The arguments that land a file.
fn landing<'a>(mapping: &'a Path, file: &'a Path) -> [&'a str; 3] {
    ["ingest", text(mapping), text(file)]
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("there").permissions().mode() & 0o777
}

#[test]
fn rows_come_in_under_the_key_of_their_lake_alone() {
    let place = Place::new();
    let mapping = place.file("market.toml", MAPPING);
    let [first, second, third, fourth] = ["A", "B", "C", "D"].map(|id| goods(&place, &format!("{id}.csv"), &[id]));
    let receipt = place.json(&landing(&mapping, &first));
    let key = place.dir.path().join("data/sunlake/person.key");
    let held = std::fs::read(&key).expect("key");
    std::fs::remove_file(&key).expect("lost");
    let batch = receipt["batch_id"].as_str().expect("batch");
    for args in [&landing(&mapping, &second)[..], &["quarantine", "replay", batch, "--mapping", text(&mapping)]] {
        let told = place.fails(1, args);
        for part in ["person.key: it is missing, and rows of", "hashed under key", "--new-person-key"] {
            assert!(told.contains(part), "{part:?} not in {told}");
        }
        assert!(!key.exists(), "no other is made");
    }
    std::fs::write(&key, "cd".repeat(32)).expect("another");
    assert!(place.fails(1, &landing(&mapping, &second)).contains("it holds key "));
    assert_eq!(place.number("select count(*) from listing"), 1);
    let anew = place.json(&[&landing(&mapping, &second)[..], &["--new-person-key"]].concat());
    assert_eq!(anew["landed"], 1);
    // From then on it is one of the lake's own, as the former one stays.
    assert_eq!(place.json(&landing(&mapping, &third))["landed"], 1);
    std::fs::write(&key, held).expect("put back");
    assert_eq!(place.json(&landing(&mapping, &fourth))["landed"], 1);
    assert_eq!(place.number("select count(distinct hash_key_id) from listing"), 2);
}

#[test]
fn keys_stay_in_a_backup_and_are_missed_where_they_are_not() {
    let place = Place::new();
    let mapping = place.file("market.toml", MAPPING);
    place.run(&landing(&mapping, &goods(&place, "first.csv", &["A"])));
    let dir = place.dir.path();
    let (keys, home) = (dir.join("data/sunlake"), dir.join("elsewhere"));
    let (backup, lake) = (dir.join("backup"), dir.join("restored"));
    let elsewhere = |args: &[&str]| place.sunlake().env("XDG_DATA_HOME", &home).args(args).assert();
    place.run(&["backup", text(&backup)]);
    let restore = ["restore", text(&backup), "--lake", text(&lake), "--with-keys"];
    let refused = elsewhere(&restore).failure().code(1);
    assert!(String::from_utf8_lossy(&refused.get_output().stderr).contains("it holds no key"));
    assert!(!lake.exists(), "nothing is begun");
    let aside = dir.join("aside.key");
    std::fs::rename(keys.join("vault.key"), &aside).expect("moved away");
    let told = place.fails(1, &["backup", text(&backup), "--with-keys"]);
    assert!(told.contains("vault.key is missing, and nothing was copied"), "{told}");
    std::fs::rename(&aside, keys.join("vault.key")).expect("put back");
    place.run(&["backup", text(&backup), "--with-keys"]);
    assert_eq!((mode(&backup.join("keys")), mode(&backup.join("keys/person.key"))), (0o700, 0o600));
    place.run(&["backup", text(&backup)]);
    elsewhere(&restore).success();
    for key in ["person.key", "vault.key"] {
        let there = home.join("sunlake").join(key);
        assert_eq!(std::fs::read(&there).expect("restored"), std::fs::read(keys.join(key)).expect("key"), "{key}");
        assert_eq!(mode(&there), 0o600, "{key}");
    }
    let second = goods(&place, "second.csv", &["B"]);
    elsewhere(&[&landing(&mapping, &second)[..], &["--lake", text(&lake)]].concat()).success();
    // Another key does not take the place of the one that rows are hashed under.
    std::fs::write(keys.join("person.key"), "cd".repeat(32)).expect("another");
    let told = place.fails(1, &["backup", text(&backup), "--with-keys"]);
    assert!(told.contains("another key is there"), "{told}");
}

#[test]
fn originals_are_checked_and_taken_out_again() {
    let place = Place::new();
    let (mapping, out) = (place.file("market.toml", MAPPING), place.dir.path().join("out.csv"));
    assert!(place.fails(1, &["vault", "verify"]).contains("there is no vault"));
    let first = goods(&place, "first.csv", &["A"]);
    let receipt: Value = place.json(&landing(&mapping, &first));
    let sha256 = receipt["kept"].as_str().expect("kept");
    let report = place.json(&["vault", "verify"]);
    assert_eq!((report["originals"].as_i64(), report["texts"].as_i64()), (Some(1), Some(1)), "{report}");
    let get = ["vault", "get", sha256, "--out", text(&out)];
    place.run(&get);
    assert_eq!(std::fs::read(&out).expect("out"), std::fs::read(&first).expect("first"));
    assert_eq!(mode(&out), 0o600);
    assert!(place.fails(1, &get).contains("exists"));
    let original = place.dir.path().join("data/sunlake/vault/originals").join(sha256);
    let mut sealed = std::fs::read(&original).expect("original");
    sealed[40] ^= 1;
    std::fs::write(&original, sealed).expect("damaged");
    let done = place.sunlake().args(["vault", "verify"]).assert().failure().code(1);
    let told = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
    assert!(told.contains(sha256) && told.contains("changed or cut off"), "{told}");
    std::fs::remove_file(&out).expect("removed");
    assert!(place.fails(1, &get).contains("changed or cut off"));
    assert!(!out.exists(), "nothing that is not whole is written");
    assert!(place.fails(1, &["vault", "get", &"0".repeat(64), "--out", text(&out)]).contains("no original"));
    assert!(place.fails(2, &["vault", "get", "../vault.key", "--out", text(&out)]).contains("is no SHA-256"));
}
