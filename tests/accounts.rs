//! Accounts, as browsers and programs meet them: who comes in, who does not, and what is noted of it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;

use analytics::{Principal, Right, Role, Scope};
use serde_json::{Value, json};

use crate::server::{Answer, Server};
use crate::support::{Place, text};

const CASE: &str = "case_no,data_version,item_id,item_version,case_kind,village_code,applicant_id,apply_channel,agent_id,is_agent_assisted,org_code,statutory_limit,statutory_unit,promised_limit,promised_unit,visits_count,entry_mode,recorded_at
C1,1,SI001,1,PROMISED,450521101201,TEST000000000000001,1,A1,true,450521-MZ,20,WD,5,WD,1,LIVE,2018-05-16 09:00:00
";
const CONFIG: &str = "[accounts]\nenabled = true\n";
/// As a page of the server sends it; its Host header has no port.
const OURS: (&str, &str) = ("origin", "http://127.0.0.1");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const GOOD: &str = "three crows over hepu";

/// A lake with a case, and a configuration by which nobody comes in without an account.
fn place() -> (Place, PathBuf) {
    let place = Place::new();
    let file = place.file("workflow_case_20180516T100000.csv", CASE);
    place.run(&["ingest", "workflow_case", text(&file)]);
    let config = place.file("sunlake.toml", CONFIG);
    (place, config)
}

fn add(place: &Place, name: &str, role: &str) -> String {
    let made = place.json(&["user", "add", name, "--role", role]);
    made["password"].as_str().expect("password").to_owned()
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    let plain = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", value.bytes().map(plain).collect::<String>());
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// A browser: it keeps the cookie that it was given.
struct Browser<'s> {
    server: &'s Server,
    cookie: String,
}

impl<'s> Browser<'s> {
    fn new(server: &'s Server) -> Self {
        Self { server, cookie: String::new() }
    }

    fn get(&self, path: &str) -> Answer {
        self.server.send("GET", path, &[("cookie", &self.cookie)], b"")
    }

    fn post(&mut self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let answer = self.server.send("POST", path, &[("cookie", &self.cookie), OURS, FORM], encoded(pairs).as_bytes());
        if let Some(cookie) = answer.header("set-cookie") {
            self.cookie = cookie.split(';').next().expect("a cookie").to_owned();
        }
        answer
    }

    fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        self.post("/login", &[("name", name), ("password", password)])
    }

    /// The sign that the forms of a page carry.
    fn sign(&self, path: &str) -> String {
        let page = self.get(path);
        let rest = page.text.split_once("name=\"csrf\" value=\"").expect("a form").1;
        rest.split_once('"').expect("a value").0.to_owned()
    }

    /// Signs in with a first password, and changes it.
    fn begin(server: &'s Server, name: &str, first: &str) -> Self {
        let mut browser = Self::new(server);
        assert_eq!(browser.sign_in(name, first).status, 303);
        let sign = browser.sign("/account");
        let pairs = [("csrf", sign.as_str()), ("old", first), ("new", GOOD), ("again", GOOD)];
        assert_eq!(browser.post("/account/password", &pairs).status, 200);
        browser
    }
}

/// The actions of the audit with their fields, the oldest first.
fn audit(place: &Place) -> Vec<(String, Value)> {
    let entries = place.json(&["audit", "list"]);
    let entry = |entry: &Value| (entry["action"].as_str().expect("action").to_owned(), entry["fields"].clone());
    entries.as_array().expect("entries").iter().map(entry).collect()
}

