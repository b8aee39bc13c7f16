//! Signing in at a provider: OpenID Connect, code flow with PKCE (RFC 7636). What the provider says is
//! believed only over TLS, with its signature, for this server, and for the browser that began.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use analytics::{Role, Scope};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

mod claims;
mod fetch;
mod keys;

use claims::Claims;
use keys::Keys;

/// How long somebody may take at the provider, seconds.
const PATIENCE: i64 = 600;
/// Sign-ins that are begun and not ended; beyond them the oldest are forgotten.
const MOST_BEGUN: usize = 1_024;
/// How long the provider may take to answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// Why nobody was signed in. Told to the log alone.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    #[error("the provider cannot be asked: {0}")]
    Fetch(#[from] reqwest::Error),
    #[error("the provider's answer of {0} is larger than is taken")]
    TooLarge(&'static str),
    #[error("the provider's answer of {what} cannot be read: {source}")]
    Unreadable { what: &'static str, source: serde_json::Error },
    #[error("the provider calls itself {0:?}, which is not the issuer of [oidc]")]
    OtherIssuer(String),
    #[error("the address {0:?} is neither https nor of this machine")]
    Plain(String),
    #[error("the sign-in is not one that this browser has begun lately")]
    NotBegun,
    #[error("the provider has not vouched: {0}")]
    Refused(String),
    #[error("the id token is wrong: {0}")]
    Token(&'static str),
}

/// What the configuration says of it.
#[derive(Debug, Clone)]
pub struct OidcConfig {
    /// Address of the provider, as it calls itself.
    pub issuer: String,
    /// Shown on the button.
    pub name: String,
    pub client_id: String,
    /// Empty for a client that has none, which PKCE allows.
    pub client_secret: String,
    /// Where the provider leads back to: `https://…/login/back`.
    pub back: String,
    /// The claim that has the groups.
    pub claim: String,
    /// What a group may do; the first that somebody is in counts.
    pub groups: Vec<(String, Role, Scope)>,
}

/// A provider, and the sign-ins that are begun there.
pub struct Oidc {
    config: OidcConfig,
    client: reqwest::Client,
    begun: Mutex<HashMap<String, Begun>>,
}

struct Begun {
    nonce: String,
    verifier: String,
    next: String,
    at: Timestamp,
}

/// What a sign-in comes to.
pub(crate) struct Vouched {
    /// Who it is for the provider: issuer and subject, which no other has.
    pub(crate) subject: String,
    pub(crate) wanted: String,
    /// None: none of the groups has a role here.
    pub(crate) rights: Option<(Role, Scope)>,
    pub(crate) next: String,
}

/// What the provider says of itself.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Answer {
    id_token: String,
}

impl Oidc {
    /// Nothing is asked before somebody signs in: a server starts also while its provider is down.
    pub fn new(config: OidcConfig) -> Result<Self, OidcError> {
        fetch::is_safe(&config.issuer)?;
        let client = reqwest::Client::builder()
            .timeout(ANSWERS_WITHIN)
            // What the provider tells is asked there and nowhere else.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { config, client, begun: Mutex::default() })
    }

    /// For the button.
    pub(crate) fn name(&self) -> &str {
        &self.config.name
    }

    /// Begins a sign-in: the address to lead the browser to. `secrets` are random: state, nonce, verifier.
    pub(crate) async fn begin(
        &self,
        [state, nonce, verifier]: [String; 3],
        next: String,
        now: Timestamp,
    ) -> Result<String, OidcError> {
        let provider = self.discover().await?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        fetch::is_safe(&provider.authorization_endpoint)?;
        let mut address = Url::parse(&provider.authorization_endpoint)
            .map_err(|_| OidcError::Plain(provider.authorization_endpoint))?;
        address
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("redirect_uri", &self.config.back)
            .append_pair("scope", "openid profile groups")
            .append_pair("state", &state)
            .append_pair("nonce", &nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        let mut begun = self.begun.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        begun.retain(|_, begun| now.duration_since(begun.at).as_secs() < PATIENCE);
        if begun.len() >= MOST_BEGUN
            && let Some(oldest) = begun.iter().min_by_key(|(_, begun)| begun.at).map(|(state, _)| state.clone())
        {
            begun.remove(&oldest);
        }
        begun.insert(state, Begun { nonce, verifier, next, at: now });
        Ok(address.into())
    }

    /// Ends a sign-in: `state` is what came back and what the browser's cookie says.
    pub(crate) async fn end(&self, code: &str, state: &str, now: Timestamp) -> Result<Vouched, OidcError> {
        let begun = {
            let mut begun = self.begun.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            // Once, whatever comes of it.
            begun.remove(state)
        };
        let lasts = |begun: &Begun| now.duration_since(begun.at).as_secs() < PATIENCE;
        let begun = begun.filter(lasts).ok_or(OidcError::NotBegun)?;
        let provider = self.discover().await?;
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.config.back)
            .append_pair("client_id", &self.config.client_id)
            .append_pair("code_verifier", &begun.verifier)
            .finish();
        let secret = Some(self.config.client_secret.as_str()).filter(|secret| !secret.is_empty());
        let basic = secret.map(|secret| (self.config.client_id.as_str(), secret));
        let answer: Answer = fetch::post(&self.client, &provider.token_endpoint, form, basic).await?;
        let keys: Keys = fetch::get(&self.client, &provider.jwks_uri, "its keys").await?;
        let payload = keys.verify(&answer.id_token)?;
        let claims = Claims::read(&payload, &self.config.claim)?;
        claims.check(&self.config.issuer, &self.config.client_id, &begun.nonce, now)?;
        let of_group = |(group, _, _): &&(String, Role, Scope)| claims.groups.contains(group);
        let rights = self.config.groups.iter().find(of_group).map(|(_, role, scope)| (*role, scope.clone()));
        Ok(Vouched { subject: format!("{} {}", claims.iss, claims.sub), wanted: claims.name, rights, next: begun.next })
    }

    async fn discover(&self) -> Result<Discovery, OidcError> {
        let address = format!("{}/.well-known/openid-configuration", self.config.issuer.trim_end_matches('/'));
        let found: Discovery = fetch::get(&self.client, &address, "its configuration").await?;
        if found.issuer != self.config.issuer {
            return Err(OidcError::OtherIssuer(found.issuer));
        }
        Ok(found)
    }
}

/// Base64 as tokens have it.
fn decoded(text: &str) -> Result<Vec<u8>, OidcError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| OidcError::Token("it is no base64url"))
}
