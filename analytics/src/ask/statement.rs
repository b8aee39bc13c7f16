//! A statement before anything is planned: one, that only reads, of bounded size and depth.

use std::collections::{HashMap, VecDeque};
use std::ops::ControlFlow;

use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::{
    Expr, ObjectName, Query, Select, SetExpr, Statement as SqlStatement, TableFactor, Visit, Visitor,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::Tokenizer;

use super::fault;
use crate::AnalyticsError;

/// Longest statement, bytes.
const MOST_BYTES: usize = 256 * 1024;
/// Most words and signs.
const MOST_TOKENS: usize = 60_000;
/// So deep may expressions and queries stand in each other: a chain of terms is as deep as it has terms.
const MOST_DEPTH: usize = 256;
/// Most queries and tables.
const MOST_PARTS: usize = 200;
/// Most tables that a statement stands for: one named in a WITH that is used twice counts twice, and so on.
const MOST_TABLES: u64 = 2_000;
/// Most expressions of all CUBEs: each doubles what is grouped.
const MOST_CUBED: usize = 12;
/// Brackets in brackets that the parser goes into.
const MOST_NESTED: usize = 64;
/// Stack for what calls itself: a statement of as many terms as it may have tokens fits.
pub(super) const STACK: usize = 256 * 1024 * 1024;

/// A statement that may be planned.
#[derive(Debug, Clone)]
pub struct Checked {
    pub(super) statement: Statement,
}

/// Looks at a statement.
///
/// # Errors
///
/// [`AnalyticsError::Refused`] or [`AnalyticsError::At`], which say what is wrong with it.
pub fn statement(sql: &str) -> Result<Checked, AnalyticsError> {
    if sql.len() > MOST_BYTES {
        return Err(refused(format!("the statement has {} bytes; at most {MOST_BYTES} are read", sql.len())));
    }
    // What a chain of terms is parsed into is as deep as the chain is long, and is dropped by a function that calls
    // itself.
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("parse".into()).stack_size(STACK);
        let parsing = thread.spawn_scoped(scope, || parsed(sql)).map_err(AnalyticsError::Thread)?;
        parsing.join().unwrap_or_else(|_| Err(refused("the statement could not be read: simplify it")))
    })
}

fn parsed(sql: &str) -> Result<Checked, AnalyticsError> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location().map_err(fault::of_tokens)?;
    if tokens.len() > MOST_TOKENS {
        return Err(refused(format!(
            "the statement has {} words and signs; at most {MOST_TOKENS} are read",
            tokens.len()
        )));
    }
    let parser = DFParserBuilder::new(tokens).with_recursion_limit(MOST_NESTED).build();
    let statements = parser.and_then(|mut parser| parser.parse_statements()).map_err(fault::of_text)?;
    let statement = only(statements)?;
    let Statement::Statement(inner) = &statement else { return Err(no_question(&statement)) };
    match inner.as_ref() {
        SqlStatement::Query(_) | SqlStatement::ShowTables { .. } | SqlStatement::ShowColumns { .. } => {}
        _ => return Err(no_question(&statement)),
    }
    bounded(inner).map_err(refused)?;
    Ok(Checked { statement })
}

fn only(mut statements: VecDeque<Statement>) -> Result<Statement, AnalyticsError> {
    if statements.len() > 1 {
        let count = statements.len();
        return Err(refused(format!(
            "there are {count} statements; ask one at a time, since each has an answer of its own"
        )));
    }
    statements.pop_front().ok_or_else(|| refused("there is no statement: write a SELECT"))
}

