use std::io::{Cursor, Read};

use jiff::civil::date;
use zip::ZipArchive;

use super::*;

const HOSTILE: &str = "=HYPERLINK(\"http://x\",\"click\")";

fn sheet(lang: Lang) -> Sheet {
    let head = |title: &str, has_sum| Head { title: title.to_owned(), has_sum };
    let instant = |text: &str| Cell::Instant(text.parse().expect("instant"));
    Sheet {
        file: "cards".into(),
        name: lang.say("nav-cards"),
        heads: vec![
            head("村", false),
            head("收件", true),
            head("按时率", true),
            head("到期日", false),
            head("到期", false),
            head("中位", false),
        ],
        rows: vec![
            vec![
                Cell::Text(HOSTILE.into()),
                Cell::Count(1206),
                Cell::Share(1, 4),
                Cell::Day(date(2018, 9, 13)),
                instant("2018-09-13T23:59:59.999999+08:00"),
                Cell::Decimal(1.5),
            ],
            vec![
                Cell::Text("顺塔村, 渔江村".into()),
                Cell::Count(-3),
                Cell::Share(2, 2),
                Cell::None,
                instant("2018-09-13T15:42:00+08:00"),
                Cell::None,
            ],
        ],
        about: About { lines: vec![("区域".into(), "全市".into()), ("注意".into(), "-1+1".into())] },
        lang,
        zone: TimeZone::get("Asia/Shanghai").expect("zone"),
        as_of: "2018-09-13T15:42:07+08:00".parse().expect("instant"),
    }
}

/// A file within a workbook.
fn part(book: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(book)).expect("archive");
    let mut text = String::new();
    archive.by_name(name).expect("part").read_to_string(&mut text).expect("text");
    text
}

#[test]
fn a_workbook_holds_numbers_and_dates_as_such_and_formulas_as_text() {
    let book = xlsx::write(&sheet(Lang::Zh)).expect("workbook");
    let table = part(&book, "xl/worksheets/sheet1.xml");
    for value in ["<v>1206</v>", "<v>-3</v>", "<v>0.25</v>", "<v>43356</v>", "<v>43356.99998", "<v>1.5</v>"] {
        assert!(table.contains(value), "{value}: {table}");
    }
    assert!(table.contains("state=\"frozen\""), "{table}");
    let texts = part(&book, "xl/sharedStrings.xml");
    assert!(texts.contains("=HYPERLINK(") && texts.contains("-1+1") && texts.contains("全市"), "{texts}");
    // The only formula is the sum of ours, with its result.
    assert_eq!(table.matches("<f>").count(), 1, "{table}");
    assert!(table.contains("SUBTOTAL(109,B2:B3)</f><v>1203</v>"), "{table}");
    // A share of all: 3 of 6.
    assert!(table.contains("<v>0.5</v>"), "{table}");
}

#[test]
fn sheets_are_named_in_the_language_of_the_page() {
    for lang in [Lang::Zh, Lang::En] {
        let names = part(&xlsx::write(&sheet(lang)).expect("workbook"), "xl/workbook.xml");
        for name in [lang.say("nav-cards"), lang.say("sheet-about")] {
            assert!(names.contains(&format!("name=\"{name}\"")), "{names}");
        }
        let keys = ["nav-villages", "rows-title", "quality-sources", "quality-rules", "quality-calendar"];
        for key in keys.into_iter().chain(["quality-incidents", "quality-checks"]) {
            assert!(rust_xlsxwriter::check_sheet_name(&lang.say(key)).is_ok(), "{key}");
        }
    }
}

