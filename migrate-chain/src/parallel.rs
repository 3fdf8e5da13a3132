//! Work shared out to the machine's cores: a directory of thousands of revisions is read while an app compiles, by code that a
//! debug build does not optimise.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread::{self, Builder};

/// Fewer things than this are not worth a thread of their own: on a busy machine it takes milliseconds until it runs.
const WORTH_A_THREAD: usize = 256;

const MOST_THREADS: usize = 8;

/// What `work` makes of each part of a list, in the order of the list. A short list is one part.
pub(crate) fn parts<T: Sync, R: Send>(items: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    let worth = (items.len() / WORTH_A_THREAD).clamp(1, MOST_THREADS);
    let threads = if worth == 1 { 1 } else { worth.min(cores()) };
    let mut parts = items.chunks(items.len().div_ceil(threads).max(1));
    let first = parts.next().unwrap_or_default();
    let work = &work;
    thread::scope(|scope| {
        let spawn = |part| (part, Builder::new().spawn_scoped(scope, move || work(part)));
        let others: Vec<_> = parts.map(spawn).collect();
        let mut made = vec![work(first)];
        made.extend(others.into_iter().map(|(part, thread)| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            // A system that gives no thread.
            Err(_) => work(part),
        }));
        made
    })
}

/// Both of two pieces of work about so many things, the first on a thread of its own where that is worth it.
pub(crate) fn both<A: Send, B>(
    things: usize,
    one: impl Fn() -> A + Sync,
    other: impl FnOnce() -> B,
) -> (A, B) {
    if things < WORTH_A_THREAD {
        return (one(), other());
    }
    let one = &one;
    thread::scope(|scope| {
        let thread = Builder::new().spawn_scoped(scope, one);
        let other = other();
        let one = match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => one(),
        };
        (one, other)
    })
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_done_however_many_things_they_are_about() {
        for things in [0, 5_000] {
            assert_eq!(both(things, || 1, || 2), (1, 2));
        }
    }

    #[test]
    fn parts_come_back_whole_and_in_order() {
        for length in [0, 1, 255, 256, 512, 513, 5_000] {
            let items: Vec<usize> = (0..length).collect();
            assert_eq!(parts(&items, <[usize]>::to_vec).concat(), items, "{length}");
        }
    }
}
