//! The name of a new revision's directory: an id after the head's, then the message as words.

use std::fmt;

use crate::{Chain, FileName, revision::id_of};

/// A moment in UTC, to the second. It prints as a directory's name begins.
///
/// ```
/// use migrate_chain::Moment;
/// assert_eq!(Moment::from_unix(1_795_255_872).to_string(), "2026-11-21-101112");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    seconds: u64,
}

const DAY: u64 = 86_400;
/// Days from 0000-03-01, where the count of the civil calendar below begins, to 1970-01-01.
const EPOCH: u64 = 719_468;
const DAYS_OF_400_YEARS: u64 = 146_097;

impl Moment {
    /// So many seconds after 1970 began.
    #[must_use]
    pub const fn from_unix(seconds: u64) -> Self {
        Self { seconds }
    }

    const fn later(self, seconds: u64) -> Self {
        Self {
            seconds: self.seconds.saturating_add(seconds),
        }
    }

    /// Year, month and day. A year is counted from March, so that the leap day is its last.
    fn date(self) -> [u64; 3] {
        let days = self.seconds / DAY + EPOCH;
        let era = days / DAYS_OF_400_YEARS;
        let day_of_era = days % DAYS_OF_400_YEARS;
        let leap_days = day_of_era / 1_460 + day_of_era / 146_096 - day_of_era / 36_524;
        let year = (day_of_era - leap_days) / 365;
        let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let (month, carry) = if month < 10 {
            (month + 3, 0)
        } else {
            (month - 9, 1)
        };
        [era * 400 + year + carry, month, day]
    }

    fn from_civil([year, month, day, hour, minute, second]: [u64; 6]) -> Option<Self> {
        if year < 1970 || !(1..=12).contains(&month) || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let (year, shifted) = if month > 2 {
            (year, month - 3)
        } else {
            (year - 1, month + 9)
        };
        let day_of_year = (153 * shifted + 2) / 5 + day.checked_sub(1)?;
        let days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - EPOCH;
        let moment = Self {
            seconds: days * DAY + hour * 3_600 + minute * 60 + second,
        };
        // A day that its month does not have would read back as one of the next month.
        (moment.date()[1..] == [month, day]).then_some(moment)
    }

    /// The moment that an id of digits begins with; a time that is not there is midnight.
    fn from_id(id: &str) -> Option<Self> {
        if id.len() < 8 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number = |from: usize, to: usize| {
            id.get(from..to)
                .map_or(Some(0), |digits| digits.parse().ok())
        };
        let time = [number(8, 10)?, number(10, 12)?, number(12, 14)?];
        let [hour, minute, second] = time;
        let [year, month, day] = [number(0, 4)?, number(4, 6)?, number(6, 8)?];
        Self::from_civil([year, month, day, hour, minute, second])
            .or_else(|| Self::from_civil([year, month, day, 0, 0, 0]))
    }

