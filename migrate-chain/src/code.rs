//! What a `migration.rs` says without a compiler: its tokens, which of `up` and `down` it has, and its fingerprint. Whether
//! they have the right types is for the compiler to say.

use crate::checksum::{Checksum, Hash};
use crate::script::Kind;

/// What is known of a `migration.rs`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code {
    pub(crate) up: Function,
    pub(crate) down: Function,
    /// Over its tokens: comments and layout do not count.
    pub(crate) checksum: Checksum,
}

/// Whether a function stands in the file, outside of everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Missing,
    /// It is there, and nobody outside can call it.
    Private,
    Public,
}

impl Code {
    pub(crate) fn read(text: &str) -> Self {
        let mut hash = Hash::default();
        let (mut up, mut down) = (Function::Missing, Function::Missing);
        let mut depth = 0_usize;
        let mut public = false;
        let mut after_fn = false;
        for token in Tokens(text.strip_prefix('\u{feff}').unwrap_or(text)) {
            let kind = if token.contains('"') {
                Kind::Quoted
            } else {
                Kind::Word
            };
            hash.token(kind, token);
            match token {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => {
                    depth = depth.saturating_sub(1);
                    // `pub(crate)` goes on behind its parenthesis; a body and an attribute end what came before.
                    public &= depth > 0 || token == ")";
                }
                _ if depth > 0 => {}
                ";" => public = false,
                "pub" => public = true,
                "up" if after_fn => up = found(public),
                "down" if after_fn => down = found(public),
                _ => {}
            }
            after_fn = depth == 0 && token == "fn";
        }
        Self {
            up,
            down,
            checksum: hash.finish(),
        }
    }
}

fn found(public: bool) -> Function {
    if public {
        Function::Public
    } else {
        Function::Private
    }
}

/// The tokens of Rust, as far as comments, strings and braces need: a word, a string or character, or one other character.
struct Tokens<'t>(&'t str);

impl<'t> Iterator for Tokens<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        self.skip_blank();
        let first = self.0.chars().next()?;
        let word = word_length(self.0);
        let length = match (first, self.0.get(word..)) {
            ('"', _) => quoted_length(self.0),
            ('\'', _) => character_length(self.0),
            // `r"..."`, `b"..."`, `br#"..."#` and their like; `r#name` is a word.
            (_, Some(rest)) if word > 0 && rest.starts_with(['"', '#']) => {
                match prefixed_length(&self.0[..word], rest) {
                    Some(string) => word + string,
                    None => word,
                }
            }
            (_, Some(rest)) if &self.0[..word] == "b" && rest.starts_with('\'') => {
                word + character_length(rest)
            }
            _ if word > 0 => word,
            _ => first.len_utf8(),
        };
        let (token, rest) = self.0.split_at(length);
        self.0 = rest;
        Some(token)
    }
}

impl Tokens<'_> {
    fn skip_blank(&mut self) {
        loop {
            let rest = self.0.trim_start();
            self.0 = if rest.starts_with("//") {
                rest.find('\n').map_or("", |end| &rest[end..])
            } else if rest.starts_with("/*") {
                &rest[comment_length(rest)..]
            } else {
                self.0 = rest;
                return;
            };
        }
    }
}

fn word_length(text: &str) -> usize {
    let other = |c: char| !(c.is_alphanumeric() || c == '_');
    text.find(other).unwrap_or(text.len())
}

/// A comment `/* ... */`, which may hold others.
fn comment_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(found) = text[at..].find(['*', '/']) {
        at += found;
        match text.get(at..at + 2) {
            Some("/*") => depth += 1,
            Some("*/") => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// A string that ends at the first quote without a backslash before it.
fn quoted_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// What follows a word that may be the prefix of a string, if it is.
fn prefixed_length(prefix: &str, rest: &str) -> Option<usize> {
    match prefix {
        "b" | "c" if rest.starts_with('"') => Some(quoted_length(rest)),
        "r" | "br" | "cr" => {
            let hashes = rest.len() - rest.trim_start_matches('#').len();
            let body = rest[hashes..].strip_prefix('"')?;
            let end = format!("\"{}", &rest[..hashes]);
            let length = body.find(&end).map_or(body.len(), |at| at + end.len());
            Some(hashes + 1 + length)
        }
        _ => None,
    }
}

/// `'a'` and `'\n'`, or the quote alone of a lifetime.
fn character_length(text: &str) -> usize {
    let inner = &text[1..];
    if let Some(escape) = inner.strip_prefix('\\') {
        let first = escape.chars().next().map_or(0, char::len_utf8);
        return match escape[first..].find('\'') {
            Some(end) => 2 + first + end + 1,
            None => 1,
        };
    }
    match inner.chars().next().map(char::len_utf8) {
        Some(length) if inner[length..].starts_with('\'') => length + 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn functions(text: &str) -> (Function, Function) {
        let code = Code::read(text);
        (code.up, code.down)
    }

    #[test]
    fn functions_are_seen_wherever_they_stand() {
        use Function::{Missing, Private, Public};
        for (text, expected) in [
            ("pub fn up() {} pub fn down() {}", (Public, Public)),
            ("fn up() {}\npub(crate) fn down() {}", (Private, Public)),
            ("pub struct A; fn up() {}", (Private, Missing)),
            ("pub mod m { pub fn up() {} }", (Missing, Missing)),
            (
                "// pub fn up() {}\n/* /* */ pub fn down() {} */",
                (Missing, Missing),
            ),
            ("const A: &str = \"pub fn up() {}\";", (Missing, Missing)),
            (
                "const A: &str = r#\"\" pub fn up() {}\"#;",
                (Missing, Missing),
            ),
            (
                "const A: char = '\"'; pub fn up<'a>() {}",
                (Public, Missing),
            ),
            (
                "const A: char = '\\''; #[inline] pub fn up() {}",
                (Public, Missing),
            ),
            (
                "fn r#type() {} pub fn up() {} const B: u8 = b'{';",
                (Public, Missing),
            ),
        ] {
            assert_eq!(functions(text), expected, "{text}");
        }
    }

    #[test]
    fn comments_and_layout_do_not_count() {
        let sum = |text| Code::read(text).checksum;
        let written = "pub fn up() { a(\"x // y\"); }";
        assert_eq!(
            sum(written),
            sum("//! Why.\r\npub fn up() {\r\n    a( \"x // y\" ) /* z */ ;\r\n}\r\n")
        );
        assert_ne!(sum(written), sum("pub fn up() { a(\"x  // y\"); }"));
        assert_ne!(sum("a b"), sum("ab"));
    }

    #[test]
    fn a_text_cut_anywhere_is_read_to_its_end() {
        let text = "pub fn up<'a>(c: &'a mut C) { let s = br##\"x\"# \"##; 'é'; '\\u{7f}' /* /* */ } \"\\\"";
        for (end, _) in text.char_indices() {
            Code::read(&text[..end]);
        }
    }
}
