//! SCRAM-SHA-256 (RFC 5802, 7677) from the server's side, against what is kept of an access token: neither the token
//! nor what could stand for it is here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::refusal::{Refusal, code};

/// The one mechanism that is offered.
pub(super) const MECHANISM: &str = "SCRAM-SHA-256";
/// For names that nobody has: as many as real ones have, so that they cannot be told apart.
const ITERATIONS: u32 = 4096;

/// What is kept of a token.
#[derive(Debug, Clone)]
pub(super) struct Verifier {
    pub(super) salt: Vec<u8>,
    pub(super) iterations: u32,
    pub(super) stored_key: Vec<u8>,
    pub(super) server_key: Vec<u8>,
}

impl Verifier {
    /// One that no proof fits, for a name that nobody has; the same each time for the same name.
    pub(super) fn of_nobody(secret: &[u8], name: &str) -> Self {
        let salt = mac(secret, name.as_bytes());
        let salt = salt.get(..16).unwrap_or_default().to_vec();
        Self { salt, iterations: ITERATIONS, stored_key: Vec::new(), server_key: Vec::new() }
    }
}

/// An exchange after the client's first message.
pub(super) struct Exchange {
    verifier: Verifier,
    /// What the client says of channel binding, and must say again.
    header: String,
    first: String,
    nonce: String,
    challenge: String,
}

impl Exchange {
    /// Reads the client's first message; `nonce` is the server's part.
    pub(super) fn begin(message: &[u8], verifier: Verifier, nonce: &str) -> Result<Self, Refusal> {
        let message = text(message)?;
        let mut parts = message.splitn(3, ',');
        let (flag, authorization, bare) = (parts.next(), parts.next(), parts.next());
        let (Some(flag @ ("n" | "y")), Some(authorization), Some(bare)) = (flag, authorization, bare) else {
            return Err(Refusal::protocol(
                "the SCRAM message is not read here, or wants channel binding, which is not offered",
            ));
        };
        if !authorization.is_empty() {
            return Err(Refusal::protocol("nobody comes in for another (SCRAM authorization identity)"));
        }
        let theirs = bare.split(',').find_map(|part| part.strip_prefix("r=")).unwrap_or_default();
        if bare.starts_with("m=") || theirs.is_empty() || !theirs.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Refusal::protocol("the SCRAM message has no nonce"));
        }
        let nonce = format!("{theirs}{nonce}");
        let salt = STANDARD.encode(&verifier.salt);
        let challenge = format!("r={nonce},s={salt},i={}", verifier.iterations);
        Ok(Self { verifier, header: format!("{flag},,"), first: bare.to_owned(), nonce, challenge })
    }

    /// What the client is asked.
    pub(super) fn challenge(&self) -> &str {
        &self.challenge
    }

    /// Reads the client's proof; the server's own in return.
    ///
    /// # Errors
    ///
    /// The same words for a wrong token and for a name that nobody has.
    pub(super) fn finish(&self, message: &[u8]) -> Result<String, Refusal> {
        let message = text(message)?;
        let broken = || Refusal::protocol("the SCRAM message is not read here");
        let (without_proof, proof) = message.rsplit_once(",p=").ok_or_else(broken)?;
        let mut parts = without_proof.split(',');
        let binding = parts.next().and_then(|part| part.strip_prefix("c=")).ok_or_else(broken)?;
        let nonce = parts.next().and_then(|part| part.strip_prefix("r=")).ok_or_else(broken)?;
        let proof = STANDARD.decode(proof).map_err(|_| broken())?;
        if binding != STANDARD.encode(&self.header) || nonce != self.nonce || proof.len() != 32 {
            return Err(broken());
        }
        let whole = format!("{},{},{without_proof}", self.first, self.challenge);
        let signature = mac(&self.verifier.stored_key, whole.as_bytes());
        let key: Vec<u8> = proof.iter().zip(&signature).map(|(proof, signature)| proof ^ signature).collect();
        if !is_same(&Sha256::digest(&key), &self.verifier.stored_key) {
            return Err(Refusal::fatal(code::WRONG_PASSWORD, "wrong name or token"));
        }
        Ok(format!("v={}", STANDARD.encode(mac(&self.verifier.server_key, whole.as_bytes()))))
    }
}

fn text(message: &[u8]) -> Result<&str, Refusal> {
    std::str::from_utf8(message).map_err(|_| Refusal::protocol("the SCRAM message is no UTF-8"))
}

fn mac(key: &[u8], text: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length.
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap_or_else(|_| KeyInit::new(&Default::default()));
    mac.update(text);
    mac.finalize().into_bytes().into()
}

/// Compares in a time that tells nothing of where they differ.
fn is_same(told: &[u8], kept: &[u8]) -> bool {
    told.len() == kept.len() && told.iter().zip(kept).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7677 §3: user "user", password "pencil".
    fn example() -> Exchange {
        let salted = hex_of("c4a49510323ab4f952cac1fa99441939e78ea74d6be81ddf7096e87513dc615d");
        let verifier = Verifier {
            salt: STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").expect("salt"),
            iterations: 4096,
            stored_key: Sha256::digest(mac(&salted, b"Client Key")).to_vec(),
            server_key: mac(&salted, b"Server Key").to_vec(),
        };
        let nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        Exchange::begin(b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO", verifier, nonce).expect("begun")
    }

    fn hex_of(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect()
    }

    const PROOF: &str = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                         p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

    #[test]
    fn the_example_of_the_standard_comes_in() {
        let exchange = example();
        assert_eq!(
            exchange.challenge(),
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
        );
        let told = exchange.finish(PROOF.as_bytes()).expect("let in");
        assert_eq!(told, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    #[test]
    fn a_wrong_proof_and_a_name_of_nobody_are_told_alike() {
        let wrong = PROOF.replace("dHzb", "dHzc");
        let refusal = example().finish(wrong.as_bytes()).expect_err("refused");
        let nobody = Verifier::of_nobody(b"secret", "nobody");
        assert_eq!((nobody.salt.len(), nobody.iterations), (16, ITERATIONS));
        assert_eq!(nobody.salt, Verifier::of_nobody(b"secret", "nobody").salt);
        let exchange = Exchange::begin(b"n,,n=user,r=abc", nobody, "def").expect("begun");
        let proof = format!("c=biws,r=abcdef,p={}", STANDARD.encode([0_u8; 32]));
        let other = exchange.finish(proof.as_bytes()).expect_err("refused");
        assert_eq!((refusal.code, &refusal.message), (other.code, &other.message));
    }

    #[test]
    fn what_is_no_scram_is_refused() {
        let begin = |message: &[u8]| Exchange::begin(message, Verifier::of_nobody(b"s", "n"), "x");
        for message in [&b""[..], b"n", b"p=tls-unique,,n=,r=a", b"n,a=root,n=,r=a", b"n,,n=", b"n,,m=1,r=a", b"\xff"] {
            assert!(begin(message).is_err(), "{message:?}");
        }
        for message in ["", "c=biws", "c=biws,r=wrong,p=AAAA", ",p=", "c=eSws,r=rOprNGfwEbeRWgbNEkqO,p=AAAA"] {
            assert!(example().finish(message.as_bytes()).is_err(), "{message}");
        }
    }
}
