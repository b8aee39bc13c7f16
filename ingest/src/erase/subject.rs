//! Whom an erasure is about: an identifier, in every way in which a source may have written it, under
//! every key. A mapping hashes what stands in its column, so another way to write the same is another
//! hash.

use std::collections::BTreeSet;

use encoding_rs::GB18030;
use readers::privacy::{narrow, whole_id_card, wide};
use thiserror::Error;

use crate::PersonKey;

/// Fewer characters are no identifier: they would be found everywhere.
const LEAST: usize = 4;
/// Longer texts between separators are no identifier.
const LONGEST: usize = 64;
/// What stands before a mobile number from abroad.
const CODES: [&str; 3] = ["+86", "0086", "86"];

/// Why nobody can be told by what was given. No message repeats it.
#[derive(Debug, Error)]
pub enum SubjectError {
    #[error(
        "this is no kind of identifier; give id_card:NUMBER, phone:NUMBER, other:TEXT (as the source writes it) or \
         hash:HEX (as a table has it), with - for the value to have it read from standard input"
    )]
    Kind,
    #[error("this is no ID card number: 15 digits, or 17 and a check character that fits them")]
    IdCard,
    #[error(
        "this is no phone number: a mobile one has 11 digits and begins with 13 to 19, another one has its area code"
    )]
    Phone,
    #[error("an identifier of fewer than 4 characters would be found everywhere; give the whole of it")]
    Short,
    #[error("this is no hash: 64 hexadecimal digits, as in a field that ends in _hash")]
    Hash,
    #[error(
        "there is no person key at {file}, so nobody can be told by an identifier; restore it from the backup, or give \
         hash:HEX from a table"
    )]
    NoKey { file: String },
}

/// Whom an erasure is about.
pub struct Subject {
    /// Every hash that the person may have.
    hashes: BTreeSet<String>,
    /// Those by which the audit log names the person.
    names: Vec<String>,
    /// Every way to write the identifier; none: only a hash is known.
    spellings: Vec<String>,
    keys: Vec<PersonKey>,
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Subject({:?})", self.names)
    }
}

impl Subject {
    /// Reads an identifier of a kind. `key_file` is named where there are no keys.
    pub fn new(kind: &str, value: &str, keys: Vec<PersonKey>, key_file: &str) -> Result<Self, SubjectError> {
        let typed = value.trim();
        let spellings = match kind {
            "hash" => {
                let hash = typed.to_ascii_lowercase();
                if hash.len() != 64 || hex::decode(&hash).is_err() {
                    return Err(SubjectError::Hash);
                }
                return Ok(Self { hashes: [hash.clone()].into(), names: vec![hash], spellings: Vec::new(), keys });
            }
            "id_card" => id_card(typed)?,
            "phone" => phone(typed)?,
            "other" if typed.chars().count() < LEAST => return Err(SubjectError::Short),
            "other" => vec![typed.to_owned()],
            _ => return Err(SubjectError::Kind),
        };
        if keys.is_empty() {
            return Err(SubjectError::NoKey { file: key_file.to_owned() });
        }
        let hashes = keys.iter().flat_map(|key| spellings.iter().map(move |text| key.hash(text))).collect();
        let names = keys.iter().map(|key| key.hash(&spellings[0])).collect();
        Ok(Self { hashes, names, spellings, keys })
    }

    /// Every hash that the person may have.
    pub fn hashes(&self) -> &BTreeSet<String> {
        &self.hashes
    }

    /// The names of the keys that the hashes were made under; none: they were taken from a table.
    pub fn key_ids(&self) -> Vec<String> {
        if self.is_hash() { Vec::new() } else { self.keys.iter().map(|key| key.id().to_owned()).collect() }
    }

    /// The hashes by which the audit log names the person: of the plainest way to write it, by key.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether only a hash is known.
    pub fn is_hash(&self) -> bool {
        self.spellings.is_empty()
    }