#[test]
fn csv_is_bare_or_has_its_lines_before_it() {
    let text = |with_about| String::from_utf8(csv::write(&sheet(Lang::Zh), with_about)).expect("text");
    let bare = text(false);
    assert!(bare.starts_with("\u{feff}村,收件,按时率,到期日,到期,中位\r\n"), "{bare}");
    assert!(
        bare.contains("\"'=HYPERLINK(\"\"http://x\"\",\"\"click\"\")\",1206,0.250000,2018-09-13,2018-09-13 24:00,1.5"),
        "{bare}"
    );
    assert!(bare.ends_with("\"顺塔村, 渔江村\",-3,1.000000,,2018-09-13 15:42,\r\n"), "{bare}");
    let headed = text(true);
    assert!(headed.starts_with("\u{feff}区域,全市\r\n注意,\"'-1+1\"\r\n\r\n村,"), "{headed}");
    assert_eq!(headed.lines().count(), bare.lines().count() + 3);
}

#[test]
fn a_tab_has_as_much_of_a_name_as_it_takes() {
    let long = Sheet { name: "M17/M18: satisfied? (of those who were asked)".into(), ..sheet(Lang::En) };
    let names = part(&xlsx::write(&long).expect("workbook"), "xl/workbook.xml");
    assert!(names.contains("name=\"M17 M18  satisfied  (of those w\""), "{names}");
}

#[test]
fn signs_of_the_wide_kind_begin_formulas_too() {
    for text in ["=1+1", "+a", "-a", "@SUM", "＝1+1", "＋a", "－a", "＠a", "\tx"] {
        let sheet = Sheet { rows: vec![vec![Cell::Text(text.into())]], ..sheet(Lang::En) };
        let csv = String::from_utf8(csv::write(&sheet, false)).expect("text");
        assert!(csv.contains(&format!("\"'{text}\"")), "{csv}");
    }
    let sheet = Sheet { rows: vec![vec![Cell::Text("-3.5".into())]], ..sheet(Lang::En) };
    assert!(csv::write(&sheet, false).ends_with(b"\r\n-3.5\r\n"));
}

#[test]
fn a_text_that_no_cell_takes_is_cut_and_a_table_of_nothing_is_one() {
    let long = "阳".repeat(40_000);
    let sheet = Sheet { rows: vec![vec![Cell::Text(long)]], ..sheet(Lang::Zh) };
    assert!(xlsx::write(&sheet).is_ok());
    let none = xlsx::write(&Sheet { rows: Vec::new(), ..sheet }).expect("workbook");
    assert!(!part(&none, "xl/worksheets/sheet1.xml").contains("<f>"));
}

#[test]
fn a_file_is_named_by_what_it_is_and_as_of_when() {
    assert_eq!(sheet(Lang::Zh).file_name("xlsx"), "cards_20180913T154207.xlsx");
}

#[test]
fn what_is_shown_and_what_is_written_are_one_value() {
    let zone = TimeZone::get("Asia/Shanghai").expect("zone");
    let both = |cell: Cell| (cell.shown(Lang::Zh, &zone), cell.plain(Lang::Zh, &zone));
    let told = |shown: &str, plain: &str| (shown.to_owned(), plain.to_owned());
    assert_eq!(both(Cell::Count(18_206)), told("18,206", "18206"));
    assert_eq!(both(Cell::Share(0, 0)), told("–", ""));
    assert_eq!(both(Cell::PerMille(1.9)), told("1.9‰", "1.900000"));
    assert_eq!(both(Cell::Measure(1206.4)), told("1,206", "1206.400000"));
    assert_eq!(both(Cell::Price(5.038)), told("5.04", "5.038000"));
    assert_eq!(both(Cell::Amount(-0.4)), told("0", "-0.400000"));
    assert_eq!(both(Cell::Between(0.976, 0.998)), told("97.6–99.8", "0.976000–0.998000"));
    assert_eq!(both(Cell::Told("无基期".into(), "NO_BASELINE".into())), told("无基期", "NO_BASELINE"));
    assert_eq!(both(Cell::Flag(true)), told("是", "是"));
    assert_eq!(both(Cell::None), told("–", ""));
    let sum = Cell::sum([Cell::Share(1, 3), Cell::None, Cell::Share(1, 1)].iter());
    assert_eq!(sum, Cell::Share(2, 4));
}
