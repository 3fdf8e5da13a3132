//! What git knows of a migrations directory. Without git, or outside of a repository, nothing.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// A branch, and the directories that it has here.
pub(crate) struct Branch {
    pub(crate) name: String,
    pub(crate) directories: BTreeSet<String>,
}

/// The branch that others are merged into: the remote's own, or `main` or `master`.
pub(crate) fn trunk(directory: &Path) -> Option<Branch> {
    let of_remote = git(
        directory,
        &["symbolic-ref", "--short", "refs/remotes/origin/HEAD"],
    );
    let usual = ["origin/main", "origin/master", "main", "master"].map(str::to_owned);
    let name = of_remote
        .map(|name| name.trim().to_owned())
        .into_iter()
        .chain(usual)
        .find(|name| git(directory, &["rev-parse", "--verify", "--quiet", name]).is_some())?;
    let listed = git(directory, &["ls-tree", "-d", "-z", "--name-only", &name])?;
    let directories = listed
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    Some(Branch { name, directories })
}

fn git(directory: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .current_dir(directory)
        .args(arguments)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}
