//! A workbook: the table on the first sheet, what it is on the second. Numbers, days and instants are
//! numbers; whatever people wrote is a string, also where it begins like a formula.

use jiff::tz::TimeZone;
use rust_xlsxwriter::{DocProperties, Format, FormatBorder, Formula, Workbook, Worksheet, XlsxError, cell_range};

use super::cell::to_second;
use super::{Cell, Sheet};

/// Rows that a sheet takes beside head and sums.
pub(crate) const MOST_ROWS: usize = 1_048_574;
/// Letters that fit into a column, a Chinese character being as wide as two.
const NARROWEST: usize = 8;
const WIDEST: usize = 48;
/// Rows that the widths are measured by.
const MEASURED: usize = 1000;
/// UTF-16 units that a cell takes.
const MOST_TEXT: usize = 32_767;
/// Letters that the tab of a worksheet takes.
const MOST_NAME: usize = 31;
/// Years that a cell takes for one.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=9999;

/// The whole workbook.
pub(crate) fn write(sheet: &Sheet) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = TimeZone::UTC.to_datetime(sheet.as_of);
    book.set_properties(&DocProperties::new().set_title(sheet.name.as_str()).set_creation_datetime(&made));
    table(book.add_worksheet(), sheet)?;
    about(book.add_worksheet(), sheet)?;
    book.save_to_buffer()
}

fn table(page: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    page.set_name(tab(&sheet.name))?;
    let head = Format::new().set_bold().set_border_bottom(FormatBorder::Thin).set_text_wrap();
    for (col, column) in (0_u16..).zip(&sheet.heads) {
        page.write_string_with_format(0, col, column.title.as_str(), &head)?;
        page.set_column_width(col, width(sheet, usize::from(col)) as f64)?;
    }
    let formats = Formats::new();
    for (row, cells) in (1_u32..).zip(&sheet.rows) {
        for (col, cell) in (0_u16..).zip(cells) {
            put(page, (row, col), cell, formats.of(cell), sheet)?;
        }
    }
    let last_col = u16::try_from(sheet.heads.len().saturating_sub(1)).unwrap_or(u16::MAX);
    let last_row = u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX);
    if last_row > 0 {
        page.autofilter(0, 0, last_row, last_col)?;
        sums(page, sheet, last_row, &formats)?;
    }
    page.set_freeze_panes(1, 0)?;
    page.set_repeat_rows(0, 0)?;
    page.set_landscape().set_print_fit_to_pages(1, 0);
    Ok(())
}

/// A row of sums under the table. Counts are formulas over what the filter of the sheet leaves.
fn sums(page: &mut Worksheet, sheet: &Sheet, last_row: u32, formats: &Formats) -> Result<(), XlsxError> {
    if !sheet.heads.iter().any(|head| head.has_sum) {
        return Ok(());
    }
    let row = last_row + 1;
    let line =
        |format: Option<&Format>| format.cloned().unwrap_or_default().set_bold().set_border_top(FormatBorder::Thin);
    let mut word = Some(sheet.lang.say("total"));
    for (col, head) in (0_u16..).zip(&sheet.heads) {
        if !head.has_sum {
            page.write_string_with_format(row, col, word.take().unwrap_or_default(), &line(None))?;
            continue;
        }
        let sum = Cell::sum(sheet.rows.iter().filter_map(|cells| cells.get(usize::from(col))));
        let format = line(formats.of(&sum));
        if let Cell::Count(n) = sum {
            let range = cell_range(1, col, last_row, col);
            let formula = Formula::new(format!("=SUBTOTAL(109,{range})")).set_result(n.to_string());
            page.write_formula_with_format(row, col, formula, &format)?;
        } else {
            put(page, (row, col), &sum, Some(&format), sheet)?;
        }
    }
    Ok(())
}

fn about(page: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    page.set_name(sheet.lang.say("sheet-about"))?;
    let name = Format::new().set_bold();
    for (row, (what, value)) in (0_u32..).zip(&sheet.about.lines) {
        page.write_string_with_format(row, 0, what.as_str(), &name)?;
        page.write_string(row, 1, fit(value))?;
    }
    page.set_column_width(0, 24)?;
    page.set_column_width(1, 96)?;
    Ok(())
}

fn put(
    page: &mut Worksheet,
    (row, col): (u32, u16),
    cell: &Cell,
    format: Option<&Format>,
    sheet: &Sheet,
) -> Result<(), XlsxError> {
    let plain = Format::default();
    let format = format.unwrap_or(&plain);
    match cell {
        Cell::Day(day) if YEARS.contains(&day.year()) => {
            page.write_datetime_with_format(row, col, *day, format)?;
        }
        Cell::Instant(at) if YEARS.contains(&to_second(&sheet.zone, *at).year()) => {
            page.write_datetime_with_format(row, col, to_second(&sheet.zone, *at), format)?;
        }
        _ => {
            match cell.number() {
                Some(number) => page.write_number_with_format(row, col, number, format)?,
                None => page.write_string(row, col, fit(&cell.plain(sheet.lang, &sheet.zone)))?,
            };
        }
    }
    Ok(())
}

/// Letters of the widest value among the first rows, within bounds.
fn width(sheet: &Sheet, col: usize) -> usize {
    let letters = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let head = sheet.heads.get(col).map_or(0, |head| letters(&head.title));
    let cells = sheet.rows.iter().take(MEASURED).filter_map(|cells| cells.get(col));
    let measured = cells.map(|cell| match cell {
        // As its format shows it: 2018-09-13 15:42.
        Cell::Instant(_) => 16,
        cell => letters(&cell.shown(sheet.lang, &sheet.zone)),
    });
    // Room for the button of the filter.
    measured.chain([head + 2]).max().unwrap_or(0).clamp(NARROWEST, WIDEST)
}

/// As much of a name as the tab of a worksheet takes, without the signs that it does not.
fn tab(name: &str) -> String {
    let is_sign = |c: char| matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\');
    let plain: String = name.chars().map(|c| if is_sign(c) { ' ' } else { c }).take(MOST_NAME).collect();
    plain.trim_matches(['\'', ' ']).to_owned()
}

/// As much of a text as a cell takes.
fn fit(text: &str) -> String {
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= MOST_TEXT
    };
    text.chars().take_while(fits).collect()
}

/// How numbers are shown.
struct Formats {
    count: Format,
    share: Format,
    mille: Format,
    decimal: Format,
    price: Format,
    day: Format,
    instant: Format,
}

impl Formats {
    fn new() -> Self {
        let format = |code: &str| Format::new().set_num_format(code);
        Self {
            count: format("#,##0"),
            share: format("0.0%"),
            mille: format("0.0\"‰\""),
            decimal: format("0.0"),
            price: format("0.00"),
            day: format("yyyy-mm-dd"),
            instant: format("yyyy-mm-dd hh:mm"),
        }
    }

    fn of(&self, cell: &Cell) -> Option<&Format> {
        match cell {
            Cell::None | Cell::Text(_) | Cell::Told(..) | Cell::Between(..) | Cell::Flag(_) | Cell::Number(_) => None,
            Cell::Count(_) | Cell::Amount(_) => Some(&self.count),
            Cell::Share(..) | Cell::Ratio(_) => Some(&self.share),
            Cell::PerMille(_) => Some(&self.mille),
            Cell::Decimal(_) | Cell::Measure(_) => Some(&self.decimal),
            Cell::Price(_) => Some(&self.price),
            Cell::Day(_) => Some(&self.day),
            Cell::Instant(_) => Some(&self.instant),
        }
    }
}