    fn date_text(self) -> String {
        let [year, month, day] = self.date();
        format!("{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.seconds % DAY;
        let (hour, minute, second) = (time / 3_600, time / 60 % 60, time % 60);
        write!(f, "{}-{hour:02}{minute:02}{second:02}", self.date_text())
    }
}

/// The name for a new revision's directory. Its id comes after the head's whatever the clock says.
///
/// ```
/// use migrate_chain::{Chain, FileName, Moment, Revision, new_directory_name};
///
/// let now = Moment::from_unix(1_795_255_872);
/// let name = |chain: &Chain| new_directory_name(chain, now, "Add phone!", FileName::Timestamp);
/// assert_eq!(name(&Chain::EMPTY), "2026-11-21-101112_add_phone");
///
/// let ahead = Chain::link(vec![Revision::new("2031-01-01-000000_from_a_fast_clock")])?;
/// assert_eq!(name(&ahead), "2031-01-01-000001_add_phone");
/// # Ok::<(), migrate_chain::Problems>(())
/// ```
#[must_use]
pub fn new_directory_name(chain: &Chain, now: Moment, message: &str, format: FileName) -> String {
    let head = chain.head().map_or("", |head| head.id());
    let wanted = match format {
        FileName::Timestamp => now.to_string(),
        FileName::Date => now.date_text(),
    };
    let prefix = if id_of(&wanted).as_str() > head {
        wanted
    } else {
        prefix_after(head, format)
    };
    named(prefix, message, "")
}

/// A directory's name with the same slug whose id comes right after that id.
pub(crate) fn renamed_after(id: &str, slug: &str) -> String {
    let dates = id.len() <= 10;
    let prefix = prefix_after(
        id,
        if dates {
            FileName::Date
        } else {
            FileName::Timestamp
        },
    );
    if slug.is_empty() {
        prefix
    } else {
        format!("{prefix}_{slug}")
    }
}

/// A directory's name with what it does in words: the message, and what part of it this one does.
pub(crate) fn named(prefix: String, message: &str, part: &str) -> String {
    let message = match part {
        "" => slug(message),
        // Of a long message enough is left to tell whose part it is.
        _ => words(message, LONGEST / 2),
    };
    [message, slug(part)]
        .into_iter()
        .filter(|slug| !slug.is_empty())
        .fold(prefix, |name, slug| format!("{name}_{slug}"))
}

/// The beginning of a directory's name behind `before` (`""` is base), with an id before `next` where one fits there.
pub(crate) fn prefix_between(before: &str, next: Option<&str>, format: FileName) -> String {
    let fits = |prefix: &String| next.is_none_or(|next| id_of(prefix).as_str() < next);
    let id = id_of(before);
    let after = prefix_after(&id, format);
    if before.is_empty() {
        // Before the first there is no time to count on from.
        return next.and_then(prefix_before).unwrap_or(after);
    }
    if fits(&after) {
        return after;
    }
    // Right behind it, before whatever comes later.
    let own = before.split('_').next().unwrap_or_default();
    (1..=99)
        .map(|count| format!("{own}-{count:02}"))
        .find(fits)
        .unwrap_or(after)
}

/// The beginning of a directory's name a day, a second or a number before that id.
fn prefix_before(id: &str) -> Option<String> {
    let earlier = |moment: Moment, seconds| Moment {
        seconds: moment.seconds.saturating_sub(seconds),
    };
    let prefix = match Moment::from_id(id) {
        Some(moment) if id.len() <= 10 => earlier(moment, DAY).date_text(),
        Some(moment) => earlier(moment, 1).to_string(),
        None => counted(id, |number| number.checked_sub(1))?,
    };
    (id_of(&prefix).as_str() < id).then_some(prefix)
}

/// The beginning of a directory's name whose id comes right after that id.
fn prefix_after(id: &str, format: FileName) -> String {
    let Some(mut moment) = Moment::from_id(id) else {
        return counted_on(id);
    };
    if format == FileName::Date {
        let date = moment.date_text();
        let suffixed = (2..=99).map(|count| format!("{date}-{count:02}"));
        return suffixed
            .into_iter()
            .find(|prefix| id_of(prefix).as_str() > id)
            .unwrap_or_else(|| moment.later(DAY).date_text());
    }
    while id_of(&moment.to_string()).as_str() <= id {
        moment = moment.later(1);
    }
    moment.to_string()
}

/// The next in string order of an id that is no time: its last number plus one, or one character more.
fn counted_on(id: &str) -> String {
    counted(id, |number| number.checked_add(1)).unwrap_or_else(|| format!("{id}1"))
}

/// The id with another number at its end, if that has as many digits.
fn counted(id: &str, count: impl FnOnce(u64) -> Option<u64>) -> Option<String> {
    let digits = id
        .bytes()
        .rev()
        .take_while(u8::is_ascii_digit)
        .count()
        .min(18);
    let (start, number) = id.split_at(id.len() - digits);
    let number = count(number.parse().ok()?)?;
    let number = format!("{number:0digits$}");
    (number.len() == digits).then(|| format!("{start}{number}"))
}

/// How long the words of a name may be.
const LONGEST: usize = 60;

/// A message as lower-case words of ASCII letters and digits, joined by `_`.
pub(crate) fn slug(message: &str) -> String {
    words(message, LONGEST)
}

fn words(message: &str, longest: usize) -> String {
    let mut slug = String::new();
    for word in message.split(|character: char| !character.is_ascii_alphanumeric()) {
        let word = &word[..word.len().min(longest)];
        if word.is_empty() {
            continue;
        }
        if slug.len() + 1 + word.len() > longest && !slug.is_empty() {
            break;
        }
        if !slug.is_empty() {
            slug.push('_');
        }
        slug.extend(word.chars().map(|character| character.to_ascii_lowercase()));
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Revision;

    #[test]
    fn moments_are_written_as_the_calendar_has_them() {
        for (seconds, text) in [
            (0, "1970-01-01-000000"),
            (951_782_399, "2000-02-28-235959"),
            (951_782_400, "2000-02-29-000000"),
            (1_709_251_199, "2024-02-29-235959"),
            (2_147_483_648, "2038-01-19-031408"),
            (4_107_542_400, "2100-03-01-000000"),
        ] {
            assert_eq!(Moment::from_unix(seconds).to_string(), text);
            assert_eq!(
                Moment::from_id(&id_of(text)),
                Some(Moment::from_unix(seconds)),
                "{text}"
            );
        }
        assert_eq!(Moment::from_id("20260230000000"), None);
        assert_eq!(Moment::from_id("00000000000000"), None);
    }

    fn name(head: &str, format: FileName) -> String {
        let chain = Chain::in_order(vec![Revision::new(head)]);
        let name = new_directory_name(&chain, Moment::from_unix(1_795_255_872), "x", format);
        assert!(
            Revision::new(name.as_str()).id() > Revision::new(head).id(),
            "{name} after {head}"
        );
        name
    }

    #[test]
    fn a_new_id_comes_after_the_head_whatever_the_clock_says() {
        for (head, timestamp, date) in [
            ("2026-11-20-000000_y", "2026-11-21-101112_x", "2026-11-21_x"),
            (
                "2026-11-21-101112_y",
                "2026-11-21-101113_x",
                "2026-11-21-11_x",
            ),
            (
                "2026-11-21-235959_y",
                "2026-11-22-000000_x",
                "2026-11-21-24_x",
            ),
            (
                "2026-11-21-101112-0000_y",
                "2026-11-21-101113_x",
                "2026-11-21-11_x",
            ),
            ("2026-11-21_y", "2026-11-21-101112_x", "2026-11-21-02_x"),
            ("2026-11-21-02_y", "2026-11-21-101112_x", "2026-11-21-03_x"),
            ("2026-11-21-99_y", "2026-11-21-000000_x", "2026-11-22_x"),
            (
                "2031-12-31-235959_y",
                "2032-01-01-000000_x",
                "2031-12-31-24_x",
            ),
            ("0007_y", "2026-11-21-101112_x", "2026-11-21_x"),
            ("9999_y", "99991_x", "99991_x"),
            ("e", "e1_x", "e1_x"),
            ("v3_y", "v4_x", "v4_x"),
            ("v9_y", "v91_x", "v91_x"),
        ] {
            if head == "2026-11-21-99_y" {
                // An id that no clock wrote: its next second is not one of that day.
                assert!(name(head, FileName::Timestamp).as_str() > "2026-11-21");
            } else {
                assert_eq!(name(head, FileName::Timestamp), timestamp);
            }
            assert_eq!(name(head, FileName::Date), date);
        }
    }

    #[test]
    fn messages_become_words_of_ascii() {
        for (message, expected) in [
            ("Add phone to members", "add_phone_to_members"),
            ("  drop `t`; -- now!  ", "drop_t_now"),
            ("../../etc/passwd", "etc_passwd"),
            ("İSTANBUL I", "stanbul_i"),
            ("日本", ""),
        ] {
            assert_eq!(slug(message), expected);
        }
        assert!(slug(&"word ".repeat(40)).len() <= 60);
        assert_eq!(slug(&"a".repeat(300)).len(), 60);
    }
}
