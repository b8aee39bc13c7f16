//! Bearer tokens: the configuration keeps their SHA-256 alone.

use std::hint::black_box;

use sha2::{Digest, Sha256};

/// Who may push, and through which mappings.
#[derive(Debug, Clone)]
pub struct Token {
    /// Names it in the books.
    pub name: String,
    /// The system that it speaks for.
    pub source: String,
    /// Of the secret.
    pub sha256: [u8; 32],
    /// Names of mappings.
    pub mappings: Vec<String>,
}

impl Token {
    /// The SHA-256 that stands for a secret, from its hexadecimal digits.
    pub fn parse_sha256(text: &str) -> Option<[u8; 32]> {
        hex::decode(text).ok()?.try_into().ok()
    }

    /// The token whose secret this is. Every one is compared, and every byte of it, so that the time
    /// taken tells nothing.
    pub fn find<'a>(tokens: &'a [Token], secret: &str) -> Option<&'a Token> {
        let digest = Sha256::digest(secret.as_bytes());
        let mut found = None;
        for token in tokens {
            let differ =
                token.sha256.iter().zip(&digest).fold(0, |differ, (held, given)| differ | black_box(held ^ given));
            if black_box(differ) == 0 {
                found = Some(token);
            }
        }
        found
    }

    /// Whether it may push through that mapping.
    pub fn may_use(&self, mapping: &str) -> bool {
        self.mappings.iter().any(|held| held == mapping)
    }
}

/// A new secret and its SHA-256, both hexadecimal.
pub fn new_secret() -> (String, String) {
    let random = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4(), uuid::Uuid::new_v4()];
    let secret = hex::encode(Sha256::digest(random.map(uuid::Uuid::into_bytes).concat()));
    let sha256 = hex::encode(Sha256::digest(secret.as_bytes()));
    (secret, sha256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_its_secret_alone() {
        let (secret, sha256) = new_secret();
        let token = |name: &str, sha256: [u8; 32]| Token {
            name: name.into(),
            source: "x".into(),
            sha256,
            mappings: vec!["workflow_event".into()],
        };
        let tokens = [token("a", [0; 32]), token("b", Token::parse_sha256(&sha256).expect("hexadecimal"))];
        let found = Token::find(&tokens, &secret).expect("found");
        assert_eq!(
            (found.name.as_str(), found.may_use("workflow_event"), found.may_use("receipt")),
            ("b", true, false)
        );
        assert!(Token::find(&tokens, &sha256).is_none() && Token::find(&tokens, "").is_none());
        assert!(Token::parse_sha256("00").is_none() && Token::parse_sha256("zz").is_none());
        assert_ne!(new_secret().0, secret);
    }
}
