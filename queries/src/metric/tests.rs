use super::*;

#[test]
fn ids_are_unique_and_found_in_any_case() {
    for (at, metric) in METRICS.iter().enumerate() {
        assert!(METRICS[..at].iter().all(|earlier| earlier.id < metric.id), "{} is out of order", metric.id);
        let found = find(&metric.id.to_lowercase()).unwrap();
        assert_eq!(found.id, metric.id);
    }
    assert!(find("M99").is_none());
}

#[test]
fn a_metric_takes_the_parameters_that_it_names() {
    let takes = |id: &str, key: &str| find(id).unwrap().takes(key);
    assert!(takes("M31", "saving_per_case") && takes("M09", "reform_on") && takes("M12", "visits_white_items"));
    assert!(takes("M19", "reply_limit_wd.HELP") && takes("M27", "listing_decided_days"));
    assert!(!takes("M31", "saving_per") && !takes("M31", "claim_villages") && !takes("M03", "reply_limit_wd.HELP"));
}

#[test]
fn every_header_is_complete() {
    for metric in &METRICS {
        let header = metric.header();
        assert_eq!(header.id, metric.id);
        let texts = [
            header.name,
            header.title_zh,
            header.title_en,
            &header.unit,
            &header.grain,
            &header.formula,
            &header.caveat,
            &header.source,
        ];
        assert!(texts.iter().all(|text| !text.is_empty()), "{} lacks a line: {header:?}", metric.id);
        assert_eq!(header.key, "bucket");
        assert_eq!(header.params, "$from date, $to date (exclusive)");
        assert!(!header.title_zh.is_ascii(), "{}: {}", metric.id, header.title_zh);
        assert!(header.title_en.is_ascii(), "{}: {}", metric.id, header.title_en);
    }
}

#[test]
fn the_header_lists_the_columns_of_the_result() {
    for metric in &METRICS {
        let header = metric.header();
        let listed: Vec<&str> = header.columns.iter().map(|column| column.name).collect();
        assert_eq!(listed, selected(metric.sql), "{}", metric.id);
        assert_eq!(listed.first(), Some(&"bucket"));
        let mut letters: Vec<char> = header.columns.iter().filter_map(|column| column.letter).collect();
        assert!(letters.is_sorted(), "{}: {letters:?}", metric.id);
        letters.dedup();
        let expected: Vec<char> = ('a'..='z').take(letters.len()).collect();
        assert_eq!(letters, expected, "{}", metric.id);
    }
}

#[test]
fn every_token_is_replaced() {
    for metric in &METRICS {
        for breakdown in &metric.header().breakdowns {
            let sql = metric.sql_by(*breakdown).unwrap();
            assert!(!sql.contains(['{', '}']), "{} by {breakdown}:\n{sql}", metric.id);
        }
        for piece in Breakdown::ALL.into_iter().filter(|breakdown| breakdown.is_of_time()) {
            assert_eq!(metric.sql_by(piece), metric.sql_by(Breakdown::All));
        }
    }
}

/// Everything together, and that piece by piece of the time, can be told of any metric.
#[test]
fn a_header_names_breakdowns_that_exist() {
    for metric in &METRICS {
        let breakdowns = &metric.header().breakdowns;
        let mut always = Breakdown::ALL.into_iter().filter(|by| *by == Breakdown::All || by.is_of_time());
        assert!(always.all(|by| breakdowns.contains(&by)), "{}", metric.id);
        let told = metric.sql.lines().find_map(|line| line.strip_prefix("-- breakdowns: "));
        if let Some(told) = told {
            let names: Vec<&str> = breakdowns.iter().map(|breakdown| breakdown.as_str()).collect();
            assert_eq!(told, names.join(", "), "{}", metric.id);
        }
    }
}

#[test]
fn a_breakdown_that_the_rows_do_not_have_is_refused() {
    static OF_ITEMS: Metric = Metric::new("M98", "-- metric: M98 some\n-- breakdowns: all, item, month\nselect 1\n");
    assert!(OF_ITEMS.sql_by(Breakdown::Item).is_ok());
    assert_eq!(
        OF_ITEMS.sql_by(Breakdown::Village).unwrap_err().to_string(),
        "M98 cannot be told apart by village: choose all, item, month"
    );
}