    /// Whether the person stands in a text. By a hash only a word of it can be the person.
    pub fn is_in(&self, text: &str) -> bool {
        if !self.is_hash() {
            return self.spellings.iter().any(|spelling| stands_in(text, spelling));
        }
        let is_separator = |c: char| c.is_whitespace() || ",;|\"'<>=".contains(c);
        let words = std::iter::once(text.trim()).chain(text.split(is_separator));
        let mut words = words.filter(|word| (1..=LONGEST).contains(&word.len()));
        let is_wanted = |text: &str| self.keys.iter().any(|key| self.hashes.contains(&key.hash(text)));
        words.any(|word| is_wanted(word) || whole_id_card(word).is_some_and(|number| is_wanted(&number)))
    }

    /// The bytes by which the identifier is found in a file of any encoding; none by a hash.
    pub(crate) fn needles(&self) -> Vec<Vec<u8>> {
        let all = &self.spellings;
        // What holds another way to write it is found by that.
        let shortest =
            all.iter().filter(|text| !all.iter().any(|other| other != *text && text.contains(other.as_str())));
        let mut needles = BTreeSet::new();
        for text in shortest {
            needles.insert(text.as_bytes().to_vec());
            needles.insert(GB18030.encode(text).0.into_owned());
            needles.insert(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
            needles.insert(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
        }
        needles.into_iter().collect()
    }
}

/// The plainest way first.
fn id_card(typed: &str) -> Result<Vec<String>, SubjectError> {
    let plain: String = narrow(typed).chars().filter(|c| !c.is_whitespace()).collect();
    let Some(plain) = whole_id_card(&plain) else { return Err(SubjectError::IdCard) };
    let small = plain.to_ascii_lowercase();
    let mut ways = vec![plain.clone(), small.clone(), wide(&plain), wide(&small)];
    if plain.get(6..8) == Some("19") {
        // As the card of 15 places has it, if there was one.
        let old = format!("{}{}", &plain[..6], &plain[8..17]);
        ways.extend([wide(&old), old]);
    }
    ways.extend([typed.to_owned(), typed.to_ascii_uppercase()]);
    Ok(once_each(ways))
}

/// The plainest way first.
fn phone(typed: &str) -> Result<Vec<String>, SubjectError> {
    let digits: String = narrow(typed).chars().filter(|c| !c.is_whitespace() && !"-().".contains(*c)).collect();
    let national = CODES.iter().find_map(|code| digits.strip_prefix(*code).filter(|rest| is_mobile(rest)));
    let plain = national.unwrap_or(&digits).to_owned();
    let is_landline = (10..=12).contains(&plain.len()) && plain.starts_with('0') && is_digits(&plain);
    let mut ways = vec![plain.clone(), wide(&plain)];
    if is_mobile(&plain) {
        let (first, second, third) = (&plain[..3], &plain[3..7], &plain[7..]);
        ways.extend(["-", " "].map(|sign| [first, second, third].join(sign)));
        ways.extend(CODES.iter().flat_map(|code| ["", "-", " "].map(|sign| format!("{code}{sign}{plain}"))));
    } else if is_landline {
        // 010 and 02x have three digits, all other areas four.
        let area = if matches!(plain.as_bytes()[1], b'1' | b'2') { 3 } else { 4 };
        let (area, local) = plain.split_at(area);
        ways.extend([format!("{area}-{local}"), format!("{area} {local}"), format!("({area}){local}")]);
    } else {
        return Err(SubjectError::Phone);
    }
    ways.push(typed.to_owned());
    Ok(once_each(ways))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_mobile(text: &str) -> bool {
    text.len() == 11 && is_digits(text) && text.starts_with('1') && text.as_bytes()[1] >= b'3'
}

fn once_each(ways: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut each: Vec<String> = Vec::new();
    for way in ways {
        if !each.contains(&way) {
            each.push(way);
        }
    }
    each
}

/// Whether an identifier stands in a text by itself, not within a longer number or word.
fn stands_in(text: &str, identifier: &str) -> bool {
    let joins = |edge: Option<char>, beside: Option<char>| {
        let (Some(edge), Some(beside)) = (edge, beside) else { return false };
        beside.is_ascii_digit() || (edge.is_ascii_alphabetic() && beside.is_ascii_alphabetic())
    };
    text.match_indices(identifier).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + identifier.len()..].chars().next());
        !joins(identifier.chars().next(), before) && !joins(identifier.chars().next_back(), after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Vec<PersonKey> {
        vec![PersonKey::from_bytes(b"a key of some length"), PersonKey::from_bytes(b"a former key of some length")]
    }

    fn subject(kind: &str, value: &str) -> Result<Subject, SubjectError> {
        Subject::new(kind, value, keys(), "person.key")
    }

    #[test]
    fn every_way_to_write_an_identifier_is_hashed_under_every_key() {
        let card = subject("id_card", " 11010519491231002x ").expect("a card");
        for key in keys() {
            for way in ["11010519491231002X", "11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ"]
            {
                assert!(card.hashes().contains(&key.hash(way)), "{way}");
            }
        }
        assert_eq!(card.names(), keys().iter().map(|key| key.hash("11010519491231002X")).collect::<Vec<_>>());
        let phone = subject("phone", "+86 138-0013-8000").expect("a phone");
        for way in ["13800138000", "138 0013 8000", "+8613800138000", "+86 138-0013-8000"] {
            assert!(phone.hashes().contains(&keys()[1].hash(way)), "{way}");
        }
        let landline = subject("phone", "0779 2031234").expect("a phone");
        assert!(landline.hashes().contains(&keys()[0].hash("0779-2031234")));
        let by_hash = subject("hash", &keys()[0].hash("TEST-1").to_uppercase()).expect("a hash");
        assert!(by_hash.hashes().contains(&keys()[0].hash("TEST-1")) && by_hash.key_ids().is_empty());
    }

    #[test]
    fn what_is_no_identifier_is_refused_and_not_repeated() {
        for (kind, value) in [
            ("id_card", "110105194912310021"),
            ("phone", "12800138000"),
            ("phone", "138001380001"),
            ("other", "abc"),
            ("hash", "zz"),
            ("name", "张三丰们"),
        ] {
            let message = subject(kind, value).expect_err("refused").to_string();
            assert!(!message.contains(value), "{message}");
        }
        let none = Subject::new("phone", "13800138000", Vec::new(), "/k/person.key").expect_err("no key");
        assert!(none.to_string().contains("/k/person.key"));
        assert!(Subject::new("hash", &"ab".repeat(32), Vec::new(), "").is_ok());
    }

    #[test]
    fn a_person_is_found_in_texts_but_not_in_longer_numbers() {
        let phone = subject("phone", "13800138000").expect("a phone");
        for text in ["13800138000", "电话13800138000，谢谢", "a,+8613800138000,b", "138-0013-8000"] {
            assert!(phone.is_in(text), "{text}");
        }
        for text in ["138001380001", "213800138000", "1380013800", ""] {
            assert!(!phone.is_in(text), "{text}");
        }
        let account = subject("other", "TEST-1").expect("an account");
        assert!(account.is_in("x;TEST-1;y") && !account.is_in("TEST-12") && !account.is_in("LATEST-1"));
        let by_hash = subject("hash", &keys()[1].hash("TEST-1")).expect("a hash");
        assert!(by_hash.is_in("x;TEST-1;y") && by_hash.is_in(" TEST-1") && !by_hash.is_in("TEST-12"));
        assert!(by_hash.needles().is_empty());
        let needles = phone.needles();
        assert!(needles.contains(&b"13800138000".to_vec()) && needles.len() < 16, "{needles:?}");
    }
}
