//! How a connection begins: TLS if there is some, a start in PostgreSQL's protocol or a request to cancel, and who
//! it is that comes in.

use std::collections::BTreeMap;
use std::mem::replace;

use bytes::BytesMut;
use pgwire::messages::cancel::CancelRequest;
use pgwire::messages::response::{ReadyForQuery, TransactionStatus};
use pgwire::messages::startup::{
    Authentication, BackendKeyData, GssEncRequest, NegotiateProtocolVersion, ParameterStatus, PasswordMessageFamily,
    SecretKey, SslRequest, Startup,
};
use pgwire::messages::{DecodeContext, Message, PgWireFrontendMessage, ProtocolVersion};
use serde_json::json;

use super::line::{End, Line, SHORT};
use super::refusal::{Refusal, code};
use super::running::Place;
use super::scram::{Exchange, MECHANISM, Verifier};
use super::settings::Settings;
use super::{DATABASE, Shared};
use crate::accounts::Visitor;

/// The newest protocol that is spoken, 3.0.
const SPOKEN: i32 = 3 << 16;

/// Who has come in, with what they have set.
pub(super) struct Guest {
    pub(super) visitor: Visitor,
    pub(super) settings: Settings,
    pub(super) place: Place,
    /// Id of the token by which they came; none while there are no accounts.
    token: Option<String>,
}

/// Lets somebody in; nobody for a request to cancel, and for who leaves again.
pub(super) async fn login(line: &mut Line, shared: &Shared, address: &str) -> Result<Option<Guest>, End> {
    let Some(start) = begin(line, shared).await? else { return Ok(None) };
    let user = start.get("user").cloned().unwrap_or_default();
    let (visitor, token) = match &shared.accounts {
        Some(accounts) => {
            let sought = user.clone();
            let accounts = accounts.clone();
            let found = tokio::task::spawn_blocking(move || accounts.scram_of_token(&sought)).await;
            let found = found.map_err(|error| broken(&error))?.map_err(|error| broken(&error))?;
            let verifier = found.as_ref().map(|login| Verifier {
                salt: login.salt.clone(),
                iterations: login.iterations,
                stored_key: login.stored_key.clone(),
                server_key: login.server_key.clone(),
            });
            let verifier = verifier.unwrap_or_else(|| Verifier::of_nobody(&shared.secret, &user));
            match (prove(line, verifier).await, found) {
                (Ok(true), Some(login)) => (login.visitor, Some(login.token)),
                (Ok(_), _) => return Ok(None),
                (Err(End::Told(refusal)), _) => {
                    let nobody = Visitor { address: address.to_owned(), ..Visitor::nobody() };
                    let told = json!({ "way": "wire", "name": user.chars().take(80).collect::<String>() });
                    shared.note(&nobody, "login_refused", told).await?;
                    return Err(refusal.into());
                }
                (Err(end), _) => return Err(end),
            }
        }
        None => (Visitor::local(), None),
    };
    let visitor = Visitor { address: address.to_owned(), ..visitor };
    if !visitor.principal.may(analytics::Right::Sql) {
        shared.note(&visitor, "refused", json!({ "way": "wire", "right": "sql" })).await?;
        let told = format!("{} may not ask in SQL; the role of the account has no right to", visitor.principal.name);
        return Err(Refusal::fatal(code::FORBIDDEN, told).into());
    }
    let settings = settings(&start, &user, &visitor, shared)?;
    shared.note(&visitor, "login", json!({ "way": "wire" })).await?;
    let place = shared.running.enter(Shared::random());
    line.put(Authentication::Ok);
    for (name, value) in settings.all() {
        if Settings::is_reported(name) {
            line.put(ParameterStatus::new((*name).to_owned(), value.clone()));
        }
    }
    line.put(BackendKeyData::new(place.number, SecretKey::I32(place.secret)));
    line.put(ReadyForQuery::new(TransactionStatus::Idle));
    line.flush().await?;
    Ok(Some(Guest { visitor, settings, place, token }))
}

