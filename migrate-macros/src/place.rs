//! Where the migrations directory is, and how messages name it.

use std::path::{Component, Path, PathBuf};

use migrate_chain::find;

use crate::arguments::Arguments;

/// A migrations directory.
pub(crate) struct Place {
    /// Its absolute path.
    pub(crate) directory: PathBuf,
    /// Its path as the user sees it: from the crate's directory, with `/` between its parts.
    pub(crate) shown: String,
}

impl Place {
    /// The directory that the arguments name, or the one found in the crate's directory and above it.
    pub(crate) fn of(arguments: &Arguments) -> syn::Result<Self> {
        let refuse = |message: String| syn::Error::new(arguments.span(), message);
        let Some(krate) = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from) else {
            return Err(refuse(
                "CARGO_MANIFEST_DIR is not set\n  help: build with cargo".to_owned(),
            ));
        };
        let directory = match &arguments.directory {
            // Cleaned, because cargo looks up every part of every file's path.
            Some(literal) => parts(&krate.join(literal.value())).iter().collect(),
            None => find(&krate).ok_or_else(|| refuse(nowhere(&krate)))?,
        };
        let shown = shown(&krate, &directory);
        Ok(Self { directory, shown })
    }
}

fn nowhere(krate: &Path) -> String {
    format!(
        "no `migrations` directory in {} or in any directory above it\n  \
         help: make one with `migrate init`, or name it: `embed_migrations!(\"path/from/Cargo.toml\")`",
        krate.display()
    )
}

/// The directory seen from the crate: with `..` where it is above or beside, absolute where they share nothing but a root.
fn shown(krate: &Path, directory: &Path) -> String {
    let krate: Vec<_> = parts(krate);
    let parts: Vec<_> = parts(directory);
    let shared = krate
        .iter()
        .zip(&parts)
        .take_while(|(one, other)| one == other)
        .count();
    let named = |part: &Component<'_>| part.as_os_str().to_string_lossy().into_owned();
    if !parts[..shared]
        .iter()
        .any(|part| matches!(part, Component::Normal(_)))
    {
        return directory
            .to_string_lossy()
            .replace(std::path::MAIN_SEPARATOR, "/");
    }
    let up = krate[shared..].iter().map(|_| "..".to_owned());
    let seen: Vec<String> = up.chain(parts[shared..].iter().map(named)).collect();
    if seen.is_empty() {
        ".".to_owned()
    } else {
        seen.join("/")
    }
}

/// The parts of an absolute path, `.` and `..` resolved as text: a symbolic link's parent is where the link stands.
fn parts(path: &Path) -> Vec<Component<'_>> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => _ = parts.pop(),
            other => parts.push(other),
        }
    }
    parts
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_named_as_seen_from_the_crate() {
        for (directory, seen) in [
            ("/home/me/app/migrations", "migrations"),
            ("/home/me/app/./db/migrations", "db/migrations"),
            ("/home/me/app/../migrations", "../migrations"),
            ("/home/me/migrations", "../migrations"),
            ("/home/me/other/db", "../other/db"),
            ("/srv/db", "/srv/db"),
            ("/home/me/app", "."),
        ] {
            assert_eq!(
                shown(Path::new("/home/me/app"), Path::new(directory)),
                seen,
                "{directory}"
            );
        }
    }
}
