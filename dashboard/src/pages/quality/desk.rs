//! What of a refused record may be seen and corrected here: its text from the vault, and a field for
//! each of its columns.

use analytics::Right;
use ingest::{Mapping, RawRecord};

use super::row::{Refusal, Told};
use super::row_id::RowId;
use crate::error::HttpError;
use crate::frame::Context;
use crate::i18n::Lang;

/// Bytes of a record up to which it is shown whole and can be corrected here.
const MOST_TEXT: usize = 64 * 1024;
/// Characters of a value of a longer record that are shown, and how many of its values.
const SHOWN_CHARS: usize = 400;
const SHOWN_VALUES: usize = 200;
/// Letters that fit into a line of the form, a Chinese character being as wide as two, and the lines of
/// its highest box.
const LINE_WIDTH: usize = 36;
const MOST_ROWS: usize = 12;

/// What stands under the refusals of a row.
#[derive(Default)]
pub(super) struct Desk {
    /// Why it cannot be corrected here; empty if it can.
    pub(super) note: String,
    /// The way on the command line.
    pub(super) commands: Vec<String>,
    /// The record as it came, where it could not be read as one.
    pub(super) raw: String,
    /// Its values, where they cannot be corrected here.
    pub(super) values: Vec<(String, String)>,
    pub(super) form: Option<Form>,
}

/// The form that corrects.
pub(super) struct Form {
    pub(super) token: String,
    /// The sign of the reader's session.
    pub(super) csrf: String,
    pub(super) action: String,
    pub(super) fields: Vec<Field>,
}

/// One column of the record.
pub(super) struct Field {
    /// Its name in the form: `v0`, `v1`, …
    pub(super) name: String,
    pub(super) column: String,
    pub(super) value: String,
    /// Lines of the box that it is shown in; 1: a plain field.
    pub(super) rows: usize,
    /// Why it was refused; empty for others.
    pub(super) reasons: Vec<String>,
    /// The value with its control characters in sight; empty if it has none.
    pub(super) visible: String,
}

/// What can be done with a row. Nothing of its text is read where there is no vault, nor of a row that
/// is not open, nor as of a past time.
pub(super) async fn desk(context: &Context, id: &RowId, told: &Told) -> Result<Desk, HttpError> {
    let t = context.lang();
    if !told.is_open() {
        return Ok(Desk::default());
    }
    let Some(corrections) = &context.app.options.corrections else {
        return Ok(by_hand(t.say("desk-closed"), id, None));
    };
    // An auditor may look, and no more.
    if !context.ask.visitor.may(Right::Correct) {
        return Ok(Desk { note: t.say("desk-not-yours"), ..Desk::default() });
    }
    if context.ask.filters.as_of.is_some() {
        return Ok(Desk { note: t.say("desk-past"), ..Desk::default() });
    }
    let Some(record) = corrections.record(&id.batch, id.line, &id.row_hash).await? else {
        return Ok(by_hand(t.say("desk-no-text"), id, None));
    };
    let raw = record.text.as_deref().map(|text| cut(&visible(text))).unwrap_or_default();
    let Some(mapping) = corrections.mapping(&told.mapping)? else {
        let note = t.tell("desk-no-mapping", &[("mapping", &told.mapping)]);
        return Ok(Desk { raw, values: shown(&record), ..by_hand(note, id, Some("MAPPING.toml")) });
    };
    if size(&record) > MOST_TEXT {
        return Ok(Desk { raw, values: shown(&record), ..by_hand(t.say("desk-too-long"), id, None) });
    }
    let form = Form {
        token: context.app.forms.give_out(&id.to_string()),
        csrf: context.ask.visitor.csrf.clone(),
        action: context.ask.link(&id.path(), &[]),
        fields: fields(t, &record, &mapping, &told.open),
    };
    Ok(Desk { raw, form: Some(form), ..Desk::default() })
}

/// The columns of a record with its values: those that it came with, or, where it could not be read as
/// a record, those that the mapping reads, all empty.
pub(super) fn columns(record: &RawRecord, mapping: &Mapping) -> Vec<(String, String)> {
    if record.values.is_empty() {
        return mapping.columns().into_iter().map(|name| (name.to_owned(), String::new())).collect();
    }
    record.values.clone()
}