/// Looks whether somebody who has come in would still be let in as the same: tokens are revoked and accounts changed
/// while connections stand.
pub(super) async fn stands(shared: &Shared, guest: &Guest) -> Result<(), Refusal> {
    let (Some(accounts), Some(token)) = (shared.accounts.clone(), guest.token.clone()) else { return Ok(()) };
    let sought = format!("{}.{token}", guest.visitor.principal.name);
    let found = tokio::task::spawn_blocking(move || accounts.scram_of_token(&sought)).await;
    let found = found.map_err(|error| broken(&error))?.map_err(|error| broken(&error))?;
    match found {
        Some(login) if login.token == token && login.visitor.principal == guest.visitor.principal => Ok(()),
        _ => Err(Refusal::fatal(code::NOT_LET_IN, "the token was revoked, or the account changed; come in again")),
    }
}

fn broken(error: &dyn std::fmt::Display) -> Refusal {
    tracing::error!("somebody could not come in over the wire: {error}");
    Refusal::fatal(code::INTERNAL, "nobody can come in now; the server's log says why")
}

/// Reads up to the start, whose parameters it gives; cancels what is to be cancelled.
async fn begin(line: &mut Line, shared: &Shared) -> Result<Option<BTreeMap<String, String>>, End> {
    let (mut is_safe, mut asked) = (false, 0);
    loop {
        let Some(mut packet) = line.packet().await? else { return Ok(None) };
        if CancelRequest::is_cancel_request_packet(&packet) {
            cancel(&packet, shared);
            return Ok(None);
        }
        let (wants_tls, wants_gss) =
            (SslRequest::is_ssl_request_packet(&packet), GssEncRequest::is_gss_enc_request_packet(&packet));
        if wants_tls || wants_gss {
            asked += 1;
            // What stands behind would be read as if it had come through TLS.
            if asked > 2 || is_safe || !line.inbox.is_empty() || packet.len() != 8 {
                return Err(Refusal::protocol("a client asks for TLS once, and waits for the answer").into());
            }
            match &shared.tls {
                Some(tls) if wants_tls => {
                    line.out.extend_from_slice(b"S");
                    line.flush().await?;
                    let plain = replace(&mut line.io, Box::new(tokio::io::empty()));
                    line.io = Box::new(tls.accept(plain).await?);
                    is_safe = true;
                }
                _ => {
                    line.out.extend_from_slice(b"N");
                    line.flush().await?;
                }
            }
            continue;
        }
        if shared.tls.is_some() && !is_safe {
            return Err(Refusal::fatal(code::NOT_LET_IN, "this server speaks TLS alone: set sslmode=require").into());
        }
        return start(line, &mut packet).map(Some);
    }
}

fn cancel(packet: &[u8], shared: &Shared) {
    let word = |from: usize| packet.get(from..from + 4).and_then(|bytes| bytes.try_into().ok()).map(i32::from_be_bytes);
    if let (Some(number), Some(secret), 16) = (word(8), word(12), packet.len()) {
        shared.running.cancel(number, secret);
    }
}

/// The parameters of a start.
fn start(line: &mut Line, packet: &mut BytesMut) -> Result<BTreeMap<String, String>, End> {
    let is_text = packet.get(8..).is_some_and(|bytes| std::str::from_utf8(bytes).is_ok());
    if !is_text || packet.last() != Some(&0) {
        return Err(Refusal::protocol("this is no start of PostgreSQL's protocol").into());
    }
    let decoded = Startup::decode(packet, &DecodeContext::new(ProtocolVersion::PROTOCOL3_0));
    let Ok(Some(start)) = decoded else {
        return Err(Refusal::protocol("this is no start of PostgreSQL's protocol, version 3").into());
    };
    let unknown: Vec<String> = start.parameters.keys().filter(|name| name.starts_with("_pq_.")).cloned().collect();
    if start.protocol_number_minor > 0 || !unknown.is_empty() {
        line.put(NegotiateProtocolVersion::new(SPOKEN, unknown));
    }
    Ok(start.parameters)
}

