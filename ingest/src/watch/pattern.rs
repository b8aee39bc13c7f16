/// A pattern of file names: `*` stands for any characters, `?` for one, all else for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<char>);

impl From<&str> for Pattern {
    fn from(text: &str) -> Self {
        Self(text.chars().collect())
    }
}

impl Pattern {
    /// Whether a whole name fits.
    pub fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let (mut at, mut place) = (0, 0);
        // Where the last `*` stands, and up to where it has taken characters.
        let mut star: Option<(usize, usize)> = None;
        while at < name.len() {
            match self.0.get(place) {
                Some('*') => {
                    star = Some((place, at));
                    place += 1;
                }
                Some(c) if *c == '?' || *c == name[at] => {
                    at += 1;
                    place += 1;
                }
                _ => {
                    let Some((star_place, taken)) = star else { return false };
                    star = Some((star_place, taken + 1));
                    (place, at) = (star_place + 1, taken + 1);
                }
            }
        }
        self.0[place..].iter().all(|c| *c == '*')
    }

    /// Whether some name fits both.
    pub fn overlaps(&self, other: &Pattern) -> bool {
        // From the ends: whether what is left of the one and of the other have a name in common.
        let (left, right) = (&self.0, &other.0);
        let mut after: Vec<bool> = Vec::new();
        for at in (0..=left.len()).rev() {
            let mut here = vec![false; right.len() + 1];
            for to in (0..=right.len()).rev() {
                here[to] = match (left.get(at), right.get(to)) {
                    (None, None) => true,
                    // A star stands for nothing, or takes a character of the other.
                    (Some('*'), there) => after[to] || (there.is_some() && here[to + 1]),
                    (here_is, Some('*')) => here[to + 1] || (here_is.is_some() && after[to]),
                    (Some(one), Some(two)) => (one == two || *one == '?' || *two == '?') && after[to + 1],
                    _ => false,
                };
            }
            after = here;
        }
        after[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_stand_for_characters() {
        for (pattern, name, fits) in [
            ("*", "", true),
            ("*.csv", "a.csv", true),
            ("*.csv", "a.csv.gz", false),
            ("case_*_?.csv*", "case_2023_1.csv.gz", true),
            ("case_*_?.csv*", "case_2023_.csv", false),
            ("*ab*ab", "abxabab", true),
            ("办件*", "办件表.csv", true),
            ("a", "ab", false),
        ] {
            assert_eq!(Pattern::from(pattern).matches(name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn patterns_overlap_if_some_name_fits_both() {
        for (one, other, overlap) in [
            ("*", "*", true),
            ("*", "a.csv", true),
            ("case_*.csv", "event_*.csv", false),
            ("a*", "*b", true),
            ("*.csv", "*.csv.gz", false),
            ("*.csv*", "*.csv.gz", true),
            ("?.csv", "??.csv", false),
            ("a?c", "*b*", true),
            ("办*", "?件", true),
            ("a", "", false),
            ("*", "", true),
        ] {
            let (left, right) = (Pattern::from(one), Pattern::from(other));
            assert_eq!((left.overlaps(&right), right.overlaps(&left)), (overlap, overlap), "{one} {other}");
        }
    }
}
