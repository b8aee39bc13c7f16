//! Secrets, and what of them is kept.

use sha2::{Digest, Sha256};

use super::AccountError;

/// Random bytes of the operating system, hexadecimal.
pub(super) fn random<const N: usize>() -> Result<String, AccountError> {
    Ok(hex::encode(bytes::<N>()?))
}

/// Random bytes of the operating system.
pub(super) fn bytes<const N: usize>() -> Result<[u8; N], AccountError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// SHA-256 of a secret, hexadecimal: what is kept of one that is random itself, and looked up by. Who can
/// time the look-up learns of the hash, from which no secret is to be had.
pub fn digest(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// Whether two texts are the same, in a time that tells of their lengths alone.
pub(crate) fn same(left: &str, right: &str) -> bool {
    let differ = left.bytes().zip(right.bytes()).fold(0, |differ, (left, right)| differ | (left ^ right));
    left.len() == right.len() && std::hint::black_box(differ) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_are_compared_whole() {
        let (one, other) = (random::<32>().expect("random"), random::<32>().expect("random"));
        assert!(one.len() == 64 && one != other && same(&one, &one) && !same(&one, &other));
        assert!(!same(&one, &one[1..]) && !same("", "a") && same("", ""));
        assert_ne!(digest(&one), one);
    }
}
