//! What a password must be, and what is kept of it: Argon2id with its own salt, at the cost that OWASP
//! names for a login (19 MiB, two passes).

use argon2::{Algorithm, Argon2, Params, Version};

use super::secret::{bytes, same};
use super::{AccountError, secret};

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const SALT: usize = 16;
const HASH: usize = 32;
const LEAST: usize = 12;
/// Longer than what people keep; a bound for what is hashed.
const MOST: usize = 128;
/// Characters that a password must have at least of different ones.
const LEAST_DIFFERENT: usize = 6;
/// What is tried first anywhere; also as a part, if little stands beside it.
const COMMON: [&str; 22] = [
    "password",
    "passw0rd",
    "123456",
    "654321",
    "qwerty",
    "qwertz",
    "asdfgh",
    "zxcvbn",
    "1q2w3e",
    "1qaz2wsx",
    "abc123",
    "abcdef",
    "letmein",
    "welcome",
    "iloveyou",
    "admin",
    "changeme",
    "secret",
    "sunlake",
    "yangguang",
    "beihai",
    "test",
];

/// Key of what is wrong with a password; none if it may be one.
pub(super) fn check(name: &str, password: &str) -> Result<(), AccountError> {
    let length = password.chars().count();
    let mut different: Vec<char> = password.chars().collect();
    different.sort_unstable();
    different.dedup();
    let lower = password.to_lowercase();
    let common = COMMON.iter().map(|common| common.len() * lower.matches(common).count()).max().unwrap_or(0);
    let name = name.to_lowercase();
    let wrong = match () {
        () if length < LEAST => "short",
        () if length > MOST => "long",
        () if different.len() < LEAST_DIFFERENT => "plain",
        () if name.len() > 2 && lower.contains(&name) => "name",
        () if common * 2 >= lower.len() => "common",
        () => return Ok(()),
    };
    Err(AccountError::Weak(wrong))
}

/// What is wrong, for the terminal.
pub(super) fn told(key: &str) -> String {
    match key {
        "short" => format!("the password is too short; take at least {LEAST} characters"),
        "long" => format!("the password is too long; take at most {MOST} characters"),
        "plain" => format!("the password is too plain; take at least {LEAST_DIFFERENT} different characters"),
        "name" => "the password holds the name of its account; take another".to_owned(),
        "same" => "the password is the one from before; take another".to_owned(),
        _ => "the password is one that is tried first; take another".to_owned(),
    }
}

/// A first password: nobody has to remember it.
pub(super) fn first() -> Result<String, AccountError> {
    // Without what is taken for something else when it is read out.
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789=";
    let text: Vec<String> = bytes::<20>()?
        .chunks(5)
        .map(|part| part.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect())
        .collect();
    Ok(text.join("-"))
}

/// What is kept: `argon2id$memory$passes$salt$hash`.
pub(super) fn hash(password: &str) -> Result<String, AccountError> {
    let salt = secret::bytes::<SALT>()?;
    let hash = stretched(password, &salt, MEMORY_KIB, PASSES)?;
    Ok(format!("argon2id${MEMORY_KIB}${PASSES}${}${}", hex::encode(salt), hex::encode(hash)))
}

/// Whether what is kept is of that password. What cannot be read is of none.
pub(super) fn is_of(kept: &str, password: &str) -> Result<bool, AccountError> {
    let parts: Vec<&str> = kept.split('$').collect();
    let ["argon2id", memory, passes, salt, hash] = parts[..] else { return Ok(false) };
    let (Ok(memory), Ok(passes), Ok(salt)) = (memory.parse(), passes.parse(), hex::decode(salt)) else {
        return Ok(false);
    };
    Ok(same(&hex::encode(stretched(password, &salt, memory, passes)?), hash))
}

/// Takes as long as a password that is compared: for names that have none.
pub(super) fn pretend(password: &str) -> Result<(), AccountError> {
    stretched(password, &[0; SALT], MEMORY_KIB, PASSES).map(|_| ())
}

fn stretched(password: &str, salt: &[u8], memory: u32, passes: u32) -> Result<[u8; HASH], AccountError> {
    let params = Params::new(memory, passes, 1, Some(HASH)).map_err(AccountError::Hash)?;
    let mut out = [0; HASH];
    // A longer one is never kept, and would cost by its length.
    let password = password.get(..MOST * 4).unwrap_or(password).as_bytes();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password, salt, &mut out)
        .map_err(AccountError::Hash)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_no_password() {
        let wrong = |password: &str| match check("zhang.san", password) {
            Err(AccountError::Weak(key)) => key,
            _ => "",
        };
        for (password, why) in [
            ("kurz", "short"),
            ("ababababababab", "plain"),
            ("Zhang.San-2024-x", "name"),
            ("passwordpassw", "common"),
            ("Password1234", "common"),
            ("sunlakesunlake1", "common"),
            ("three crows over hepu", ""),
            ("一二三四五六七八九十百千", ""),
        ] {
            assert_eq!(wrong(password), why, "{password}");
        }
        assert_eq!(wrong(&"abcdefghij".repeat(20)), "long");
        assert!(check("zhang.san", &first().expect("made")).is_ok());
    }

    #[test]
    fn a_password_is_kept_as_a_hash_of_its_own_salt() {
        let kept = hash("three crows over hepu").expect("hashed");
        assert!(kept.starts_with("argon2id$19456$2$") && !kept.contains("crows"));
        assert_ne!(kept, hash("three crows over hepu").expect("hashed"));
        assert!(is_of(&kept, "three crows over hepu").expect("compared"));
        for wrong in ["three crows over hepv", "", "three crows over hep"] {
            assert!(!is_of(&kept, wrong).expect("compared"), "{wrong}");
        }
        assert!(!is_of("", "").expect("compared") && !is_of("plain$x", "x").expect("compared"));
        assert!(pretend("x").is_ok());
    }
}
