//! Random questions.

use std::collections::HashMap;

use analytics::{Engine, TableDoc};

use super::{is_text, whole};

/// Numbers that look random and come again with their seed.
pub struct Dice(u64);

/// A question with `{table}` where a table stands.
pub struct Question {
    text: String,
    tables: Vec<(String, Vec<String>)>,
}

impl Question {
    /// As the principal asks it.
    pub fn theirs(&self) -> String {
        self.filled(|table| table.to_owned())
    }

    /// As the operator asks it, of the rows that are the principal's.
    pub fn whole(&self, of_them: impl Fn(&str) -> Option<String>) -> String {
        self.filled(|table| match of_them(table) {
            Some(condition) => format!("(select * from {table} where {condition})"),
            None => table.to_owned(),
        })
    }

    fn filled(&self, with: impl Fn(&str) -> String) -> String {
        let mut text = self.text.clone();
        for (table, _) in &self.tables {
            text = text.replace(&format!("{{{table}}}"), &with(table));
        }
        text
    }
}

/// Keys by which tables go together.
const LINKS: [&str; 4] = ["case_no", "msg_id", "listing_id", "village_code"];

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// One of so many.
    pub fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % count as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A question about one table or two of a catalog.
    pub async fn question(
        &mut self,
        catalog: &[TableDoc],
        values: &mut HashMap<(String, String), Vec<String>>,
        engine: &Engine,
    ) -> Question {
        let texts = |table: &TableDoc| -> Vec<String> {
            table.columns.iter().filter(|column| is_text(&column.data_type)).map(|column| column.name.clone()).collect()
        };
        let usable: Vec<(String, Vec<String>)> = catalog
            .iter()
            .map(|table| (table.name.clone(), texts(table)))
            .filter(|(_, columns)| !columns.is_empty())
            .collect();
        let (first, columns) = self.pick(&usable).clone();
        let linked: Vec<_> = usable
            .iter()
            .filter_map(|(name, others)| {
                let link = LINKS.iter().find(|link| [&columns, others].iter().all(|c| c.iter().any(|c| c == *link)))?;
                Some((name.clone(), others.clone(), *link))
            })
            .collect();
        let condition = self.condition("a", &first, &columns, values, engine).await;
        let (one, two) = (self.pick(&columns).clone(), self.pick(&columns).clone());
        let mut tables = vec![(first.clone(), columns)];
        let alone = self.below(8);
        let text = match (alone, linked.is_empty()) {
            (0, _) => format!("select a.{one} as x, a.{two} as y from {{{first}}} as a where {condition}"),
            (1, _) => format!("select count(*), count(distinct a.{one}) from {{{first}}} as a where {condition}"),
            (2, _) => format!("select a.{one}, count(*) from {{{first}}} as a where {condition} group by a.{one}"),
            (3, _) => format!(
                "select a.{one} as x from {{{first}}} as a where {condition} order by a.{one} nulls last limit 5"
            ),
            (4, _) | (_, true) => format!("select (select max(a.{one}) from {{{first}}} as a where {condition}) as x"),
            (shape, false) => {
                let (other, others, link) = self.pick(&linked).clone();
                let beside = self.condition("b", &other, &others, values, engine).await;
                let three = self.pick(&others).clone();
                tables.push((other.clone(), others));
                match shape {
                    5 => format!(
                        "select count(*), min(a.{one}), max(b.{three}) from {{{first}}} as a join {{{other}}} as b on \
                         a.{link} = b.{link} where {condition} and {beside}"
                    ),
                    6 => format!(
                        "with x as (select a.{one} as v from {{{first}}} as a where exists (select 1 from {{{other}}} \
                         as b where b.{link} = a.{link} and {beside}) and {condition}) select v, count(*) from x \
                         group by v"
                    ),
                    _ => format!(
                        "select a.{one} as v from {{{first}}} as a where {condition} union select b.{three} from \
                         {{{other}}} as b where {beside} union select l.w from (select distinct {link} from \
                         {{{first}}} as c) as k cross join (select max({three}) as w from {{{other}}} as d) as l"
                    ),
                }
            }
        };
        Question { text, tables }
    }

    /// A condition; some of them fail on some values.
    async fn condition(
        &mut self,
        alias: &str,
        table: &str,
        columns: &[String],
        values: &mut HashMap<(String, String), Vec<String>>,
        engine: &Engine,
    ) -> String {
        let column = self.pick(columns).clone();
        let key = (table.to_owned(), column.clone());
        if !values.contains_key(&key) {
            // Of all rows: whoever asks may know numbers of others.
            let sql = format!("select distinct {column} from {table} where {column} is not null order by 1 limit 200");
            values.insert(key.clone(), whole(engine, &sql).await.expect("values"));
        }
        let some = match values[&key].as_slice() {
            [] => "x".to_owned(),
            some => self.pick(some).replace('\'', "''"),
        };
        let length = self.below(14);
        match self.below(11) {
            0 => "true".into(),
            1 => format!("{alias}.{column} is null"),
            2 => format!("{alias}.{column} = '{some}'"),
            3 => format!("{alias}.{column} <> '{some}'"),
            4 => format!("{alias}.{column} >= '{some}' or {alias}.{column} is null"),
            5 => format!("{alias}.{column} in ('{some}', 'nothing', '{some}x')"),
            6 => format!(
                "not ({alias}.{column} like '%{}%')",
                some.chars().next().unwrap_or('a').to_string().replace('\'', "")
            ),
            7 => format!("length({alias}.{column}) > {length}"),
            8 => format!("cast({alias}.{column} as bigint) > 0"),
            9 => format!("1 / (length({alias}.{column}) - {length}) >= 0"),
            _ => format!("{alias}.{column} between '{some}' and '{some}z'"),
        }
    }
}
