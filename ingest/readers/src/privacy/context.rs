//! What stands beside a number: the words that tell what it is, and codes or amounts of which it is
//! a part. Every look goes over a few characters, so a text is scanned in one go.

use super::digit;
use super::runs::{Span, Text, is_loose, is_separator};

/// How far back words are looked for, in characters.
const LOOK: usize = 12;
/// A run of so many digits before a hyphen is a code; a shorter one numbers a list or a house.
const CODE_DIGITS: usize = 4;
/// What is tied to the end of a code is no longer than this.
const CODE_END: usize = 8;

/// Words for the numbers of people.
const PERSON: [&str; 18] = [
    "电话",
    "手机",
    "联系",
    "热线",
    "传真",
    "拨打",
    "致电",
    "来电",
    "微信",
    "身份证",
    "证件",
    "证号",
    "卡号",
    "账号",
    "帐号",
    "账户",
    "帐户",
    "银行",
];
/// The same in Latin letters.
const PERSON_LATIN: [&str; 19] = [
    "tel",
    "tele",
    "telephone",
    "phone",
    "mobile",
    "mob",
    "cell",
    "fax",
    "call",
    "wx",
    "vx",
    "wechat",
    "weixin",
    "qq",
    "id",
    "idcard",
    "sfz",
    "card",
    "ext",
];
/// Words for the number of an ID card.
const ID_CARD: [&str; 5] = ["身份", "证件", "证号", "idcard", "sfz"];
/// Words for numbers that are no people's, right before them.
const CODE: [&str; 22] = [
    "编号",
    "编码",
    "代码",
    "合同",
    "合同号",
    "订单",
    "订单号",
    "单号",
    "流水号",
    "序号",
    "案号",
    "文号",
    "业务号",
    "受理号",
    "办件号",
    "表号",
    "户号",
    "批号",
    "条码",
    "凭证号",
    "发票号",
    "登记号",
];
/// Words for amounts, right before them; they count where the number is followed by money.
const AMOUNT: [&str; 18] = [
    "额",
    "合计",
    "总计",
    "共计",
    "总共",
    "共",
    "约",
    "达",
    "款",
    "费",
    "价",
    "资金",
    "投资",
    "预算",
    "产值",
    "收入",
    "支出",
    "人民币",
];

/// What the words before a number tell of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Person,
    Amount,
    Code,
    Nothing,
}

impl Text {
    /// What the words before a place say. The word next to it decides: 证件编号 is a person's.
    pub(super) fn told(&self, place: usize) -> Told {
        let said = self.said(place);
        let mut stem = said.trim_end_matches(is_filler);
        if AMOUNT.iter().any(|word| stem.ends_with(word)) {
            return Told::Amount;
        }
        let whole = stem;
        while let Some(rest) = CODE.iter().find_map(|word| stem.strip_suffix(word)) {
            stem = rest;
        }
        let is_code = stem.len() < whole.len();
        if is_code && !PERSON.iter().any(|word| stem.ends_with(word)) {
            return Told::Code;
        }
        let is_person = PERSON.iter().any(|word| said.contains(word)) || is_person_word(last_word(whole));
        if is_person { Told::Person } else { Told::Nothing }
    }

    /// Whether the words before a place say that an ID card's number follows.
    pub(super) fn tells_id_card(&self, place: usize) -> bool {
        let said = self.said(place);
        ID_CARD.iter().any(|word| said.contains(word)) || last_word(said.trim_end_matches(is_filler)) == "id"
    }

    fn said(&self, place: usize) -> String {
        let before = self.chars.get(place.saturating_sub(LOOK)..place).unwrap_or_default();
        before.iter().map(char::to_ascii_lowercase).collect()
    }

