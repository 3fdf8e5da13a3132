//! The graphs of real Alembic projects. Their ids are random, so that the one thing wrong with a line of them is that ids do
//! not ascend along it; everything else about their links must be found as it is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod common;

use migrate_chain::{Chain, Problem, Problems, Revision};
use serde_json::Value;

/// The parent of one revision. Of a merge, which this project has no word for, the first one.
fn parent(link: &Value) -> &str {
    match link {
        Value::Null => "base",
        Value::Array(parents) => parents.first().map_or("base", parent),
        link => link.as_str().unwrap_or("base"),
    }
}

fn link(graph: &Value) -> Result<Chain, Problems> {
    let links = graph["links"].as_object().unwrap();
    Chain::link(
        links
            .iter()
            .map(|(id, link)| Revision::new(id.as_str()).following(parent(link)))
            .collect(),
    )
}

/// The same graph with ids that ascend along it: each revision's number of ancestors before its id.
fn ascending(graph: &Value) -> Result<Chain, Problems> {
    let links = graph["links"].as_object().unwrap();
    let renamed = |id: &str| {
        let mut depth = 0;
        let mut at = id;
        while let Some(link) = links.get(at) {
            depth += 1;
            at = parent(link);
        }
        format!("{depth:03}{id}")
    };
    let revision = |(id, link): (&String, &Value)| {
        let follows = match parent(link) {
            "base" => "base".to_owned(),
            parent => renamed(parent),
        };
        Revision::new(renamed(id)).following(&follows)
    };
    Chain::link(links.iter().map(revision).collect())
}

#[test]
fn a_line_of_random_ids_only_goes_backwards_and_is_a_chain_once_ids_ascend() {
    let Some(shared) = common::shared() else {
        return;
    };
    let graphs = common::json(&shared.join("cases/alembic-graphs.json"));
    for (name, graph) in graphs.as_object().unwrap() {
        let forked = graph["links"]
            .as_object()
            .unwrap()
            .values()
            .any(Value::is_array);
        let problems = link(graph).expect_err("random ids do not ascend");
        let other: Vec<_> = problems
            .iter()
            .filter(|problem| !matches!(problem, Problem::Backwards { .. }))
            .collect();
        assert_eq!(other.is_empty(), !forked, "{name}: {other:?}");
        if !forked {
            let chain = ascending(graph).unwrap_or_else(|problems| panic!("{name}: {problems}"));
            assert_eq!(
                chain.len(),
                graph["links"].as_object().unwrap().len(),
                "{name}"
            );
        }
    }
}

#[test]
fn a_real_fork_is_refused_with_both_sides_and_their_parent() {
    let Some(shared) = common::shared() else {
        return;
    };
    let graphs = common::json(&shared.join("cases/alembic-graphs.json"));
    for (name, graph) in graphs.as_object().unwrap() {
        let links = graph["links"].as_object().unwrap();
        let Some(merged) = links.values().find_map(Value::as_array) else {
            continue;
        };
        let problems = ascending(graph).expect_err("a fork is no chain");
        let [
            Problem::Fork {
                parent: root,
                children,
                ..
            },
        ] = &problems[..]
        else {
            panic!("{name}: {problems}");
        };
        let common_parent = parent(&links[parent(&merged[0])]);
        assert!(root.ends_with(common_parent), "{name}: {root}");
        let sides: Vec<_> = children
            .iter()
            .map(|child| Value::from(&child[3..]))
            .collect();
        assert!(
            sides.len() == merged.len() && merged.iter().all(|side| sides.contains(side)),
            "{name}: {children:?}"
        );
    }
}