/// Whether a statement is small and flat enough to be planned; else why not.
pub(crate) fn bounded(statement: &SqlStatement) -> Result<(), String> {
    match statement.visit(&mut Look::default()) {
        ControlFlow::Break(reason) => Err(reason),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// By its first word: the statement may hold anything, and may be long.
fn no_question(statement: &Statement) -> AnalyticsError {
    let word = match statement {
        Statement::Statement(inner) => match inner.as_ref() {
            SqlStatement::Set(_) => "SET".to_owned(),
            SqlStatement::Insert(_) => "INSERT".to_owned(),
            other => other.to_string().split_whitespace().next().unwrap_or_default().to_uppercase(),
        },
        Statement::CreateExternalTable(_) => "CREATE EXTERNAL TABLE".to_owned(),
        Statement::CopyTo(_) => "COPY".to_owned(),
        Statement::Explain(_) => "EXPLAIN".to_owned(),
        Statement::Reset(_) => "RESET".to_owned(),
    };
    refused(format!(
        "{word} is not answered here: nothing can be changed, so only SELECT and SHOW TABLES or COLUMNS are"
    ))
}

fn refused(reason: impl Into<String>) -> AnalyticsError {
    AnalyticsError::Refused { reason: reason.into() }
}

/// Goes through a statement, and stops where it is too much.
#[derive(Default)]
struct Look {
    depth: usize,
    parts: usize,
    cubed: usize,
    /// How many tables each name of a WITH stands for.
    named: HashMap<String, u64>,
}

/// Counts the tables that a part of a statement stands for, itself among them.
struct Weigh<'n> {
    named: &'n HashMap<String, u64>,
    tables: u64,
}

impl Visitor for Weigh<'_> {
    type Break = ();

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let weight = self.named.get(&last(relation)).copied().unwrap_or(1);
        self.tables = self.tables.saturating_add(weight);
        ControlFlow::Continue(())
    }
}

/// The last part of a name, as names are compared.
fn last(name: &ObjectName) -> String {
    name.0.last().map(ToString::to_string).unwrap_or_default().trim_matches('"').to_lowercase()
}

impl Look {
    fn deeper(&mut self) -> ControlFlow<String> {
        self.depth += 1;
        match self.depth > MOST_DEPTH {
            true => ControlFlow::Break(format!(
                "the statement goes deeper than {MOST_DEPTH}: write a long chain of OR as IN, and a deep query as WITH"
            )),
            false => ControlFlow::Continue(()),
        }
    }

    fn back(&mut self) -> ControlFlow<String> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    /// Planned are the texts of a WITH wherever their names stand, so a short text can stand for a plan without end.
    fn weigh(&mut self, query: &Query) -> ControlFlow<String> {
        let held = query.with.iter().flat_map(|with| &with.cte_tables);
        let parts = held.map(|held| (Some(held.alias.name.value.to_lowercase()), held.query.as_ref()));
        for (name, part) in parts.chain([(None, query)]) {
            let mut weigh = Weigh { named: &self.named, tables: 1 };
            let _ = part.visit(&mut weigh);
            let tables = weigh.tables;
            if tables > MOST_TABLES {
                return ControlFlow::Break(format!(
                    "the statement stands for more than {MOST_TABLES} tables: use each WITH fewer times"
                ));
            }
            if let Some(name) = name {
                self.named.insert(name, tables);
            }
        }
        ControlFlow::Continue(())
    }

    fn part(&mut self) -> ControlFlow<String> {
        self.parts += 1;
        match self.parts > MOST_PARTS {
            true => ControlFlow::Break(format!("the statement has more than {MOST_PARTS} queries and tables")),
            false => ControlFlow::Continue(()),
        }
    }
}

