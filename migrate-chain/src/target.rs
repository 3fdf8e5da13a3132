//! What a user names: `head`, `base`, an id or part of one, a name, or so many steps from one of these.

use std::str::FromStr;

use crate::{Chain, Revision, nearest};

/// A place on the chain, as a user names it.
///
/// ```
/// use migrate_chain::{Chain, Revision, Target};
///
/// let chain = Chain::link(vec![Revision::new("2026-11-21_members"), Revision::new("2026-11-22_phone")])?;
/// let resolve = |text: &str, current| text.parse::<Target>()?.resolve(&chain, current);
/// assert_eq!(resolve("head", None), Ok(Some(1)));
/// assert_eq!(resolve("phone", None), Ok(Some(1)));
/// assert_eq!(resolve("head-1", None), Ok(Some(0)));
/// assert_eq!(resolve("-1", Some(0)), Ok(None));
/// # Ok::<(), migrate_chain::Problems>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `head`: the last revision.
    Head,
    /// `base`: before the first.
    Base,
    /// `current`: where the database is.
    Current,
    /// `+2` or `-1`: steps from where the database is.
    Steps(i64),
    /// Anything else: an id, a directory's name, a name after the id, the unique beginning of one of these, or one of these
    /// and `head`, `base` or `current` followed by `+N` or `-N`. What it means depends on the chain.
    Named(String),
}

/// Why a text names no place on the chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// No revision is called that.
    #[error("no revision is called `{target}`")]
    Unknown {
        /// What was named.
        target: String,
        /// What it may have meant.
        nearest: Option<String>,
    },
    /// Several revisions begin so, or have that name.
    #[error("`{target}` is ambiguous: {}", candidates.join(", "))]
    Ambiguous {
        /// What was named.
        target: String,
        /// The ids of the revisions that it could be, in chain order.
        candidates: Vec<String>,
    },
    /// So many steps lead past an end of the chain.
    #[error("`{target}` is out of range: it is {beyond} past {end}")]
    OutOfRange {
        /// What was named.
        target: String,
        /// How many steps too far.
        beyond: i64,
        /// `head` or `base`.
        end: &'static str,
    },
    /// It is no target at all.
    #[error("{why}")]
    Usage {
        /// What was given.
        target: String,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl TargetError {
    /// How to mend it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Unknown {
                nearest: Some(nearest),
                ..
            } => format!("did you mean `{nearest}`?"),
            Self::Unknown { nearest: None, .. } => {
                "`migrate history` lists the revisions; letter case matters".to_owned()
            }
            Self::Ambiguous { .. } => "write more of it, or the whole id".to_owned(),
            Self::OutOfRange { end: "head", .. } => {
                "the chain ends at its head; name `head` for all of it".to_owned()
            }
            Self::OutOfRange { .. } => {
                "base is before the first revision; name `base` for all the way back".to_owned()
            }
            Self::Usage { .. } => {
                "name `head`, `base`, an id or the beginning of one, a name, `+N`, `-N` or `ID-N`"
                    .to_owned()
            }
        }
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let usage = |why| {
            Err(TargetError::Usage {
                target: text.to_owned(),
                why,
            })
        };
        match text {
            "head" => Ok(Self::Head),
            "base" => Ok(Self::Base),
            "current" => Ok(Self::Current),
            "" => usage("the target is empty"),
            _ if text.contains(':') => usage("a range names two revisions, and here one is wanted"),
            _ if text.contains(char::is_whitespace) => usage("a target has no white space"),
            _ => match offset(text) {
                Some(("", steps)) => Ok(Self::Steps(steps)),
                _ => Ok(Self::Named(text.to_owned())),
            },
        }
    }
}

