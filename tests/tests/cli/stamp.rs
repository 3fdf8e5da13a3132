//! `stamp`: what it says.

use snapbox::str;

use crate::{said_on_app, says, two_tables};

#[test]
fn a_stamp_tells_what_became_of_each_record() {
    let project = two_tables();
    let stamp =
        |arguments: &[&str]| said_on_app(&project.path(), &[&["stamp"], arguments].concat());
    says(stamp(&["head", "--dry-run"]), str![""]);
    says(stamp(&["head"]), str![""]);
    says(stamp(&["head"]), str![""]);
    says(stamp(&["-1", "--format", "json"]), str![""]);
    says(stamp(&["+2"]), str![""]);
}

#[test]
fn a_purge_names_what_this_chain_does_not_have() {
    let project = two_tables();
    said_on_app(&project.path(), &["upgrade"]);
    project.remove("02_t02");
    says(said_on_app(&project.path(), &["stamp", "head"]), str![""]);
    says(
        said_on_app(&project.path(), &["stamp", "head", "--purge"]),
        str![""],
    );
}
