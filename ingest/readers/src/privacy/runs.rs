//! A text as runs of digits and what stands between them. A number of a person is one run, or a few
//! that separators tie together: `138 0013 8000`, `0779—2021234`, `450521-19551231-0025`.

use std::ops::Range;

use super::digit;

/// Longest separator between two runs of one number, in characters: ` - `, `——`, a line end.
const LONGEST_TIE: usize = 3;

/// What ties a run of digits to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tie {
    /// Blanks, dashes, middle dots, line breaks, the closing bracket of an area code.
    Firm,
    /// With a point, slash, underline or plus in it, which stand between many other numbers, too.
    Loose,
}

/// A text as it came, cut up.
pub(super) struct Text {
    pub(super) chars: Vec<char>,
    /// The places of each run of digits.
    pub(super) runs: Vec<Range<usize>>,
    /// What ties each run to the next.
    ties: Vec<Option<Tie>>,
}

/// Runs that may be one number.
pub(super) struct Span {
    /// How many runs.
    pub(super) runs: usize,
    /// Places of the digits that count, in order.
    pub(super) places: Vec<usize>,
    /// Place at which the first run begins, its country code included.
    pub(super) start: usize,
    /// Place behind the last digit.
    pub(super) end: usize,
    /// Whether any of its ties is loose.
    pub(super) is_loose: bool,
}

impl Text {
    pub(super) fn new(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let mut runs: Vec<Range<usize>> = Vec::new();
        for (at, _) in chars.iter().enumerate().filter(|(_, c)| digit(**c).is_some()) {
            match runs.last_mut() {
                Some(last) if last.end == at => last.end = at + 1,
                _ => runs.push(at..at + 1),
            }
        }
        let ties = runs.windows(2).map(|pair| tie(chars.get(pair[0].end..pair[1].start)?)).collect();
        Self { chars, runs, ties }
    }

    pub(super) fn at(&self, place: usize) -> Option<char> {
        self.chars.get(place).copied()
    }

    pub(super) fn before(&self, place: usize) -> Option<char> {
        self.at(place.checked_sub(1)?)
    }

    /// The digits at these places.
    pub(super) fn digits(&self, span: &Span) -> Vec<u8> {
        span.places.iter().filter_map(|place| digit(self.at(*place)?)).collect()
    }

    /// Runs of exactly these lengths, the first of them without `skip` digits of a country code.
    pub(super) fn shaped(&self, run: usize, shape: &[usize], skip: usize) -> Option<Span> {
        let mut left = shape.iter();
        let fits = |at: usize, length: usize| {
            let skipped = if at == run { skip } else { 0 };
            left.next().is_some_and(|wanted| *wanted + skipped == length)
        };
        self.span(run, shape.iter().sum(), skip, fits)
    }

    /// Runs of whatever lengths that have so many digits in all.
    pub(super) fn gathered(&self, run: usize, digits: usize) -> Option<Span> {
        self.span(run, digits, 0, |_, _| true)
    }

    /// Steps are bounded by `digits`: each run has one, and no run that is longer is walked through.
    fn span(&self, run: usize, digits: usize, skip: usize, mut fits: impl FnMut(usize, usize) -> bool) -> Option<Span> {
        let start = self.runs.get(run)?.start;
        let (mut have, mut behind, mut is_loose) = (0, run, false);
        while have < digits {
            let next = self.runs.get(behind)?;
            if behind > run {
                is_loose |= (*self.ties.get(behind - 1)?)? == Tie::Loose;
            }
            have += if behind == run { next.len().checked_sub(skip)? } else { next.len() };
            if have > digits || !fits(behind, next.len()) {
                return None;
            }
            behind += 1;
        }
        let taken = self.runs.get(run..behind)?;
        let places = taken.iter().cloned().flatten().skip(skip).collect();
        Some(Span { runs: taken.len(), places, start, end: taken.last()?.end, is_loose })
    }
}

/// What the characters between two runs tie them by, if they do.
fn tie(between: &[char]) -> Option<Tie> {
    let between = match between {
        [')' | '）', rest @ ..] => rest,
        all => all,
    };
    if between.len() > LONGEST_TIE || !between.iter().all(|c| is_separator(*c) || is_loose(*c)) {
        return None;
    }
    Some(if between.iter().any(|c| is_loose(*c)) { Tie::Loose } else { Tie::Firm })
}

/// Blanks of every width, dashes, middle dots and line breaks.
pub(super) fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '－' | '﹣' | '\u{2010}'..='\u{2015}' | '−' | '·' | '・' | '•')
        || matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{ad}')
}

pub(super) fn is_loose(c: char) -> bool {
    matches!(c, '.' | '．' | '/' | '／' | '_' | '+')
}
