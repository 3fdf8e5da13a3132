//! Where each table of a picture stands: in columns, so that foreign keys lead from right to left.

use super::diagram::Diagram;

/// A box.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Place {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Space between two columns of tables, for the lines, and between two tables.
const ACROSS: f64 = 90.0;
const DOWN: f64 = 28.0;

/// The place of each table, given its size.
pub(super) fn places(diagram: &Diagram, sizes: &[(f64, f64)]) -> Vec<Place> {
    let joined: Vec<bool> = (0..diagram.tables.len())
        .map(|at| {
            diagram
                .edges
                .iter()
                .any(|edge| edge.from != edge.to && (edge.from == at || edge.to == at))
        })
        .collect();
    let mut columns = columns(diagram, &joined);
    calm(diagram, &mut columns);
    columns = halved(columns, sizes);
    let tallest = columns
        .iter()
        .map(|column| height(column, sizes))
        .fold(0.0, f64::max);
    // What no line leads to or from fills columns of its own.
    let alone = (0..diagram.tables.len())
        .filter(|&at| !joined[at])
        .collect();
    columns.extend(filled(alone, sizes, tallest));
    let mut places = vec![Place::default(); sizes.len()];
    let tallest = columns
        .iter()
        .map(|column| height(column, sizes))
        .fold(0.0, f64::max);
    let mut x = 0.0;
    for column in &columns {
        let width = column.iter().map(|&at| sizes[at].0).fold(0.0, f64::max);
        let mut y = (tallest - height(column, sizes)) / 2.0;
        for &at in column {
            let (_, height) = sizes[at];
            places[at] = Place {
                x,
                y,
                width,
                height,
            };
            y += height + DOWN;
        }
        x += width + ACROSS;
    }
    places
}

/// The tables with lines, in columns: each to the right of those it leads to, circles apart.
fn columns(diagram: &Diagram, joined: &[bool]) -> Vec<Vec<usize>> {
    let mut depth = vec![None; joined.len()];
    for at in 0..joined.len() {
        deep(diagram, at, &mut depth, &mut vec![false; joined.len()]);
    }
    let mut columns = Vec::new();
    for (at, depth) in depth.into_iter().enumerate().filter(|(at, _)| joined[*at]) {
        let depth = depth.unwrap_or_default();
        if columns.len() <= depth {
            columns.resize(depth + 1, Vec::new());
        }
        columns[depth].push(at);
    }
    columns
}

/// How many keys lead on from a table, one after the other. A key that leads back into the way here does not count.
fn deep(diagram: &Diagram, at: usize, depth: &mut [Option<usize>], way: &mut [bool]) -> usize {
    if let Some(depth) = depth[at] {
        return depth;
    }
    way[at] = true;
    let mut deepest = 0;
    for edge in diagram.edges.iter().filter(|edge| edge.from == at) {
        if !way[edge.to] {
            deepest = deepest.max(deep(diagram, edge.to, depth, way) + 1);
        }
    }
    way[at] = false;
    depth[at] = Some(deepest);
    deepest
}

/// Orders each column by where its tables' lines lead, so that few of them cross.
fn calm(diagram: &Diagram, columns: &mut [Vec<usize>]) {
    for _ in 0..6 {
        for at in 0..columns.len() {
            let mut rank = vec![0.0; diagram.tables.len()];
            for column in &*columns {
                let count = column.len().max(1) as f64;
                for (place, &table) in column.iter().enumerate() {
                    rank[table] = (place as f64 + 0.5) / count;
                }
            }
            let middle = |table: usize| {
                let others = diagram.edges.iter().filter_map(|edge| {
                    match (edge.from == table, edge.to == table) {
                        (true, false) => Some(rank[edge.to]),
                        (false, true) => Some(rank[edge.from]),
                        _ => None,
                    }
                });
                let others: Vec<f64> = others.collect();
                let count = others.len().max(1) as f64;
                others.iter().sum::<f64>() / count
            };
            columns[at].sort_by(|&one, &other| middle(one).total_cmp(&middle(other)));
        }
    }
}

/// Columns that are much taller than the picture is wide become several.
fn halved(columns: Vec<Vec<usize>>, sizes: &[(f64, f64)]) -> Vec<Vec<usize>> {
    let area: f64 = sizes
        .iter()
        .map(|(width, height)| (width + ACROSS) * (height + DOWN))
        .sum();
    let limit = area.sqrt().max(600.0);
    columns
        .into_iter()
        .flat_map(|column| filled(column, sizes, limit))
        .collect()
}

/// Tables in as few columns of about that height as they fit in.
fn filled(tables: Vec<usize>, sizes: &[(f64, f64)], limit: f64) -> Vec<Vec<usize>> {
    let mut columns: Vec<Vec<usize>> = Vec::new();
    for table in tables {
        match columns.last_mut() {
            Some(column) if height(column, sizes) + sizes[table].1 <= limit.max(600.0) => {
                column.push(table)
            }
            _ => columns.push(vec![table]),
        }
    }
    columns
}

fn height(column: &[usize], sizes: &[(f64, f64)]) -> f64 {
    column.iter().map(|&at| sizes[at].1 + DOWN).sum::<f64>() - DOWN
}
