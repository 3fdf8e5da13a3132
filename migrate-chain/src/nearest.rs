//! What a misspelt word may have meant.

/// The candidate that is closest to the word, if one is close enough to be worth naming. Letter case does not count.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = word.to_lowercase();
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| {
            !candidate.is_empty() && candidate.len().abs_diff(word.len()) <= limit * 4
        })
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, candidate)| distance <= limit && distance < candidate.chars().count())
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

fn distance(word: &str, candidate: &str) -> usize {
    strsim::damerau_levenshtein(word, candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_a_close_word_is_named() {
        let words = ["a1b2c3d4", "b2c3d4e5", "e"];
        assert_eq!(nearest("b2c3d4e6", words), Some("b2c3d4e5"));
        assert_eq!(nearest("E", words), Some("e"));
        assert_eq!(nearest("zzzzzz", words), None);
        assert_eq!(nearest("z", words), None);
        assert_eq!(
            nearest("donw_revision", ["down_revision", "irreversible"]),
            Some("down_revision")
        );
    }
}
