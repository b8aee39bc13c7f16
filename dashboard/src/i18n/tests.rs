use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use analytics::sla;

use super::*;

/// Keys of a Fluent file: what stands before ` = ` at the start of a line.
fn keys(words: &str) -> BTreeSet<String> {
    words
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_alphabetic()))
        .filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned()))
        .collect()
}

/// Beginnings of keys that nothing else in the sources begins with.
const BEGINNINGS: [&str; 15] = [
    "fig-", "lamp-", "age-", "nav-", "banner-", "theme-", "left-", "over-", "col-", "table-", "mark-", "fact-",
    "verdict-", "desk-", "unit-",
];

/// Keys in a source text: what is passed to `say` and `tell`, and every literal that begins as only
/// keys do.
fn used(text: &str, found: &mut BTreeSet<String>) {
    for beginning in BEGINNINGS {
        for (at, _) in text.match_indices(&format!("\"{beginning}")) {
            let rest = &text[at + 1..];
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(rest.len());
            if rest[end..].starts_with('"') {
                found.insert(rest[..end].to_owned());
            }
        }
    }
    for call in ["say(", "tell("] {
        for (at, _) in text.match_indices(call) {
            let rest = text[at + call.len()..].trim_start();
            if let Some(rest) = rest.strip_prefix('"')
                && let Some(end) = rest.find('"')
            {
                found.insert(rest[..end].to_owned());
            }
        }
    }
}

fn read_all(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            read_all(&path, found);
        } else if name != "tests.rs" && (name.ends_with(".rs") || name.ends_with(".html")) {
            used(&fs::read_to_string(&path).expect("text"), found);
        }
    }
}

#[test]
fn both_files_parse_and_have_the_same_keys() {
    for words in [ZH_WORDS, EN_WORDS] {
        if let Err((_, errors)) = FluentResource::try_new(words.to_owned()) {
            panic!("{errors:?}");
        }
    }
    let (zh, en) = (keys(ZH_WORDS), keys(EN_WORDS));
    assert_eq!(zh.symmetric_difference(&en).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn every_key_in_use_has_its_words() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    read_all(&root.join("src"), &mut found);
    read_all(&root.join("templates"), &mut found);
    assert!(found.len() > 100, "the search for keys finds only {}", found.len());
    let known = keys(ZH_WORDS);
    let missing: Vec<_> = found.iter().filter(|key| !known.contains(*key)).collect();
    assert!(missing.is_empty(), "used but without words: {missing:?}");
}

#[test]
fn every_code_of_the_clock_has_its_words() {
    let mut codes: Vec<(&str, &str)> = Vec::new();
    codes.extend(sla::Status::ALL.iter().map(|status| ("status", status.as_str())));
    codes.extend(sla::DueBasis::ALL.iter().map(|basis| ("basis", basis.as_str())));
    codes.extend(sla::EventKind::ALL.iter().map(|kind| ("event", kind.as_str())));
    codes.extend(sla::CloseResult::ALL.iter().map(|result| ("result", result.as_str())));
    codes.extend(sla::Reason::ALL.iter().map(|reason| ("reason", reason.as_str())));
    codes.extend(sla::DayKind::ALL.iter().map(|kind| ("day", kind.as_str())));
    codes.extend(sla::Unit::ALL.iter().map(|unit| ("limit", unit.as_str())));
    codes.extend(sla::Level::ALL.iter().map(|level| ("card", level.as_str())));
    codes.extend(sla::ObjectType::ALL.iter().map(|object| ("object", object.as_str())));
    codes.extend(sla::StartKind::ALL.iter().map(|start| ("start", start.as_str())));
    let shown = ["OPEN", "UNCONFIRMED", "ENDED", "SUPERSEDED", "LAPSED", "CANCELLED", "NET", "GROSS"];
    codes.extend(shown.iter().map(|state| ("shown", *state)));
    codes.extend(["ISSUED", "FORECAST"].iter().map(|state| ("shown", *state)));
    codes.extend(ingest::RULES.iter().flat_map(|rule| [("rule", *rule), ("why", *rule)]));
    codes.extend([("object", "ALL"), ("incident", "CALENDAR_UNKNOWN")]);
    codes.extend(["450502", "450503", "450512", "450521"].iter().map(|county| ("county", *county)));
    let known = keys(ZH_WORDS);
    let missing: Vec<_> = codes.iter().filter(|(group, code)| !known.contains(&format!("{group}-{code}"))).collect();
    assert!(missing.is_empty(), "codes without words: {missing:?}");
}

#[test]
fn values_are_filled_in_and_unknown_keys_show_themselves() {
    assert_eq!(Lang::Zh.tell("over-days", &[("n", "3")]), "超 3 工作日");
    assert_eq!(Lang::En.tell("over-days", &[("n", "3")]), "3 working days over");
    assert_eq!(Lang::En.say("no-such-key"), "no-such-key");
    assert_eq!(Lang::Zh.code("status", "NEW_CODE"), "NEW_CODE");
}

#[test]
fn one_of_a_thing_takes_the_singular() {
    let told = |key: &str, n: &str| Lang::En.tell(key, &[("n", n), ("day", "Mon"), ("time", "24:00"), ("at", "noon")]);
    assert_eq!(told("over-days", "1"), "1 working day over");
    assert_eq!(told("due-in-days", "1"), "1 working day left · Mon 24:00");
    assert_eq!(told("step-used-open", "1"), "1 working day used by noon");
    assert_eq!([told("limit-MONTH", "1"), told("limit-MONTH", "0")], ["1 month", "0 months"]);
    assert_eq!(
        [told("unit-cases", "1"), told("unit-cases", "\u{2212}1"), told("unit-cases", "–")],
        ["case", "cases", "cases"]
    );
    // What is shown stays as it was given: grouped, with its decimals.
    assert_eq!([told("n-hours", "1.5"), told("n-hours", "1\u{202f}001")], ["1.5 hours", "1\u{202f}001 hours"]);
    assert_eq!(Lang::Zh.tell("limit-MONTH", &[("n", "1")]), "1 个月");
}

/// Words after a value that end like a plural and are none.
const NO_PLURALS: [&str; 12] =
    ["is", "was", "has", "holds", "ends", "reaches", "counts", "as", "its", "this", "ms", "s"];

#[test]
fn no_number_stands_before_a_plural_that_it_does_not_choose() {
    let is_variant = |line: &str| line.trim_start().starts_with(['[', '*']);
    let mut wrong = Vec::new();
    for line in EN_WORDS.lines().filter(|line| !line.starts_with('#') && !is_variant(line)) {
        for part in line.split(" }").skip(1).filter_map(|rest| rest.strip_prefix(' ')) {
            let until = part.find(|c: char| !c.is_ascii_alphabetic() && c != ' ').unwrap_or(part.len());
            let words = part[..until].split(' ').take(2);
            wrong.extend(
                words.filter(|word| word.ends_with('s') && !NO_PLURALS.contains(word)).map(|word| (word, line)),
            );
        }
    }
    assert!(wrong.is_empty(), "these take the singular beside 1: {wrong:?}");
}

#[test]
fn the_browser_chooses_the_language_by_weight() {
    assert_eq!(Lang::accepted("en-GB,en;q=0.9,zh-CN;q=0.8"), Lang::En);
    assert_eq!(Lang::accepted("de, zh-CN;q=0.5, en;q=0.4"), Lang::Zh);
    assert_eq!(Lang::accepted("fr"), Lang::Zh);
    assert_eq!(Lang::accepted("en;q=0"), Lang::Zh);
}
