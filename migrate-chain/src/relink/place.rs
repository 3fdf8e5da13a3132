//! A line of revisions, each with its place: what it follows now, and the fresh id that some need for ids to ascend.

use super::{Pin, RelinkError};
use crate::naming::{named, prefix_between, renamed_after};
use crate::revision::id_of;
use crate::{Chain, FileName, Revision};

/// A revision in its new place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The directory's name up to now; `None` for a new revision.
    pub was: Option<String>,
    /// The directory's name.
    pub directory: String,
    /// What it follows: an id, or `base`.
    pub down_revision: String,
    /// Whether its metadata.toml must be written: it says something else, or nothing.
    pub relinked: bool,
}

impl Placed {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> String {
        id_of(&self.directory)
    }

    /// Whether its directory gets another name.
    #[must_use]
    pub fn renamed(&self) -> bool {
        self.was.as_ref().is_some_and(|was| *was != self.directory)
    }

    /// Whether anything of it is written.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.was.is_none() || self.renamed() || self.relinked
    }
}

/// A revision on its way to its place.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// `None` for a new one.
    pub(super) was: Option<String>,
    pub(super) directory: String,
    /// What its metadata.toml names; `None` where it names nothing.
    pub(super) link: Option<String>,
    /// Its id is another's too.
    pub(super) ambiguous: bool,
    pub(super) pin: Option<Pin>,
}

impl Item {
    pub(super) fn of(revision: &Revision, directory: &str, pin: Option<Pin>) -> Self {
        Self {
            was: Some(directory.to_owned()),
            directory: directory.to_owned(),
            link: revision
                .linked()
                .then(|| revision.parent().unwrap_or("base").to_owned()),
            ambiguous: false,
            pin,
        }
    }
}

/// Gives each revision of a line what it follows, and an id after that one's.
pub(super) fn place(line: Vec<Item>) -> Result<Vec<Placed>, RelinkError> {
    let mut placed = Vec::with_capacity(line.len());
    let mut before = String::new();
    let mut linked = false;
    for item in line {
        let mut directory = item.directory;
        let slug = directory.split_once('_').map_or("", |(_, slug)| slug);
        if item.ambiguous || id_of(&directory) <= before {
            if let Some(why) = item.pin {
                return Err(RelinkError::PinnedId {
                    revision: directory,
                    why,
                    before,
                });
            }
            directory = renamed_after(&before, slug);
        }
        let down_revision = if before.is_empty() {
            "base"
        } else {
            before.as_str()
        };
        let relinked = match &item.link {
            Some(link) => link != down_revision,
            // What Diesel made needs no link where nothing before it has one.
            None => linked,
        };
        if let (true, Some(_), Some(why)) = (relinked, &item.link, item.pin) {
            return Err(RelinkError::Pinned {
                revision: directory,
                why,
                other: down_revision.to_owned(),
            });
        }
        linked = linked || item.link.is_some();
        let id = id_of(&directory);
        placed.push(Placed {
            was: item.was,
            directory,
            down_revision: down_revision.to_owned(),
            relinked,
        });
        before = id;
    }
    Ok(placed)
}

/// New revisions to put behind another one, each behind the one before it.
#[derive(Clone, Debug)]
pub struct Insertion<'a> {
    /// The place of what the first follows; `None` is base.
    pub after: Option<usize>,
    /// What their names say after the id.
    pub message: &'a str,
    /// For each new revision, what its name says besides: `""` for one that the message tells all of.
    pub parts: &'a [&'a str],
    /// The id to give the first, as it begins the directory's name; without one, an id that fits.
    pub id: Option<&'a str>,
    /// How ids are written.
    pub format: FileName,
}

/// Puts new revisions behind another one. What follows there follows the last of them from now on; where no id fits between the
/// two, it gets a fresh one. Gives the new revisions first, then what changes with them.
///
/// ```
/// use migrate_chain::{Chain, FileName, Insertion, Revision, insert};
///
/// let chain = Chain::link(vec![Revision::new("2026-01-01_a").following("base"), Revision::new("2026-01-02_b").following("20260101")])?;
/// let insertion = Insertion { after: Some(0), message: "between", parts: &[""], id: None, format: FileName::Date };
/// let placed = insert(&chain, &insertion, |_| None).unwrap();
/// assert_eq!(placed[0].directory, "2026-01-01-02_between");
/// assert_eq!((placed[1].directory.as_str(), placed[1].down_revision.as_str()), ("2026-01-02_b", "2026010102"));
/// # Ok::<(), migrate_chain::Problems>(())
/// ```
///
/// # Errors
/// [`RelinkError`] where what follows must stay as it is, by `pin`, or has no link.
pub fn insert(
    chain: &Chain,
    insertion: &Insertion<'_>,
    pin: impl Fn(&Revision) -> Option<Pin>,
) -> Result<Vec<Placed>, RelinkError> {
    let at = insertion.after.map_or(0, |index| index + 1);
    let (before, behind) = chain.revisions().split_at(at.min(chain.len()));
    if let Some(next) = behind.first().filter(|next| !next.linked()) {
        return Err(RelinkError::BeforeUnlinked {
            next: next.directory().to_owned(),
        });
    }
    let item = |revision| Item::of(revision, revision.directory(), pin(revision));
    let mut line: Vec<_> = before.iter().map(item).collect();
    for (number, part) in insertion.parts.iter().enumerate() {
        let last = line.last().map_or("", |item| item.directory.as_str());
        let id = insertion.id.filter(|_| number == 0);
        let prefix = match id {
            Some(id) => id.to_owned(),
            None => prefix_between(last, behind.first().map(Revision::id), insertion.format),
        };
        let link = match id_of(last) {
            id if id.is_empty() => "base".to_owned(),
            id => id,
        };
        line.push(Item {
            was: None,
            directory: named(prefix, insertion.message, part),
            link: Some(link),
            ambiguous: false,
            pin: None,
        });
    }
    line.extend(behind.iter().map(item));
    let mut placed = place(line)?;
    placed.retain(Placed::changed);
    Ok(placed)
}
