//! What an id token says (OpenID Connect Core §3.1.3.7).

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::OidcError;
use crate::accounts::same;

/// Seconds by which the provider's clock may differ.
const SKEW: i64 = 60;

/// The claims that count here.
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) sub: String,
    /// What the account would like to be called.
    pub(super) name: String,
    pub(super) groups: Vec<String>,
    audience: Vec<String>,
    party: Option<String>,
    nonce: String,
    expires: i64,
}

#[derive(Deserialize)]
struct Told {
    iss: String,
    sub: String,
    aud: OneOrMore,
    azp: Option<String>,
    exp: i64,
    nonce: Option<String>,
    preferred_username: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn list(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::More(more) => more,
        }
    }
}

impl Claims {
    /// Reads them; `claim` has the groups.
    pub(super) fn read(payload: &[u8], claim: &str) -> Result<Self, OidcError> {
        let unreadable = |source| OidcError::Unreadable { what: "an id token", source };
        let told: Told = serde_json::from_slice(payload).map_err(unreadable)?;
        let all: Value = serde_json::from_slice(payload).map_err(unreadable)?;
        let groups: Option<OneOrMore> = all
            .get(claim)
            .filter(|groups| !groups.is_null())
            .cloned()
            .map(serde_json::from_value)
            .transpose()
            .map_err(unreadable)?;
        Ok(Self {
            name: told.preferred_username.unwrap_or_else(|| told.sub.clone()),
            iss: told.iss,
            sub: told.sub,
            groups: groups.map(OneOrMore::list).unwrap_or_default(),
            audience: told.aud.list(),
            party: told.azp,
            nonce: told.nonce.unwrap_or_default(),
            expires: told.exp,
        })
    }

    /// Whether they are of that provider, for this server, for the sign-in that was begun, and not too old.
    pub(super) fn check(&self, issuer: &str, client: &str, nonce: &str, now: Timestamp) -> Result<(), OidcError> {
        let wrong = |what| Err(OidcError::Token(what));
        match () {
            () if self.iss != issuer => wrong("it is of another issuer"),
            () if !self.audience.iter().any(|one| one == client) => wrong("it is for another client"),
            () if self.party.as_ref().is_some_and(|party| party != client) => wrong("it was given to another client"),
            () if self.audience.len() > 1 && self.party.is_none() => {
                wrong("it does not say to which client it was given")
            }
            () if !same(&self.nonce, nonce) => wrong("it is of another sign-in"),
            () if self.expires.saturating_add(SKEW) <= now.as_second() => wrong("it has expired"),
            () if self.sub.is_empty() || self.sub.len() > 255 => wrong("it names nobody"),
            () => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_id_token_is_of_the_provider_for_us_for_this_sign_in_and_now() {
        let now = Timestamp::from_second(1_000).expect("instant");
        let right = json!({
            "iss": "https://id.example", "sub": "7", "aud": "sunlake", "exp": 1_100, "nonce": "n",
            "preferred_username": "zhang.san", "groups": ["leaders", "all"],
        });
        let told = |changes: Value| {
            let mut payload = right.clone();
            for (key, value) in changes.as_object().expect("object") {
                payload[key] = value.clone();
            }
            let claims = Claims::read(payload.to_string().as_bytes(), "groups").expect("readable");
            claims.check("https://id.example", "sunlake", "n", now).map(|()| claims.groups)
        };
        assert_eq!(told(json!({})).expect("right"), ["leaders", "all"]);
        assert_eq!(told(json!({ "groups": "leaders" })).expect("right"), ["leaders"]);
        assert!(told(json!({ "aud": ["sunlake", "b"], "azp": "sunlake" })).is_ok());
        for wrong in [
            json!({ "iss": "https://id.example/" }),
            json!({ "aud": "other" }),
            json!({ "aud": ["sunlake", "b"] }),
            json!({ "aud": ["sunlake"], "azp": "b" }),
            json!({ "nonce": "m" }),
            json!({ "nonce": null }),
            json!({ "exp": 940 }),
            json!({ "sub": "" }),
        ] {
            assert!(matches!(told(wrong.clone()), Err(OidcError::Token(_))), "{wrong}");
        }
        assert!(Claims::read(b"{}", "groups").is_err());
    }
}