fn fields(t: Lang, record: &RawRecord, mapping: &Mapping, open: &[Refusal]) -> Vec<Field> {
    let field = |(at, (column, value)): (usize, (String, String))| {
        let is_of = |refusal: &&Refusal| {
            let field = refusal.field.as_deref().unwrap_or_default();
            mapping.columns_of(refusal.output, field).contains(&column)
        };
        let reasons: Vec<String> = open.iter().filter(is_of).map(|refusal| t.code("rule", &refusal.rule)).collect();
        let in_sight = visible(&value);
        Field {
            name: name(at),
            reasons,
            rows: rows(&value),
            visible: if in_sight == value { String::new() } else { in_sight },
            column,
            value,
        }
    };
    columns(record, mapping).into_iter().enumerate().map(field).collect()
}

/// Lines that a value takes up, as far as they are shown at once.
fn rows(value: &str) -> usize {
    let width = |line: &str| line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let lines = value.split(['\n', '\r']).map(|line| width(line).div_ceil(LINE_WIDTH).max(1)).sum();
    MOST_ROWS.min(lines)
}

/// The name of a column's field in the form: columns may be called anything.
pub(super) fn name(at: usize) -> String {
    format!("v{at}")
}

/// Not here, but on the command line.
fn by_hand(note: String, id: &RowId, mapping: Option<&str>) -> Desk {
    let batch = super::picked::short(&id.batch);
    let mapping = mapping.map(|file| format!(" --mapping {file}")).unwrap_or_default();
    let commands = vec![
        format!("sunlake quarantine show {batch} --csv > corrected.csv"),
        format!("sunlake quarantine replay {batch}{mapping} --from corrected.csv"),
    ];
    Desk { note, commands, ..Desk::default() }
}

/// Bytes that a form of it would have to carry.
fn size(record: &RawRecord) -> usize {
    record.values.iter().map(|(name, value)| name.len() + value.len()).sum()
}

/// Its values as far as they can be looked at.
fn shown(record: &RawRecord) -> Vec<(String, String)> {
    let values = record.values.iter().filter(|(_, value)| !value.is_empty()).take(SHOWN_VALUES);
    values.map(|(name, value)| (cut(name), cut(&visible(value)))).collect()
}

fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN_CHARS).collect();
    if text.chars().nth(SHOWN_CHARS).is_some() {
        short.push('…');
    }
    short
}

/// With signs in the place of control characters other than ends of lines and tabs.
fn visible(text: &str) -> String {
    let sign = |c: char| match c {
        '\n' | '\r' | '\t' => c,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        // What turns the direction of a line could make it read otherwise.
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        _ => c,
    };
    text.chars().map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_come_into_sight_and_long_texts_are_cut() {
        assert_eq!(visible("a\u{1}b\u{7f}\n\u{202e}"), "a\u{2401}b\u{2421}\n\u{fffd}");
        assert_eq!(cut("阳光"), "阳光");
        assert_eq!(cut(&"阳".repeat(SHOWN_CHARS + 1)).chars().count(), SHOWN_CHARS + 1);
    }

    #[test]
    fn a_long_value_gets_a_box_of_several_lines() {
        let told = ["", "2018-09-13 15:42:00", &"x".repeat(37), &"阳光".repeat(10), "a\r\nb", &"\n".repeat(99)];
        assert_eq!(told.map(rows), [1, 1, 2, 2, 3, MOST_ROWS]);
    }

    #[test]
    fn a_refused_field_is_marked_and_a_record_that_could_not_be_read_has_the_mappings_columns() {
        let text = "[source]\nsystem = \"x\"\ntime_zone = \"Asia/Shanghai\"\n[[output]]\ntable = \"workflow_event\"\n\
                    [output.fields]\ncase_no = \"a\"\nevent_type = { value = \"ACCEPT\" }\noccurred_at = \"t\"\n";
        let mapping = Mapping::parse("m", text).expect("mapping");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut record = RawRecord {
            line: 2,
            row_hash: String::new(),
            values: vec![pair("t", "noon\u{1}"), pair("a", "A-1\nA-2")],
            text: None,
        };
        let refusal = Refusal {
            output: 1,
            table: Some("workflow_event".into()),
            field: Some("occurred_at".into()),
            rule: "not_a_time".into(),
            reason: String::new(),
        };
        let made = fields(Lang::En, &record, &mapping, &[refusal]);
        assert_eq!((made[0].name.as_str(), made[0].reasons.len(), made[0].rows), ("v0", 1, 1));
        assert_eq!((made[1].column.as_str(), made[1].reasons.len(), made[1].rows), ("a", 0, 2));
        assert!(made[0].visible.contains('\u{2401}') && made[1].visible.is_empty());
        record.values.clear();
        assert_eq!(columns(&record, &mapping), [pair("a", ""), pair("t", "")]);
    }
}