#[test]
fn without_an_account_only_what_is_for_everybody_is_open() {
    let (place, config) = place();
    let server = Server::start(&place, &config);
    let ask = |path: &str| server.send("GET", path, &[], b"");
    for path in ["/", "/cards", "/cards.csv", "/cases/C1", "/wall", "/quality/rows", "/admin", "/account", "/no-page"] {
        let answer = ask(path);
        assert_eq!(answer.status, 303, "{path}");
        assert!(answer.header("location").is_some_and(|to| to.starts_with("/login")), "{path}: {answer:?}");
    }
    assert_eq!(ask("/cards?region=450521").header("location"), Some("/login?next=%2Fcards%3Fregion%3D450521"));
    assert_eq!([ask("/live").status, ask("/api/v1/sql").status], [401, 401]);
    assert_eq!(
        server.send("GET", "/cards", &[("hx-request", "true")], b"").header("hx-redirect"),
        Some("/login?next=%2Fcards")
    );
    for path in ["/login", "/sunshine", "/assets/sunlake.css", "/healthz"] {
        assert_eq!(ask(path).status, 200, "{path}");
    }
    let policy = ask("/login").header("content-security-policy").expect("a policy").to_owned();
    assert!(policy.starts_with("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
    for cookie in ["sunlake_session=", "sunlake_session=00", "sunlake_wall=sl_wall_00", "__Host-sunlake=x"] {
        assert_eq!(server.send("GET", "/cards", &[("cookie", cookie)], b"").status, 303, "{cookie}");
    }
    for token in ["Bearer x", "Bearer sl_access_00", "Basic YTpi"] {
        assert_eq!(server.send("GET", "/api/v1/sql", &[("authorization", token)], b"").status, 401, "{token}");
    }
}

#[test]
fn a_first_password_opens_the_account_page_alone_until_it_is_changed() {
    let (place, config) = place();
    let first = add(&place, "zhang.san", "leader");
    let server = Server::start(&place, &config);
    let mut browser = Browser::new(&server);
    let answer = browser.sign_in("zhang.san", &first);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/account")));
    let cookie = answer.header("set-cookie").expect("a cookie");
    assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
    assert_eq!(browser.get("/").header("location"), Some("/account"));
    assert_eq!(browser.get("/cards.csv").header("location"), Some("/account"));
    let sign = browser.sign("/account");
    let fields = |sign: &str| encoded(&[("csrf", sign), ("old", &first), ("new", GOOD), ("again", GOOD)]);
    let send = |from: &[(&str, &str)], sign: &str| {
        let headers = [&[("cookie", browser.cookie.as_str()), FORM][..], from].concat();
        server.send("POST", "/account/password", &headers, fields(sign).as_bytes()).status
    };
    for wrong in ["", "0", &sign[1..]] {
        assert_eq!(send(&[OURS], wrong), 403, "{wrong:?}");
    }
    // The right sign, from a page elsewhere.
    for from in [("origin", "http://evil.example"), ("sec-fetch-site", "cross-site"), ("x-none", "")] {
        assert_eq!(send(&[from], &sign), 403, "{from:?}");
    }
    assert_eq!(browser.get("/").header("location"), Some("/account"), "nothing was changed by any of them");
    assert_eq!(send(&[OURS], &sign), 200);
    assert_eq!(browser.get("/").status, 200);
    let used = browser.cookie.clone();
    let sign = browser.sign("/account");
    assert_eq!(browser.post("/logout", &[("csrf", &sign)]).header("location"), Some("/login"));
    assert_eq!(server.send("GET", "/", &[("cookie", &used)], b"").status, 303, "the server has forgotten it");
}

#[test]
fn a_cookie_from_before_is_not_the_one_that_is_signed_in() {
    let (place, config) = place();
    let first = add(&place, "zhang.san", "leader");
    let server = Server::start(&place, &config);
    let planted = format!("sunlake_session={}", "a".repeat(64));
    let mut browser = Browser { server: &server, cookie: planted.clone() };
    assert_eq!(browser.sign_in("zhang.san", &first).status, 303);
    assert_ne!(browser.cookie, planted);
    assert_eq!(server.send("GET", "/account", &[("cookie", &planted)], b"").status, 303);
    assert_eq!(browser.get("/account").status, 200);
}

#[test]
fn whoever_tries_passwords_waits_and_learns_of_no_account() {
    let (place, config) = place();
    add(&place, "zhang.san", "leader");
    let server = Server::start(&place, &config);
    let mut browser = Browser::new(&server);
    let said = |answer: &Answer, name: &str| answer.text.replace(name, "NAME");
    let known = browser.sign_in("zhang.san", "wrong");
    let unknown = browser.sign_in("li.si", "wrong");
    assert_eq!((known.status, unknown.status), (401, 401));
    assert_eq!(said(&known, "zhang.san"), said(&unknown, "li.si"));
    for _ in 0..4 {
        browser.sign_in("zhang.san", "wrong");
    }
    let later = browser.sign_in("zhang.san", "wrong");
    assert_eq!(later.status, 429);
    assert!(later.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok_and(|wait| wait > 0)));
    let hostile = browser.sign_in("<script>alert(1)</script>", "x");
    assert!(hostile.status == 401 && !hostile.text.contains("<script>alert"), "{}", hostile.text);
    let noted = audit(&place);
    let of =
        |why: &str| noted.iter().filter(|(action, fields)| action == "login_refused" && fields["why"] == why).count();
    assert_eq!((of("wrong"), of("locked")), (7, 1), "{noted:?}");
    assert!(noted.iter().all(|(_, fields)| !fields.to_string().contains("script")), "{noted:?}");
}

#[test]
fn a_role_may_do_what_it_may_and_all_of_it_is_noted() {
    let (place, config) = place();
    let passwords = ["agent", "leader", "admin"].map(|role| (role, add(&place, role, role)));
    let server = Server::start(&place, &config);
    let [agent, leader, mut admin] = passwords.map(|(name, first)| Browser::begin(&server, name, &first));
    let statuses = |browser: &Browser| {
        ["/cards", "/cards.csv", "/quality/rows", "/admin", "/admin/audit"].map(|path| browser.get(path).status)
    };
    assert_eq!(statuses(&agent), [200, 403, 403, 403, 403]);
    assert_eq!(statuses(&leader), [200, 200, 403, 403, 403]);
    assert_eq!(statuses(&admin), [200, 403, 403, 200, 200]);
    let sign = admin.sign("/admin");
    let made =
        admin.post("/admin/accounts", &[("csrf", &sign), ("name", "<b>x</b>"), ("role", "agent"), ("scope", "all")]);
    assert!(made.status == 400 && !made.text.contains("<b>x"), "{}", made.text);
    let pairs = [("csrf", sign.as_str()), ("name", "wang.wu"), ("role", "agent"), ("scope", "region:450521")];
    assert_eq!(admin.post("/admin/accounts", &pairs).status, 200);
    assert_eq!(
        admin
            .post("/admin/accounts", &[("csrf", &sign), ("name", "root"), ("role", "operator"), ("scope", "all")])
            .status,
        400
    );
    assert_eq!(admin.post("/admin/accounts/disable", &[("csrf", &sign), ("name", "admin")]).status, 403, "himself");
    assert_eq!(admin.post("/admin/accounts/disable", &[("csrf", &sign), ("name", "leader")]).status, 200);
    assert_eq!(leader.get("/cards").status, 303, "at once");
    let noted = audit(&place);
    let last = |wanted: &str| noted.iter().rev().find(|(action, _)| action == wanted).map(|(_, fields)| fields.clone());
    assert_eq!(last("account.disable"), Some(json!({ "account": "leader", "from": "127.0.0.1" })));
    assert_eq!(last("export").map(|fields| fields["rows"].clone()), Some(json!(0)));
    assert!(last("refused").is_some() && last("login").is_some() && last("account.password").is_some(), "{noted:?}");
    assert!(admin.get("/admin/audit").text.contains("account.disable"));
    place.run(&["audit", "verify"]);
    let log = place.dir.path().join("data/sunlake/audit.ndjson");
    let told = std::fs::read_to_string(&log).expect("log").replacen("\"leader\"", "\"Leader\"", 1);
    std::fs::write(&log, told).expect("written");
    assert!(place.fails(1, &["audit", "verify"]).contains("proves nothing"));
}

#[test]
fn a_wall_is_let_in_by_its_token_until_that_is_revoked() {
    let (place, config) = place();
    let made = place.json(&["token", "add", "--wall", "hall-1"]);
    let server = Server::start(&place, &config);
    let token = made["token"].as_str().expect("token");
    let answer = server.send("GET", &format!("/login/wall?token={token}"), &[], b"");
    assert_eq!((answer.status, answer.header("location")), (303, Some("/wall")));
    let cookie = answer.header("set-cookie").expect("a cookie").split(';').next().expect("a value").to_owned();
    let wall = Browser { server: &server, cookie };
    assert_eq!(
        ["/wall", "/", "/cards", "/account", "/admin"].map(|path| wall.get(path).status),
        [200, 403, 403, 403, 403]
    );
    assert_eq!(server.send("GET", "/login/wall?token=sl_wall_x", &[], b"").status, 401);
    place.run(&["token", "revoke", made["id"].as_str().expect("id")]);
    assert_eq!(wall.get("/wall").status, 303);
}

#[test]
fn a_source_whose_token_is_revoked_pushes_no_more() {
    let place = Place::new();
    let made = place.json(&["token", "new", "--name", "hall", "--mapping", "workflow_event"]);
    let config = place.file("sunlake.toml", made["section"].as_str().expect("section"));
    let server = Server::start(&place, &config);
    let bearer = format!("Bearer {}", made["token"].as_str().expect("token"));
    let headers = [("authorization", bearer.as_str()), ("content-type", "text/csv")];
    let push = || server.send("POST", "/api/v1/ingest/workflow_event", &headers, b"event_id\n").status;
    assert_ne!(push(), 401);
    place.run(&["token", "revoke", "hall", "--config", text(&config)]);
    assert_eq!(push(), 401);
    let listed = place.run(&["token", "list", "--config", text(&config)]);
    assert!(listed.contains("hall") && listed.contains("revoked"), "{listed}");
}

#[test]
fn beyond_loopback_there_is_no_server_without_accounts_and_tls() {
    let (place, config) = place();
    let told = place.fails(2, &["serve", "--listen", "0.0.0.0:0"]);
    assert!(told.contains("without accounts"), "{told}");
    let told = place.fails(2, &["serve", "--listen", "0.0.0.0:0", "--config", text(&config)]);
    assert!(told.contains("[tls]") && told.contains("[proxy]"), "{told}");
    let told = place.fails(2, &["user", "add", "a b", "--role", "agent"]);
    assert!(told.contains("letters, digits"), "{told}");
    for role in ["root", "operator"] {
        place.fails(2, &["user", "add", "a", "--role", role]);
    }
}

#[test]
fn another_name_for_this_machine_is_not_answered() {
    let (place, config) = place();
    let server = Server::start(&place, &config);
    for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"] {
        let mut stream = TcpStream::connect(server.address()).expect("connected");
        let request = format!("GET /login HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 421"), "{host}: {answer}");
    }
}

#[test]
fn the_table_of_roles_in_the_handbook_is_that_of_the_program() {
    let book = include_str!("../docs/ACCOUNTS.md");
    let rights =
        [Right::Pages, Right::Export, Right::Sql, Right::Quarantine, Right::Correct, Right::Audit, Right::Accounts];
    for role in Role::ACCOUNTS {
        let principal = Principal { name: "somebody".into(), role, scope: Scope::All };
        let cells = rights.map(|right| if principal.may(right) { " yes " } else { " " });
        let row = format!("| `{role}` |{}|", cells.join("|"));
        assert!(book.contains(&row), "docs/ACCOUNTS.md lacks: {row}");
    }
}
