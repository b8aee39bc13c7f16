//! What a pull refuses: one clear message that names the section and says what to do, and never a
//! password.

use crate::postgres::{Desk, QUERY, count};
use crate::support::text;

#[test]
fn a_section_that_does_not_fit_the_database_says_where_and_what_to_do() {
    let desk = Desk::new();
    desk.server.sql("alter table event add photo bytea, add photos bytea[]");
    let least = "select id, case_no, note, occurred_at, changed_at";
    for (query, more, says) in [
        ("select * from evnt where changed_at > $1", "", &["relation \"evnt\" does not exist", "character 15"][..]),
        ("select idd from event where changed_at > $1", "", &["column \"idd\" does not exist", "correct `query`"]),
        ("select * form event", "", &["syntax error", "correct `query`"]),
        ("delete from event where changed_at > $1", "", &["no columns"]),
        (&format!("{least} from event"), "", &["$1 and no other"]),
        (
            "select id, changed_at from event where changed_at > $1",
            "",
            &["\"case_no\" of mapping desk is missing", "id, changed_at"],
        ),
        ("select * from event where changed_at > $1", "", &["\"photo\" is bytea", "encode(", "hex"]),
        (&format!("{least}, photos from event where changed_at > $1"), "", &["\"photos\" is _bytea"]),
        (&format!("{least}, id from event where changed_at > $1"), "", &["\"id\" comes twice", "as"]),
        (
            &format!("{least} from event where changed_at > $1"),
            "cursor = \"when\"\n",
            &["cursor \"when\" is no column", "changed_at"],
        ),
        (&format!("{least} from event where id > $1"), "cursor = \"id\"\n", &["cursor \"id\" is text", "timestamptz"]),
        (
            &format!("{least} from event where changed_at > $1::timestamp"),
            "",
            &["$1 is taken for timestamp", "$1::timestamptz"],
        ),
        (&format!("{least} from event where changed_at > $1"), "overlap = \"100\"\n", &["overlap does not fit"]),
        (
            &format!("{least} from event where changed_at > $1 and 1 / (length(id) - length(id)) > 0"),
            "",
            &["22012", "correct `query`"],
        ),
    ] {
        desk.section(query, more);
        desk.server.sql("insert into event (id, case_no) values ('E1', 'TEST-1') on conflict do nothing");
        let message = desk.fails(1);
        for part in says {
            assert!(message.contains("desk") && message.contains(part), "{part:?} not in {message:?}");
        }
    }
    let message = desk.place.fails(2, &["pull", "elsewhere"]);
    assert!(message.contains("\"elsewhere\"") && message.contains("--config"), "{message}");
}

#[test]
fn passwords_are_asked_for_and_never_told() {
    let desk = Desk::new();
    desk.server.sql("create role guarded login password 'geheim-1'; grant select on event to guarded");
    let host = desk.server.socket();
    let connection = format!("connection = \"host={host} user=guarded dbname=postgres\"\n");
    let file = desk.place.file("password", "geheim-2\n");
    let with_file = format!("{connection}password_file = {:?}\n", text(&file));
    for (more, says) in [
        (connection.clone(), &["password missing", "password_file or password_env"][..]),
        (with_file.clone(), &["password authentication failed for user \"guarded\"", "password_file or password_env"]),
        (format!("{connection}password_env = \"SUNLAKE_NO_SUCH\"\n"), &["$SUNLAKE_NO_SUCH", "not set"]),
        (
            format!("connection = \"host={host} user=guarded password=geheim-1\"\n"),
            &["holds a password", "password_file"],
        ),
        ("connection = \"host=db.example.org user=guarded\"\n".to_owned(), &["without TLS", "sslmode=disable"]),
        (
            format!("connection = \"host={host}/none user=guarded\"\n"),
            &["cannot connect to the server at", "whether the server runs"],
        ),
    ] {
        desk.section(QUERY, &more);
        let message = desk.fails(1);
        for part in says {
            assert!(message.contains(part) && !message.contains("geheim"), "{part:?} not in {message:?}");
        }
    }
    desk.place.file("password", "geheim-1\n");
    desk.section(QUERY, &with_file);
    desk.insert(1, 3);
    assert_eq!(count(&desk.pull(), "landed"), 3);
    desk.server.sql("revoke select on event from guarded");
    let message = desk.fails(1);
    assert!(message.contains("permission denied for table event") && message.contains("grant select"), "{message}");
}
