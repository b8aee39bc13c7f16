use super::*;
use crate::source::told::{Told, mapping};

fn told(text: &str, sections: &str) -> Result<Vec<String>, String> {
    let mut told = Told { reason: 12, ..Told::default() };
    let mapping = mapping("case", "at", "", sections);
    read(text.as_bytes(), text.as_bytes(), None, "f.csv", &mapping, &mut told).map_err(|error| error.to_string())?;
    Ok(told.lines)
}

#[test]
fn a_header_that_comes_again_is_no_record() {
    let text = "case,at,note,note\nK1,2018-05-16,,\ncase,at,note,note\n\u{feff}case, at ,note,note\r\ncase,at,,\n";
    let lines = ["2: case=K1 at=2018-05-16", "3: repeated_header the header s", "4: repeated_header the header s"];
    assert_eq!(told(text, "").expect("read"), [&lines[..], &["5: case=case at=at"]].concat());
}

#[test]
fn a_text_with_line_breaks_is_sound_and_rows_that_a_quote_took_are_not() {
    let sound = "id,case,at,text\n1,C1,2023-01-02 03:04:05,\"您好,请问,办理进度,\n谢谢\"\n\
                 2,C2,2023-01-02 03:04:05,\"您好,请问,办理进度,\n谢谢,,,\n.\"\n";
    let lines = told(sound, "").expect("read");
    assert!(
        lines.len() == 2 && lines[0].starts_with("2: id=1 case=C1") && lines[1].starts_with("4: id=2 "),
        "{lines:?}"
    );
    let taken = "id,case,at,text\n1,C1,2023-01-02,\"x\n2,C2,2023-01-02,y\n3,C3,2023-01-02,\"z\"\n4,C4,2023-01-02,w\n";
    assert_eq!(told(taken, "").expect("read"), ["2: unclosed_quote lines 2–4", "5: id=4 case=C4 at=2023-01-02 text=w"]);
    let two = "case,at\n\"C1,2023-01-02\nC2\",2023-01-02\n";
    assert_eq!(told(two, "").expect("read"), ["2: unclosed_quote lines 2–3"], "of two columns");
}

#[test]
fn the_line_for_excel_names_the_delimiter_and_is_passed_over() {
    for (text, sections) in [
        ("sep=;\ncase;at\nC1,x;2018-05-16\n", ""),
        ("\u{feff}SEP=|\r\ncase|at\r\nC1,x|2018-05-16\r\n", ""),
        ("\"sep=;\"\ncase;at\nC1,x;2018-05-16\n", ""),
        ("sep=\t\ncase\tat\nC1,x\t2018-05-16\n", ""),
        ("sep=,\ncase;at\nC1,x;2018-05-16\n", "[csv]\ndelimiter = \";\""),
    ] {
        assert_eq!(told(text, sections).expect("read"), ["3: case=C1,x at=2018-05-16"], "{text:?}");
    }
    assert!(told("sep=;\n", "").expect_err("alone").contains("is empty"));
    assert!(told("sep=x\ncase,at\n", "").expect_err("a header").contains("\"case\""), "a letter delimits nothing");
}

#[test]
fn texts_that_are_guarded_against_excel_and_names_with_invisible_marks_are_what_is_meant() {
    let text = [
        "\u{feff}\u{feff}case\u{200b},\u{200e}at ,=\"note\"",
        "\"=\"\"0012\"\"\",=\"2018-05-16\", =\" x\" ",
        "=x,2018-05-17,=\"a\"\"b\"\n",
    ];
    let lines = ["2: case=0012 at=2018-05-16 note=x", "3: case==x at=2018-05-17 note==\"a\"\"b\""];
    assert_eq!(told(&text.join("\n"), "").expect("read"), lines);
}
