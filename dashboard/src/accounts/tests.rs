use std::sync::Mutex;

use jiff::SignedDuration;

use super::*;

/// A clock that a test sets on.
#[derive(Debug)]
struct Watch(Mutex<Timestamp>);

impl Watch {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 365 * 50))))
    }

    fn later(&self, seconds: i64) {
        let mut now = self.0.lock().expect("sound");
        *now += SignedDuration::from_secs(seconds);
    }
}

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("sound")
    }
}

const GOOD: &str = "three crows over hepu";
const HERE: &str = "10.0.0.7";

/// Accounts with one of an analyst, whose password is his own.
fn made() -> (Arc<Watch>, Accounts) {
    let watch = Watch::new();
    let accounts = Accounts::in_memory(watch.clone()).expect("accounts");
    let first = accounts.add("zhang.san", Role::Analyst, &Scope::Region("450521".into())).expect("added");
    let cookie = entered(&accounts, &first);
    let session = accounts.principal_of_session(&cookie).expect("asked").expect("in").session.expect("session");
    assert!(accounts.change_password("zhang.san", &first, GOOD, &session).expect("changed"));
    (watch, accounts)
}

fn entered(accounts: &Accounts, password: &str) -> String {
    match accounts.sign_in("zhang.san", password, HERE).expect("asked") {
        Login::In { cookie, .. } => cookie,
        other => panic!("{other:?}"),
    }
}

fn is_in(accounts: &Accounts, cookie: &str) -> bool {
    accounts.principal_of_session(cookie).expect("asked").is_some()
}

#[test]
fn a_first_password_has_to_be_changed_by_the_rules() {
    let accounts = Accounts::in_memory(Watch::new()).expect("accounts");
    let first = accounts.add("zhang.san", Role::Leader, &Scope::All).expect("added");
    let cookie = entered(&accounts, &first);
    let visitor = accounts.principal_of_session(&cookie).expect("asked").expect("in");
    assert!(visitor.must_change_password && visitor.principal.role == Role::Leader);
    let session = visitor.session.expect("session");
    let change = |old: &str, new: &str| accounts.change_password("zhang.san", old, new, &session);
    assert!(!change("wrong", GOOD).expect("asked"));
    assert!(matches!(change(&first, "short"), Err(AccountError::Weak("short"))));
    assert!(matches!(change(&first, &first), Err(AccountError::Weak("same"))));
    assert!(change(&first, GOOD).expect("asked"));
    assert!(!accounts.principal_of_session(&cookie).expect("asked").expect("in").must_change_password);
}

#[test]
fn names_and_roles_that_cannot_be_are_refused() {
    let accounts = Accounts::in_memory(Watch::new()).expect("accounts");
    for name in ["", "-a", ".a", "a b", "<script>", "张三", &"a".repeat(65)] {
        assert!(matches!(accounts.add(name, Role::Leader, &Scope::All), Err(AccountError::BadName)), "{name}");
    }
    for role in [Role::Operator, Role::Local] {
        assert!(matches!(accounts.add("a", role, &Scope::All), Err(AccountError::BadRole(..))));
    }
    accounts.add("a", Role::Admin, &Scope::All).expect("added");
    assert!(matches!(accounts.add("a", Role::Admin, &Scope::All), Err(AccountError::Exists(_))));
    assert!(matches!(accounts.reset("b"), Err(AccountError::NoAccount(_))));
}

#[test]
fn a_session_ends_when_it_is_not_used_and_in_any_case() {
    let (watch, accounts) = made();
    let accounts = accounts.with_rules(SessionRules { idle: 600, absolute: 3_600 });
    let (idle, used) = (entered(&accounts, GOOD), entered(&accounts, GOOD));
    assert_ne!(idle, used, "each sign-in has a secret of its own");
    for _ in 0..6 {
        assert!(is_in(&accounts, &used));
        watch.later(599);
    }
    assert!(!is_in(&accounts, &idle));
    assert!(is_in(&accounts, &used));
    watch.later(6);
    assert!(!is_in(&accounts, &used), "used all the time, but too old");
    assert!(!is_in(&accounts, "") && !is_in(&accounts, &digest(&used)), "what is kept is no cookie");
}

#[test]
fn tries_that_fail_wait_longer_and_longer_and_the_right_password_does_too() {
    let (watch, accounts) = made();
    let sign_in = |password: &str| accounts.sign_in("zhang.san", password, HERE).expect("asked");
    for _ in 0..5 {
        assert!(matches!(sign_in("wrong"), Login::Wrong));
    }
    assert!(matches!(sign_in(GOOD), Login::Later { seconds: 30 }));
    watch.later(30);
    assert!(matches!(sign_in("wrong"), Login::Wrong));
    assert!(matches!(sign_in(GOOD), Login::Later { seconds: 60 }));
    watch.later(60);
    assert!(matches!(sign_in(GOOD), Login::In { .. }));
    assert!(matches!(sign_in("wrong"), Login::Wrong), "what was right begins anew");
}