impl Target {
    /// The index of the revision that it names, seen from `current`; `None` is base.
    ///
    /// # Errors
    /// [`TargetError`] when it names nothing, several, or a place past an end of the chain.
    pub fn resolve(
        &self,
        chain: &Chain,
        current: Option<usize>,
    ) -> Result<Option<usize>, TargetError> {
        match self {
            Self::Head => Ok(chain.len().checked_sub(1)),
            Self::Base => Ok(None),
            Self::Current => Ok(current),
            Self::Steps(steps) => walk(chain, current, *steps, &self.to_string()),
            Self::Named(name) => {
                if let Some(index) = find(chain, name)? {
                    return Ok(Some(index));
                }
                // Only now, because an id, a name and a directory may hold `-` and digits themselves.
                let Some((anchor, steps)) = offset(name) else {
                    return Err(unknown(chain, name));
                };
                let start = match anchor {
                    "head" => chain.len().checked_sub(1),
                    "base" => None,
                    "current" => current,
                    _ => Some(find(chain, anchor)?.ok_or_else(|| unknown(chain, anchor))?),
                };
                walk(chain, start, steps, name)
            }
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Head => f.write_str("head"),
            Self::Base => f.write_str("base"),
            Self::Current => f.write_str("current"),
            Self::Steps(steps) => write!(f, "{steps:+}"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

/// `ID+2` as `("ID", 2)`. A number too large for any chain counts as the largest.
fn offset(text: &str) -> Option<(&str, i64)> {
    let at = text.rfind(['+', '-'])?;
    let (anchor, digits) = (&text[..at], &text[at + 1..]);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let steps = digits
        .parse()
        .unwrap_or(i64::from(i32::MAX))
        .min(i64::from(i32::MAX));
    Some((
        anchor,
        if text.as_bytes()[at] == b'-' {
            -steps
        } else {
            steps
        },
    ))
}

fn walk(
    chain: &Chain,
    start: Option<usize>,
    steps: i64,
    target: &str,
) -> Result<Option<usize>, TargetError> {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    // Places are counted from base, which is 0.
    let place = count(start.map_or(0, |index| index + 1)) + steps;
    let out_of_range = |beyond, end| TargetError::OutOfRange {
        target: target.to_owned(),
        beyond,
        end,
    };
    if place < 0 {
        return Err(out_of_range(-place, "base"));
    }
    if place > count(chain.len()) {
        return Err(out_of_range(place - count(chain.len()), "head"));
    }
    Ok(usize::try_from(place).unwrap_or(0).checked_sub(1))
}

/// The one revision of that name: a whole name comes before the beginning of one, and an id before a slug.
fn find(chain: &Chain, name: &str) -> Result<Option<usize>, TargetError> {
    if name.is_empty() {
        return Ok(None);
    }
    let bare = name.replace('-', "");
    let tiers: [&dyn Fn(&Revision) -> bool; 5] = [
        &|revision| revision.id() == name || revision.directory() == name,
        &|revision| revision.id() == bare,
        &|revision| revision.slug() == name,
        &|revision| revision.id().starts_with(name) || revision.directory().starts_with(name),
        &|revision| revision.slug().starts_with(name),
    ];
    for matches in tiers {
        let found: Vec<usize> = (0..chain.len())
            .filter(|&index| matches(&chain.revisions()[index]))
            .collect();
        match found[..] {
            [] => {}
            [index] => return Ok(Some(index)),
            _ => {
                let candidates = found
                    .iter()
                    .map(|&index| chain.revisions()[index].id().to_owned());
                return Err(TargetError::Ambiguous {
                    target: name.to_owned(),
                    candidates: candidates.collect(),
                });
            }
        }
    }
    Ok(None)
}

/// The one revision of that name, whatever else a target may say.
pub(crate) fn find_one(chain: &Chain, name: &str) -> Result<usize, TargetError> {
    find(chain, name)?.ok_or_else(|| unknown(chain, name))
}

fn unknown(chain: &Chain, name: &str) -> TargetError {
    let names = chain
        .revisions()
        .iter()
        .flat_map(|revision| [revision.id(), revision.slug(), revision.directory()]);
    let nearest = nearest::nearest(name, names.chain(["head", "base", "current"]));
    TargetError::Unknown {
        target: name.to_owned(),
        nearest: nearest.map(str::to_owned),
    }
}
