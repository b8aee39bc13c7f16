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
}