    /// Whether a number is part of a code: letters stand right before it, or a hyphen ties it to a
    /// word or a longer number. Words for phones and numbers that were masked (up to `done`) make no
    /// code. With `lax`, which is for mobile numbers in one piece, letters need more than that: `wx`
    /// before it is a name, `11450500MB` and the whole of `HALL-13800138000-02` are codes.
    pub(super) fn is_in_code(&self, span: &Span, done: usize, lax: bool) -> bool {
        let start = span.start;
        match self.before(start) {
            // The X of an ID that was masked is no letter of a code.
            Some(c) if is_letter(c) && start != done => {
                let word = self.word(start);
                let begin = start - word.chars().count();
                let is_glued = begin > done && self.digits_before(begin) >= CODE_DIGITS;
                is_glued || (!lax && !is_person_word(&word))
            }
            Some(c) if is_hyphen(c) && start - 1 != done => match self.before(start - 1) {
                Some(c) if digit(c).is_some() => {
                    let tied = self.digits_before(start - 1);
                    let is_area_code = tied == 4 && self.at(start - 1 - tied).and_then(digit) == Some(0);
                    tied >= CODE_DIGITS && !is_area_code
                }
                Some(c) if is_letter(c) => {
                    !is_person_word(&self.word(start - 1)) && (!lax || self.is_tied_on(span.end))
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a letter stands right behind a number, other than the x of an extension.
    pub(super) fn is_letter_behind(&self, end: usize) -> bool {
        self.at(end).is_some_and(|c| is_letter(c) && !matches!(c, 'x' | 'X'))
    }

    /// Whether a number stands behind a point: the digits of a fraction, unless the point belongs to
    /// the number of a list (`1.13800138000`) or to a number that was masked.
    pub(super) fn is_fraction(&self, start: usize, done: usize) -> bool {
        if !self.before(start).is_some_and(is_point) || start - 1 == done {
            return false;
        }
        let whole = self.digits_before(start - 1);
        let first = start - 1 - whole;
        let numbers_list =
            whole <= 2 && self.at(first).and_then(digit) != Some(0) && !self.before(first).is_some_and(is_point);
        whole > 0 && !numbers_list
    }

    /// Whether a point and further digits follow.
    pub(super) fn has_fraction(&self, end: usize) -> bool {
        self.at(end).is_some_and(is_point) && self.at(end + 1).and_then(digit).is_some()
    }

    /// Whether a point and the two digits of 角 and 分 follow.
    pub(super) fn has_cents(&self, end: usize) -> bool {
        let is_digit = |place: usize| self.at(place).and_then(digit).is_some();
        let goes_on = is_digit(end + 3) || self.has_fraction(end + 3);
        self.has_fraction(end) && is_digit(end + 2) && !goes_on
    }

    /// A currency sign right before.
    pub(super) fn has_currency_sign(&self, start: usize) -> bool {
        self.before(start).is_some_and(|c| matches!(c, '¥' | '￥' | '$' | '＄'))
    }

    /// A unit of money behind it, at most one blank away; it may begin a name as well (万女士).
    pub(super) fn has_money(&self, end: usize) -> bool {
        let end = if self.at(end).is_some_and(char::is_whitespace) { end + 1 } else { end };
        self.at(end).is_some_and(|c| matches!(c, '元' | '万' | '亿' | '圆'))
    }

    /// Whether the stars of a number that was masked before stand beside these runs: what is left of
    /// it makes no new number with its neighbours.
    pub(super) fn is_beside_masked(&self, span: &Span) -> bool {
        let before = self.chars.get(span.start.saturating_sub(2 * LOOK)..span.start).unwrap_or_default();
        let behind = self.chars.get(span.end..).unwrap_or_default();
        span.runs > 1 && (leads_to_masked(before.iter().rev()) || leads_to_masked(behind.iter().take(2 * LOOK)))
    }

    /// The Latin letters that end at a place.
    fn word(&self, end: usize) -> String {
        let before = self.chars.get(end.saturating_sub(LOOK)..end).unwrap_or_default();
        let from = before.iter().rposition(|c| !is_letter(*c)).map_or(0, |place| place + 1);
        before[from..].iter().map(char::to_ascii_lowercase).collect()
    }

    /// How many digits end at a place; no more than a few are counted.
    fn digits_before(&self, end: usize) -> usize {
        let before = self.chars.get(end.saturating_sub(LOOK)..end).unwrap_or_default();
        before.iter().rev().take_while(|c| digit(**c).is_some()).count()
    }

    /// Whether a hyphen ties a short run of digits to the end of a number.
    fn is_tied_on(&self, end: usize) -> bool {
        let behind = self.chars.get(end..).unwrap_or_default();
        let digits = behind.iter().skip(1).take(CODE_END + 1).take_while(|c| digit(**c).is_some()).count();
        behind.first().is_some_and(|c| is_hyphen(*c)) && (1..=CODE_END).contains(&digits)
    }
}

/// Whether two stars or more, with separators among them, come next, and then a digit.
fn leads_to_masked<'c>(chars: impl Iterator<Item = &'c char>) -> bool {
    let mut stars = 0;
    for c in chars {
        match *c {
            '*' => stars += 1,
            c if is_separator(c) || is_loose(c) => {}
            c => return stars > 1 && digit(c).is_some(),
        }
    }
    false
}

fn last_word(said: &str) -> &str {
    said.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default()
}

fn is_person_word(word: &str) -> bool {
    PERSON_LATIN.contains(&word)
}

/// What stands between a word and its number.
fn is_filler(c: char) -> bool {
    c.is_whitespace() || matches!(c, ':' | '：' | '是' | '为' | '=' | '#' | '(' | '（' | '-' | '—' | '"' | '“' | '/')
}

/// Letters of codes; Chinese ones are no part of a number.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, 'Ａ'..='Ｚ' | 'ａ'..='ｚ')
}

/// What ties the parts of a code.
fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '－' | '/' | '_')
}

fn is_point(c: char) -> bool {
    matches!(c, '.' | '．')
}
