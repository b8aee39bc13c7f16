//! The provider's keys, and signatures by them (RFC 7515, 7517). The algorithm is one of two that are known
//! here, by a key that fits it: a token that says `none`, or a secret's algorithm, is signed by nobody.

use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;

use super::{OidcError, decoded};

#[derive(Deserialize)]
pub(super) struct Keys {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
}

impl Keys {
    /// What a token says, if one of the keys has signed it.
    pub(super) fn verify(&self, token: &str) -> Result<Vec<u8>, OidcError> {
        let mut parts = token.split('.');
        let (Some(head), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(OidcError::Token("it has not three parts"));
        };
        let told: Head = serde_json::from_slice(&decoded(head)?)
            .map_err(|source| OidcError::Unreadable { what: "an id token", source })?;
        let (signed, signature) = (&token[..head.len() + 1 + payload.len()], decoded(signature)?);
        let fits = |key: &&Key| {
            key.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
                && (told.kid.is_none() || key.kid.is_none() || key.kid == told.kid)
        };
        for key in self.keys.iter().filter(fits) {
            if key.has_signed(&told.alg, signed.as_bytes(), &signature)? {
                return decoded(payload);
            }
        }
        Err(OidcError::Token("no key of the provider has signed it"))
    }
}

impl Key {
    fn has_signed(&self, algorithm: &str, text: &[u8], signature: &[u8]) -> Result<bool, OidcError> {
        let part = |part: &Option<String>| decoded(part.as_deref().unwrap_or_default());
        match (algorithm, self.kty.as_str(), self.crv.as_deref()) {
            ("RS256", "RSA", _) => {
                let key = RsaPublicKeyComponents { n: part(&self.n)?, e: part(&self.e)? };
                Ok(key.verify(&RSA_PKCS1_2048_8192_SHA256, text, signature).is_ok())
            }
            ("ES256", "EC", Some("P-256")) => {
                let point = [vec![4], part(&self.x)?, part(&self.y)?].concat();
                Ok(UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(text, signature).is_ok())
            }
            _ => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    use serde_json::json;

    use super::*;

    fn encoded(bytes: impl AsRef<[u8]>) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn made() -> (EcdsaKeyPair, Keys) {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("key");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).expect("key");
        let point = pair.public_key().as_ref().to_vec();
        let key =
            json!({ "kty": "EC", "crv": "P-256", "kid": "1", "x": encoded(&point[1..33]), "y": encoded(&point[33..]) });
        (pair, serde_json::from_value(json!({ "keys": [key] })).expect("keys"))
    }

    fn token(pair: &EcdsaKeyPair, head: serde_json::Value) -> String {
        let signed = format!("{}.{}", encoded(head.to_string()), encoded("{\"sub\":\"7\"}"));
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).expect("signed");
        format!("{signed}.{}", encoded(signature.as_ref()))
    }

    #[test]
    fn a_token_is_believed_with_a_signature_of_the_provider_alone() {
        let ((pair, keys), (other, _)) = (made(), made());
        let right = token(&pair, json!({ "alg": "ES256", "kid": "1" }));
        assert_eq!(keys.verify(&right).expect("signed"), b"{\"sub\":\"7\"}");
        let (signed, _) = right.rsplit_once('.').expect("three parts");
        let changed = right.replacen(&encoded("{\"sub\":\"7\"}"), &encoded("{\"sub\":\"1\"}"), 1);
        let none = format!("{}.{}.", encoded("{\"alg\":\"none\"}"), encoded("{\"sub\":\"7\"}"));
        for wrong in [
            changed,
            none,
            format!("{signed}."),
            signed.to_owned(),
            token(&other, json!({ "alg": "ES256", "kid": "1" })),
            token(&pair, json!({ "alg": "ES256", "kid": "2" })),
            token(&pair, json!({ "alg": "RS256", "kid": "1" })),
            token(&pair, json!({ "alg": "HS256" })),
            "a.b.c".to_owned(),
            String::new(),
        ] {
            assert!(keys.verify(&wrong).is_err(), "{wrong}");
        }
    }
}