/// Lets somebody prove that they have the token; whether they have not left instead.
async fn prove(line: &mut Line, verifier: Verifier) -> Result<bool, End> {
    line.put(Authentication::SASL(vec![MECHANISM.to_owned()]));
    line.flush().await?;
    let Some(first) = said(line).await? else { return Ok(false) };
    let exchange = Exchange::begin(initial(&first)?, verifier, &uuid::Uuid::new_v4().simple().to_string())?;
    line.put(Authentication::SASLContinue(exchange.challenge().to_owned().into()));
    line.flush().await?;
    let Some(last) = said(line).await? else { return Ok(false) };
    let proof = exchange.finish(&last)?;
    line.put(Authentication::SASLFinal(proof.into()));
    Ok(true)
}

/// The bytes of a message of the password's family.
async fn said(line: &mut Line) -> Result<Option<BytesMut>, End> {
    match line.next(SHORT).await? {
        Some(PgWireFrontendMessage::PasswordMessageFamily(PasswordMessageFamily::Raw(bytes))) => Ok(Some(bytes)),
        None | Some(PgWireFrontendMessage::Terminate(_)) => Ok(None),
        Some(_) => Err(Refusal::protocol("come in first: SCRAM-SHA-256 with an access token").into()),
    }
}

/// What a first message says in the one mechanism.
fn initial(message: &[u8]) -> Result<&[u8], Refusal> {
    let wrong = || Refusal::protocol("come in by SCRAM-SHA-256, with an access token as the password");
    let end = message.iter().position(|byte| *byte == 0).ok_or_else(wrong)?;
    let (mechanism, rest) = message.split_at(end);
    let (length, data) = rest.get(1..).and_then(|rest| rest.split_first_chunk::<4>()).ok_or_else(wrong)?;
    let is_whole = usize::try_from(i32::from_be_bytes(*length)) == Ok(data.len());
    if mechanism == MECHANISM.as_bytes() && is_whole { Ok(data) } else { Err(wrong()) }
}

/// What the start sets, besides who and where.
fn settings(
    start: &BTreeMap<String, String>,
    user: &str,
    visitor: &Visitor,
    shared: &Shared,
) -> Result<Settings, Refusal> {
    let database = start.get("database").map(String::as_str).unwrap_or(DATABASE);
    // Clients that are told no database take the name of the user.
    if database != DATABASE && database != user && !database.is_empty() {
        let shown: String = database.chars().take(60).collect();
        return Err(Refusal::fatal(code::NO_DATABASE, format!("there is no database {shown:?}; it is {DATABASE:?}")));
    }
    let mut settings = Settings::new(&visitor.principal.name, shared.engine.zone());
    for (name, value) in start {
        if ["user", "database", "replication"].contains(&name.as_str()) || name.starts_with("_pq_.") {
            continue;
        }
        if name == "options" {
            options(&mut settings, value)?;
        } else if let Err(refusal) = settings.set(name, Some(value.clone())) {
            // Drivers set what they always set; what is not in the list means nothing here.
            if refusal.code != code::NO_SETTING {
                return Err(Refusal { is_fatal: true, ..refusal });
            }
        }
    }
    if start.get("replication").is_some_and(|told| !["false", "off", "no", "0"].contains(&told.as_str())) {
        return Err(Refusal::fatal(code::UNSUPPORTED, "there is no replication here"));
    }
    settings.settle();
    Ok(settings)
}

/// `-c name=value`, as `PGOPTIONS` has it.
fn options(settings: &mut Settings, text: &str) -> Result<(), Refusal> {
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        let pair = match word.strip_prefix("-c").or_else(|| word.strip_prefix("--")) {
            Some("") => words.next(),
            other => other,
        };
        let (name, value) = pair.and_then(|pair| pair.split_once('=')).unwrap_or_default();
        let set = settings.set(name, Some(value.replace('\\', "")));
        set.map_err(|refusal| Refusal { is_fatal: true, ..refusal })?;
    }
    Ok(())
}