#[test]
fn one_address_cannot_try_all_names() {
    let accounts = Accounts::in_memory(Watch::new()).expect("accounts");
    for number in 0..20 {
        let login = accounts.sign_in(&format!("user{number}"), "wrong", HERE).expect("asked");
        assert!(matches!(login, Login::Wrong), "{number}");
    }
    assert!(matches!(accounts.sign_in("other", "wrong", HERE).expect("asked"), Login::Later { .. }));
    assert!(matches!(accounts.sign_in("other", "wrong", "10.0.0.8").expect("asked"), Login::Wrong));
}

#[test]
fn who_is_shut_out_is_out_at_once_with_tokens_and_all() {
    let (_, accounts) = made();
    let cookie = entered(&accounts, GOOD);
    let token = accounts.add_token("zhang.san", "notebook", None).expect("made");
    assert!(accounts.principal_of_token(&token.secret).expect("asked").is_some());
    accounts.disable("zhang.san").expect("disabled");
    assert!(!is_in(&accounts, &cookie) && accounts.principal_of_token(&token.secret).expect("asked").is_none());
    assert!(matches!(accounts.sign_in("zhang.san", GOOD, HERE).expect("asked"), Login::Wrong));
    let first = accounts.reset("zhang.san").expect("reset");
    let cookie = entered(&accounts, &first);
    assert!(is_in(&accounts, &cookie));
    assert!(accounts.principal_of_token(&token.secret).expect("asked").is_none(), "a token stays revoked");
}

#[test]
fn a_token_is_known_by_its_secret_until_it_is_revoked_or_too_old() {
    let (watch, accounts) = made();
    let token = accounts.add_token("zhang.san", "notebook", Some(1)).expect("made");
    let holder = |secret: &str| accounts.principal_of_token(secret).expect("asked");
    let visitor = holder(&token.secret).expect("known");
    assert_eq!((visitor.principal.name.as_str(), visitor.way), ("zhang.san", Way::Token));
    assert_eq!(visitor.principal.scope, Scope::Region("450521".into()));
    assert!(holder(&token.secret[..token.secret.len() - 1]).is_none() && holder(&digest(&token.secret)).is_none());
    for user in ["zhang.san".to_owned(), format!("zhang.san.{}", token.id)] {
        let login = accounts.scram_of_token(&user).expect("asked").expect("known");
        assert_eq!((login.token.as_str(), login.stored_key.len()), (token.id.as_str(), 32));
    }
    let second = accounts.add_token("zhang.san", "other", None).expect("made");
    assert!(accounts.scram_of_token("zhang.san").expect("asked").is_none(), "which of the two?");
    assert!(accounts.scram_of_token("li.si").expect("asked").is_none());
    watch.later(86_400);
    assert!(holder(&token.secret).is_none());
    assert!(accounts.revoke(&second.id, Some("li.si")).is_err(), "of another account");
    accounts.revoke(&second.id, Some("zhang.san")).expect("revoked");
    assert!(holder(&second.secret).is_none() && accounts.revoke(&second.id, None).is_err());
    assert_eq!(accounts.tokens(Some("zhang.san")).expect("listed").len(), 2);
}

#[test]
fn a_wall_has_a_scope_and_is_no_program() {
    let (_, accounts) = made();
    let token = accounts.add_device("hall-1", &Scope::Region("4505".into())).expect("made");
    let wall = accounts.device_of_token(&token.secret).expect("asked").expect("known");
    assert_eq!((wall.way, wall.principal.scope), (Way::Device, Scope::Region("4505".into())));
    assert!(accounts.principal_of_token(&token.secret).expect("asked").is_none());
    accounts.revoke(&token.id, None).expect("revoked");
    assert!(accounts.device_of_token(&token.secret).expect("asked").is_none());
}

#[test]
fn the_token_of_a_source_can_be_revoked() {
    let accounts = Accounts::in_memory(Watch::new()).expect("accounts");
    assert_eq!(accounts.source_revoked(&[7; 32]).expect("asked"), None);
    accounts.revoke_source("hall", &[7; 32]).expect("revoked");
    assert!(accounts.source_revoked(&[7; 32]).expect("asked").is_some());
    assert_eq!(accounts.source_revoked(&[8; 32]).expect("asked"), None);
}

#[test]
fn the_file_is_for_its_owner_alone_and_keeps_no_secret() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("keys/accounts.db");
    let accounts = Accounts::open(&file, Watch::new()).expect("opened");
    let first = accounts.add("zhang.san", Role::Analyst, &Scope::All).expect("added");
    let (cookie, token) = (entered(&accounts, &first), accounts.add_token("zhang.san", "x", None).expect("made"));
    assert_eq!(std::fs::metadata(&file).expect("file").permissions().mode() & 0o777, 0o600);
    let bytes = std::fs::read(&file).expect("read");
    for secret in [first.as_bytes(), cookie.as_bytes(), token.secret.as_bytes(), &token.secret.as_bytes()[20..]] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
    let other = Accounts::open(&file, Watch::new()).expect("opened again");
    assert_eq!(other.list().expect("listed").len(), 1);
}
