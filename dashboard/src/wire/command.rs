//! Which statement it is. What asks goes to the engine or the catalog; what PostgreSQL's clients say besides is
//! answered here, from a short list; everything else is refused, since nothing can be changed over the wire.

use super::copy::{self, Copied};
use super::refusal::{Refusal, code};
use super::text::{Kind, Token, plain, tokens, unquoted, words};

/// What a statement wants.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Command {
    /// Rows of the lake.
    Ask,
    /// Rows about tables and the server.
    Catalog,
    /// The plan of a question.
    Explain(String),
    /// Rows as a file.
    Copy(Copied),
    /// A setting and its value; none for the default.
    Set(String, Option<String>),
    /// All settings as they were.
    ResetAll,
    Show(String),
    Begin,
    /// The end of a transaction, and what it is called.
    End(&'static str),
    /// What is done when it is asked for, since there is nothing to do.
    Nothing(&'static str),
    /// Prepared statements are forgotten: one, or all.
    Deallocate(Option<String>),
    /// A portal is closed: one, or all.
    Close(Option<String>),
    /// All of the session is as it was.
    Discard,
}

/// Words by which a client asks about the server itself, beside names that begin with `pg_`.
const OF_SERVER: [&str; 17] = [
    "information_schema",
    "version",
    "current_schema",
    "current_schemas",
    "current_database",
    "current_catalog",
    "current_setting",
    "current_user",
    "session_user",
    "set_config",
    "format_type",
    "obj_description",
    "col_description",
    "to_regclass",
    "to_regtype",
    "txid_current",
    "quote_ident",
];

/// Reads the first words of a statement.
///
/// # Errors
///
/// A refusal that says what is not done here.
pub(super) fn command(sql: &str) -> Result<Command, Refusal> {
    let found = tokens(sql);
    let first = found.first().map(|token| plain(sql, token)).unwrap_or_default();
    let all = || words(sql);
    Ok(match first.as_str() {
        "select" | "with" | "values" | "table" | "(" => {
            if is_of_server(sql, &found) {
                Command::Catalog
            } else {
                Command::Ask
            }
        }
        "explain" => Command::Explain(explained(sql, &found)?),
        "copy" => Command::Copy(copy::parse(sql)?),
        "set" => set(&all())?,
        "reset" => match all().get(1..).unwrap_or_default() {
            [all] if all == "all" => Command::ResetAll,
            names => Command::Set(joined(names), None),
        },
        "show" => Command::Show(joined(all().get(1..).unwrap_or_default())),
        "begin" | "start" => Command::Begin,
        "commit" | "end" => Command::End("COMMIT"),
        "rollback" | "abort" if all().iter().any(|word| word == "to") => Command::Nothing("ROLLBACK"),
        "rollback" | "abort" => Command::End("ROLLBACK"),
        "savepoint" => Command::Nothing("SAVEPOINT"),
        "release" => Command::Nothing("RELEASE"),
        "unlisten" => Command::Nothing("UNLISTEN"),
        "deallocate" => Command::Deallocate(one_or_all(&all())),
        "close" => Command::Close(one_or_all(&all())),
        "discard" => Command::Discard,
        "declare" | "fetch" | "move" => {
            let instead = "cursors of SQL are not kept here; let the driver fetch by portions (its fetch size), or \
                           read the rows as they come";
            return Err(Refusal::new(code::UNSUPPORTED, instead));
        }
        "prepare" | "execute" => {
            let instead = "PREPARE and EXECUTE are not read here; the driver's prepared statements are";
            return Err(Refusal::new(code::UNSUPPORTED, instead));
        }
        other => {
            let shown: String = other.chars().filter(|letter| letter.is_alphanumeric()).take(20).collect();
            let told = format!("{} is not done over the wire: it only reads; ask with SELECT", shown.to_uppercase());
            return Err(Refusal::new(code::READ_ONLY, told));
        }
    })
}

/// Whether a question is about the server. A column may be called as one of those words: then it has no parentheses,
/// and words that need none are nobody's column here.
fn is_of_server(sql: &str, found: &[Token]) -> bool {
    found.iter().enumerate().any(|(at, token)| {
        if !matches!(token.kind, Kind::Word | Kind::Quoted) {
            return false;
        }
        let name = plain(sql, token);
        let is_called = found.get(at + 1).is_some_and(|next| next.kind == Kind::Sign('('));
        let needs_none = ["information_schema", "current_catalog", "current_schema", "current_user", "session_user"];
        name.starts_with("pg_")
            || (OF_SERVER.contains(&name.as_str()) && (is_called || needs_none.contains(&name.as_str())))
    })
}

/// The statement that is to be explained.
fn explained(sql: &str, found: &[Token]) -> Result<String, Refusal> {
    let begins = |token: &&Token| ["select", "with", "values", "table"].contains(&plain(sql, token).as_str());
    let analyzes = found.iter().take_while(|token| !begins(token)).any(|token| plain(sql, token) == "analyze");
    if analyzes {
        return Err(Refusal::new(code::UNSUPPORTED, "EXPLAIN ANALYZE is not done here; EXPLAIN shows the plan"));
    }
    let from = found.iter().find(begins).map(|token| token.at.start);
    let rest = from.and_then(|from| sql.get(from..));
    rest.map(str::to_owned).ok_or_else(|| Refusal::new(code::SYNTAX, "EXPLAIN needs a SELECT"))
}

/// `set [session | local] name {to | =} value`, `set time zone value`, `set transaction ...`.
fn set(words: &[String]) -> Result<Command, Refusal> {
    let mut rest = words.get(1..).unwrap_or_default();
    if let [first, tail @ ..] = rest
        && ["session", "local"].contains(&first.as_str())
    {
        rest = tail;
    }
    let value = |words: &[String]| match words {
        [one] if one == "default" => None,
        words => Some(words.iter().map(|word| unquoted(word)).collect::<Vec<_>>().concat()),
    };
    match rest {
        // Everything is read only, and each statement sees one state of the lake.
        [first, ..] if first == "transaction" => Ok(Command::Nothing("SET")),
        [first, second, ..] if first == "characteristics" && second == "as" => Ok(Command::Nothing("SET")),
        [first, second, tail @ ..] if first == "time" && second == "zone" => {
            Ok(Command::Set("timezone".to_owned(), value(tail)))
        }
        [first, tail @ ..] if first == "names" => Ok(Command::Set("client_encoding".to_owned(), value(tail))),
        words => match words.iter().position(|word| word == "=" || word == "to") {
            // A name may have parts, with dots between.
            Some(at) if at % 2 == 1 => Ok(Command::Set(words[..at].concat(), value(&words[at + 1..]))),
            _ => Err(Refusal::new(code::SYNTAX, "write SET name = value")),
        },
    }
}

fn joined(words: &[String]) -> String {
    match words {
        [time, zone] if time == "time" && zone == "zone" => "timezone".to_owned(),
        [transaction, ..] if transaction == "transaction" => "transaction_isolation".to_owned(),
        words => words.concat(),
    }
}

fn one_or_all(words: &[String]) -> Option<String> {
    words.last().filter(|last| words.len() > 1 && *last != "all").cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_is_told_from_what_is_about_the_server() {
        for sql in ["select 1", "(select 1)", "with a as (select 1) select * from a", "select version from x"] {
            assert_eq!(command(sql).expect("read"), Command::Ask, "{sql}");
        }
        for sql in [
            "select version()",
            "SELECT * FROM \"pg_catalog\".pg_class",
            "select current_user",
            "select * from information_schema.tables",
        ] {
            assert_eq!(command(sql).expect("read"), Command::Catalog, "{sql}");
        }
        let quoted = "select '/* pg_class */ version()' -- pg_type";
        assert_eq!(command(quoted).expect("read"), Command::Ask);
    }

    #[test]
    fn settings_are_read_in_every_form() {
        let set = |sql: &str| command(sql).expect("read");
        let to = |name: &str, value: &str| Command::Set(name.to_owned(), Some(value.to_owned()));
        assert_eq!(set("SET application_name = 'a''b'"), to("application_name", "a'b"));
        assert_eq!(set("set session TimeZone to 'UTC'"), to("timezone", "UTC"));
        assert_eq!(set("set time zone 'Asia/Shanghai'"), to("timezone", "Asia/Shanghai"));
        assert_eq!(set("set datestyle = ISO, MDY"), to("datestyle", "iso,mdy"));
        assert_eq!(set("set sunlake.as_of = '2026-05-01'"), to("sunlake.as_of", "2026-05-01"));
        assert_eq!(set("set extra_float_digits to default"), Command::Set("extra_float_digits".to_owned(), None));
        assert_eq!(set("set session characteristics as transaction read only"), Command::Nothing("SET"));
        assert_eq!(set("show transaction isolation level"), Command::Show("transaction_isolation".to_owned()));
    }

    #[test]
    fn what_would_change_something_is_refused_with_a_reason() {
        for sql in [
            "insert into village values (1)",
            "create external table t stored as csv location '/etc/passwd'",
            "drop table card",
            "vacuum",
            "do $$ begin end $$",
            "load 'x'",
            "call p()",
            "merge into a using b on true when matched then delete",
        ] {
            let refusal = command(sql).expect_err(sql);
            assert_eq!(refusal.code, code::READ_ONLY, "{refusal}");
        }
        assert_eq!(command("declare c cursor for select 1").expect_err("cursor").code, code::UNSUPPORTED);
        assert_eq!(command("explain analyze select 1").expect_err("analyze").code, code::UNSUPPORTED);
    }
}
