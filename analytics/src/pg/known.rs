//! What the catalog knows of one client and of the tables that it sees.

use crate::{TableDoc, pg::types};

/// Number of `pg_catalog` in `pg_namespace`, as everywhere.
const PG_CATALOG: i32 = 11;
const INFORMATION_SCHEMA: i32 = 13_000;
const PUBLIC: i32 = 2_200;
/// Numbers below are PostgreSQL's own.
const FIRST: i32 = 16_384;
/// Relations of `pg_catalog` whose numbers clients compare with.
const SYSTEM: [(&str, i32); 8] = [
    ("pg_class", 1259),
    ("pg_type", 1247),
    ("pg_proc", 1255),
    ("pg_attribute", 1249),
    ("pg_namespace", 2615),
    ("pg_constraint", 2606),
    ("pg_database", 1262),
    ("pg_trigger", 2620),
];

/// Who asks, and what has been set.
#[derive(Debug, Clone, Default)]
pub struct PgClient {
    pub user: String,
    pub database: String,
    /// Number of the connection.
    pub backend: i32,
    /// What `version()` says.
    pub version: String,
    /// Names and values of `SHOW`.
    pub settings: Vec<(String, String)>,
}

/// A table or view with its number.
pub(super) struct Relation {
    pub(super) oid: i32,
    pub(super) namespace: i32,
    pub(super) doc: TableDoc,
}

pub(super) struct Known {
    pub(super) client: PgClient,
    pub(super) namespaces: Vec<(i32, String)>,
    pub(super) relations: Vec<Relation>,
}

impl Known {
    pub(super) fn new(mut tables: Vec<TableDoc>, client: PgClient) -> Self {
        tables.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
        let mut namespaces = vec![
            (PG_CATALOG, "pg_catalog".to_owned()),
            (INFORMATION_SCHEMA, "information_schema".to_owned()),
            (PUBLIC, "public".to_owned()),
        ];
        let mut relations = Vec::with_capacity(tables.len());
        for (oid, doc) in (FIRST..).zip(tables) {
            let held = namespaces.iter().find(|(_, name)| *name == doc.schema).map(|(oid, _)| *oid);
            let namespace = held.unwrap_or_else(|| {
                let next = namespaces.iter().map(|(oid, _)| *oid).max().unwrap_or(PUBLIC) + 1;
                namespaces.push((next, doc.schema.clone()));
                next
            });
            relations.push(Relation { oid, namespace, doc });
        }
        Self { client, namespaces, relations }
    }

    /// The number of a relation by its name, with or without its schema.
    pub(super) fn relation(&self, name: &str) -> Option<i32> {
        let plain = name.replace('"', "");
        let (schema, name) = match plain.rsplit_once('.') {
            Some((schema, name)) => (Some(schema.rsplit('.').next().unwrap_or(schema)), name),
            None => (None, plain.as_str()),
        };
        if schema.is_none_or(|schema| schema == "pg_catalog")
            && let Some((_, oid)) = SYSTEM.iter().find(|(held, _)| *held == name)
        {
            return Some(*oid);
        }
        let wanted = schema.unwrap_or("public");
        self.relations.iter().find(|held| held.doc.schema == wanted && held.doc.name == name).map(|held| held.oid)
    }

    /// The name of a relation by its number; with its schema unless that is `public`.
    pub(super) fn relation_name(&self, oid: i32) -> String {
        if let Some((name, _)) = SYSTEM.iter().find(|(_, held)| *held == oid) {
            return (*name).to_owned();
        }
        match self.relations.iter().find(|held| held.oid == oid) {
            Some(held) if held.doc.schema == "public" => held.doc.name.clone(),
            Some(held) => format!("{}.{}", held.doc.schema, held.doc.name),
            None => oid.to_string(),
        }
    }

    pub(super) fn namespace(&self, name: &str) -> Option<i32> {
        self.namespaces.iter().find(|(_, held)| held == name).map(|(oid, _)| *oid)
    }

    /// What a relation is about, or its column of that number.
    pub(super) fn about(&self, oid: i32, column: i32) -> Option<&str> {
        let held = self.relations.iter().find(|held| held.oid == oid)?;
        let about = match usize::try_from(column).ok()?.checked_sub(1) {
            None => &held.doc.about,
            Some(at) => &held.doc.columns.get(at)?.about,
        };
        Some(about.as_str()).filter(|about| !about.is_empty())
    }

    pub(super) fn setting(&self, name: &str) -> Option<&str> {
        let held = self.client.settings.iter().find(|(held, _)| held.eq_ignore_ascii_case(name));
        held.map(|(_, value)| value.as_str())
    }
}

/// The number of a type by its name, with or without its schema.
pub(super) fn type_number(name: &str) -> Option<i32> {
    let name = name.strip_prefix("pg_catalog.").unwrap_or(name).replace('"', "");
    let held = types::by_name(name.trim_end_matches("[]"))?;
    i32::try_from(if name.ends_with("[]") { held.array } else { held.oid }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_are_found_by_name_and_number() {
        let table = |schema: &str, name: &str| TableDoc {
            schema: schema.to_owned(),
            name: name.to_owned(),
            is_view: true,
            about: format!("about {name}"),
            columns: Vec::new(),
        };
        let known = Known::new(vec![table("public", "village"), table("lake", "card")], PgClient::default());
        let card = known.relation("lake.card").expect("card");
        assert_eq!(known.relation_name(card), "lake.card");
        assert_eq!(known.relation("card"), None);
        let village = known.relation("\"public\".\"village\"").expect("village");
        assert_eq!(known.relation("village"), Some(village));
        assert_eq!(known.about(village, 0), Some("about village"));
        assert_eq!(known.about(village, 1), None);
        assert_eq!((known.relation("pg_class"), known.relation("pg_catalog.pg_class")), (Some(1259), Some(1259)));
        assert_eq!(type_number("pg_catalog.int8"), Some(20));
        assert_eq!(type_number("text[]"), Some(1009));
    }
}