impl Visitor for Look {
    type Break = String;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<String> {
        let changes = matches!(
            query.body.as_ref(),
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_)
        );
        if changes || !query.locks.is_empty() {
            return ControlFlow::Break("nothing can be changed or locked here".into());
        }
        if query.with.as_ref().is_some_and(|with| with.recursive) {
            return ControlFlow::Break("WITH RECURSIVE is not answered: nobody can tell when it ends".into());
        }
        self.weigh(query)?;
        // A chain of UNION is as deep as it is long, too.
        let mut bodies = vec![query.body.as_ref()];
        while let Some(body) = bodies.pop() {
            if let SetExpr::SetOperation { left, right, .. } = body {
                self.part()?;
                bodies.extend([left.as_ref(), right.as_ref()]);
            }
        }
        self.deeper()
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<String> {
        self.back()
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<String> {
        if select.into.is_some() {
            return ControlFlow::Break("SELECT INTO is not answered: nothing can be changed".into());
        }
        self.part()
    }

    fn pre_visit_table_factor(&mut self, _: &TableFactor) -> ControlFlow<String> {
        self.part()
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<String> {
        match last(relation) == "df_settings" {
            true => ControlFlow::Break("the settings of the server are not shown".into()),
            false => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<String> {
        if let Expr::Cube(parts) = expr {
            self.cubed += parts.len();
            if self.cubed > MOST_CUBED {
                return ControlFlow::Break(format!("CUBE takes at most {MOST_CUBED} expressions here"));
            }
        }
        self.deeper()
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<String> {
        self.back()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(sql: &str) -> String {
        statement(sql).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn one_question_passes_and_what_changes_anything_does_not() {
        for sql in [
            "select 1",
            "select 1;",
            "with a as (select 1 as x) select * from a union all select 2",
            "values (1), (2)",
            "show tables",
            "show columns from case_state",
            "select * from information_schema.columns",
        ] {
            assert_eq!(why(sql), "", "{sql}");
        }
        for (sql, reason) in [
            ("", "no statement"),
            ("-- nothing", "no statement"),
            ("select 1; select 2", "2 statements"),
            ("select 1; drop table card", "2 statements"),
            ("create external table x stored as csv location '/etc/passwd'", "CREATE EXTERNAL TABLE"),
            ("copy (select 1) to '/tmp/x.csv'", "COPY"),
            ("set datafusion.execution.time_zone = 'UTC'", "SET"),
            ("reset datafusion.execution.time_zone", "RESET"),
            ("explain select 1", "EXPLAIN"),
            ("explain analyze select 1", "EXPLAIN"),
            ("insert into card values (1)", "INSERT"),
            ("update card set level = 'RED'", "UPDATE"),
            ("delete from card", "DELETE"),
            ("create table x as select 1", "CREATE"),
            ("create view x as select 1", "CREATE"),
            ("drop table card", "DROP"),
            ("show all", "SHOW"),
            ("show datafusion.runtime.temp_directory", "SHOW"),
            ("prepare p as select 1", "PREPARE"),
            ("select 1 into x", "SELECT INTO"),
            ("select 1 for update", "update"),
            ("with recursive n as (select 1 union all select 1 from n) select * from n", "RECURSIVE"),
            ("select * from information_schema.df_settings", "settings"),
            ("select (select value from information_schema.\"df_settings\" limit 1)", "settings"),
        ] {
            assert!(why(sql).contains(reason), "{sql}: {}", why(sql));
        }
    }

    #[test]
    fn what_is_wrong_is_shown_at_its_place() {
        for (sql, place) in [("select (1\n  from x", (2, 0)), ("select 'open", (1, 8)), ("selec 1", (1, 1))] {
            match statement(sql) {
                Err(AnalyticsError::At { line, column, .. }) => {
                    assert!(line == place.0 && (place.1 == 0 || column == place.1), "{sql}: {line}:{column}");
                }
                other => panic!("{sql}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_is_too_much_is_refused_and_brings_nothing_down() {
        let list = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(why(&format!("select 1 where 1 in ({})", list(10_000))), "");
        assert_eq!(why(&format!("select 1{}", " + 1".repeat(200))), "");
        for (what, sql) in [
            ("a sum of 2,000 terms", format!("select 1{}", " + 1".repeat(2_000))),
            ("a sum of 30,000 terms", format!("select 1{}", "+1".repeat(29_000))),
            ("a sum of 100,000 terms", format!("select 1{}", "+1".repeat(100_000))),
            ("a chain of OR", format!("select 1 where 1 = 1{}", " or 1 = 2".repeat(5_000))),
            ("brackets", format!("select {}1{}", "(".repeat(20_000), ")".repeat(20_000))),
            ("functions", format!("select {}1{}", "abs(".repeat(10_000), ")".repeat(10_000))),
            ("NOT", format!("select {} true", "not ".repeat(20_000))),
            ("minus", format!("select {}1", "- ".repeat(20_000))),
            ("CASE", format!("select {} 1 {}", "case when true then ".repeat(5_000), " end".repeat(5_000))),
            (
                "queries in queries",
                format!("select * from {}select 1{}", "(select * from (".repeat(2_000), "))".repeat(2_000)),
            ),
            ("a chain of UNION", format!("select 1{}", " union all select 1".repeat(5_000))),
            ("a chain of VALUES", format!("values (1){}", " union values (1)".repeat(5_000))),
            ("joins", format!("select 1 from region{}", " cross join region".repeat(2_000))),
            ("casts", format!("select 1{}", "::int".repeat(10_000))),
            ("a list of 100,000", format!("select 1 where 1 in ({})", list(100_000))),
            ("1 MiB", format!("select '{}'", "x".repeat(1024 * 1024))),
            ("1 MiB of brackets", "(".repeat(1024 * 1024)),
        ] {
            let why = why(&sql);
            assert!(!why.is_empty() && why.len() < 500, "{what}: {why}");
        }
    }
}