#[test]
fn cards_of_an_organization_are_those_it_answers_for() {
    let sql = find("M06").unwrap().sql_by(Breakdown::Organization).unwrap();
    assert!(sql.contains("org_code as bucket") && sql.contains("responsible_org as bucket"), "{sql}");
    let sql = find("M06").unwrap().sql_by(Breakdown::Village).unwrap();
    assert_eq!(sql.matches("village_code as bucket").count(), 2, "{sql}");
    assert!(sql.contains("from card\n"), "{sql}");
    let sql = find("M06").unwrap().sql_by(Breakdown::Kind).unwrap();
    assert!(sql.contains("on of_case = card.case_no\n    ) as card\n    where"), "{sql}");
}

#[test]
fn a_share_is_made_of_columns_of_its_metric() {
    for metric in &METRICS {
        let columns = &metric.header().columns;
        for share in columns.iter().filter_map(|column| column.share) {
            for (_, name) in share.part().chain(share.whole()) {
                let found = columns.iter().find(|column| column.name == name);
                assert!(found.is_some_and(|column| column.share.is_none()), "{}: {share} has no {name}", metric.id);
            }
        }
    }
}

#[test]
fn rows_are_of_counts_and_queries_that_there_are() {
    for metric in &METRICS {
        let header = metric.header();
        let counts: Vec<&str> =
            header.columns.iter().map(|column| column.name).filter(|name| name.ends_with("_n")).collect();
        for count in &counts {
            let told = header.rows.iter().filter(|rows| rows.count == *count).count();
            assert_eq!(told, 1, "{} does not name the rows of {count} once", metric.id);
        }
        assert_eq!(header.rows.len(), counts.len(), "{} names rows of what is no count", metric.id);
        for rows in &header.rows {
            assert!(!rows.key.is_empty(), "{}: {}", metric.id, rows.count);
            let sql = metric.rows_by(Breakdown::All, Some(rows.count)).unwrap();
            assert!(!sql.contains("\ntotals as ("), "{sql}");
            let query = format!("{} as (\n", rows.query);
            assert!(sql.contains(&format!("\n{query}")) || sql.contains(&format!("with {query}")), "{sql}");
        }
    }
}

#[test]
fn rows_that_cannot_be_shown_are_refused_in_a_sentence() {
    let refused = |id, count| find(id).unwrap().rows_by(Breakdown::All, count).unwrap_err().to_string();
    assert_eq!(
        refused("M02", Some("on_time_rate")),
        "on_time_rate of M02 is made of counts and counts no rows itself; choose closed_n, on_time_n"
    );
    assert_eq!(refused("M02", Some("late_n")), "M02 has no rows behind \"late_n\"; choose closed_n, on_time_n");
}

#[test]
fn files_keep_the_rules_of_the_house() {
    for metric in &METRICS {
        keeps_the_rules(metric.id, &shared::fill(metric.sql));
    }
    keeps_the_rules("village_table", &shared::fill(include_str!("../../sql/village_table.sql")));
}

fn keeps_the_rules(name: &str, sql: &str) {
    assert!(!sql.contains("date_bin"), "{name}: date_bin does not know the lake's zone");
    assert!(!sql.contains("$as_of"), "{name}: as_of is now()");
    assert_eq!(sql.lines().last(), Some("select * from final"), "{name}");
    assert!(sql.ends_with('\n'), "{name} does not end its last line");
    for (at, line) in sql.lines().enumerate() {
        assert_eq!(line.trim_end(), line, "{name}:{} ends in blanks", at + 1);
        assert!(line.chars().count() <= 120, "{name}:{} is too long", at + 1);
        // A date beside an instant would be taken for midnight in UTC, not in the lake's zone.
        for bound in ["$from", "$to"].into_iter().filter(|_| !line.starts_with("--")) {
            for (before, _) in line.split(bound).zip(line.split(bound).skip(1)) {
                let column = before.trim_end_matches([' ', '<', '>', '=']);
                assert!(column.ends_with("::date") || column.ends_with("_on"), "{name}:{}: {line}", at + 1);
            }
        }
    }
}

#[test]
fn every_metric_has_a_test_in_sql() {
    for metric in &METRICS {
        let path = format!("{}/slt/{}.slt", env!("CARGO_MANIFEST_DIR"), metric.id);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(&format!("@metric {} ", metric.id)), "{path} does not run {}", metric.id);
    }
}

/// The columns that the last query of a metric names.
fn selected(sql: &str) -> Vec<&str> {
    let (_, last) = sql.split_once("\nfinal as (\n    select\n").unwrap();
    let (columns, _) = last.split_once("\n    from ").unwrap();
    columns
        .lines()
        .map(|line| line.trim().trim_end_matches(','))
        .map(|line| line.rsplit_once(" as ").map_or(line, |(_, name)| name))
        .collect()
}
