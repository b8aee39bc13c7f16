//! What the PostgreSQL wire compares an access token with: SCRAM-SHA-256 (RFC 5802, 7677), whose verifier
//! is made together with the token, since the token itself is kept nowhere.

use hmac::{Hmac, KeyInit, Mac};
use rusqlite::named_params;
use sha2::{Digest, Sha256};

use super::tokens::of_principal;
use super::visitor::{Visitor, Way};
use super::{AccountError, Accounts, is_name, principal};

const OF_ACCOUNT: &str = include_str!("../../store/token_of_account.sql");
/// As PostgreSQL has it. A token is random, so more would win nothing.
const ITERATIONS: u32 = 4096;
const SALT: usize = 16;

/// A verifier, and who it lets in.
#[derive(Debug, Clone)]
pub struct WireLogin {
    /// Id of the token.
    pub token: String,
    pub salt: Vec<u8>,
    pub iterations: u32,
    pub stored_key: Vec<u8>,
    pub server_key: Vec<u8>,
    /// Who has come in, once the proof is right.
    pub visitor: Visitor,
}

/// A verifier that is to be kept.
pub(super) struct Verifier {
    pub(super) salt: [u8; SALT],
    pub(super) iterations: u32,
    pub(super) stored_key: [u8; 32],
    pub(super) server_key: [u8; 32],
}

impl Verifier {
    pub(super) fn of(secret: &str) -> Result<Self, AccountError> {
        Ok(Self::salted(secret, super::secret::bytes::<SALT>()?, ITERATIONS))
    }

    fn salted(secret: &str, salt: [u8; SALT], iterations: u32) -> Self {
        let salted = stretched(secret.as_bytes(), &salt, iterations);
        let stored_key = Sha256::digest(mac(&salted, b"Client Key")).into();
        Self { salt, iterations, stored_key, server_key: mac(&salted, b"Server Key") }
    }
}

/// `Hi` of RFC 5802.
fn stretched(secret: &[u8], salt: &[u8], iterations: u32) -> [u8; 32] {
    let mut last = mac(secret, &[salt, &[0, 0, 0, 1]].concat());
    let mut out = last;
    for _ in 1..iterations {
        last = mac(secret, &last);
        out.iter_mut().zip(&last).for_each(|(out, last)| *out ^= last);
    }
    out
}

fn mac(key: &[u8], text: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length.
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap_or_else(|_| KeyInit::new(&Default::default()));
    mac.update(text);
    mac.finalize().into_bytes().into()
}

impl Accounts {
    /// The verifier for a user name of the wire: `NAME.TOKEN`, with the token's id, or `NAME` alone while
    /// that account has one token. None is to be answered like a wrong token.
    pub fn scram_of_token(&self, user: &str) -> Result<Option<WireLogin>, AccountError> {
        // A name may have dots of its own, an id has none: so the whole is tried first.
        let whole = self.wire_login(user, None)?;
        match user.rsplit_once('.') {
            Some((name, id)) if whole.is_none() => self.wire_login(name, Some(id)),
            _ => Ok(whole),
        }
    }

    fn wire_login(&self, name: &str, id: Option<&str>) -> Result<Option<WireLogin>, AccountError> {
        if !is_name(name) {
            return Ok(None);
        }
        let now = self.seconds();
        type Found = (String, Vec<u8>, u32, Vec<u8>, Vec<u8>, String, String, String);
        let mut found: Vec<Found> = self.store.with(|connection| {
            let mut statement = connection.prepare(OF_ACCOUNT)?;
            let row = |row: &rusqlite::Row<'_>| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                    row.get(5)?,
                    row.get(6)?,
                    row.get(7)?,
                ))
            };
            let values = named_params! { ":name": name, ":id": id, ":now": now };
            statement.query_map(values, row)?.collect::<Result<Vec<_>, rusqlite::Error>>()
        })?;
        let one = if found.len() == 1 { found.pop() } else { None };
        let Some((token, salt, iterations, stored_key, server_key, name, role, scope)) = one else { return Ok(None) };
        let visitor = of_principal(principal(name, &role, &scope)?, Way::Token);
        Ok(Some(WireLogin { token, salt, iterations, stored_key, server_key, visitor }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stretched_secret_is_that_of_other_programs() {
        // PBKDF2-HMAC-SHA256 of password/salt, as RFC 7914 §11 and Python's hashlib have it.
        let told = |iterations| hex::encode(stretched(b"password", b"salt", iterations));
        assert_eq!(told(1), "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b");
        assert_eq!(told(4096), "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a");
        let verifier = Verifier::salted("pencil", [7; SALT], 4096);
        assert_ne!(verifier.stored_key, verifier.server_key);
    }
}
