//! Takes passwords out of text. What a database URL looks like is all that it knows.

/// The text with `***` in the place of every password that a URL or a connection string in it holds.
///
/// A password that was not percent-encoded may hold any character but white space and quotes, so that everything up to the
/// last `@` of the word counts as its own: better too much than a part of it.
///
/// ```
/// use migrate_cli::without_passwords;
/// assert_eq!(without_passwords("at mysql://root:s3cret@db/app now"), "at mysql://root:***@db/app now");
/// assert_eq!(without_passwords("postgres://u:p@ss/w:rd@db/app"), "postgres://u:***@db/app");
/// assert_eq!(without_passwords("postgres:///app?password=x&user=me"), "postgres:///app?password=***&user=me");
/// ```
#[must_use]
pub fn without_passwords(text: &str) -> String {
    // A long list of revisions has neither.
    if !text.contains("://") && !text.contains('=') {
        return text.to_owned();
    }
    let text = &without_quoted(text);
    let mut masked = String::with_capacity(text.len());
    let mut word = String::new();
    for character in text.chars() {
        if character.is_whitespace() || matches!(character, '"' | '\'' | '`' | '<' | '>') {
            masked += &word_without_passwords(&word);
            word.clear();
            masked.push(character);
        } else {
            word.push(character);
        }
    }
    masked + &word_without_passwords(&word)
}

/// The password of a URL, as it is written there.
pub(crate) fn password_of(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    let (credentials, _) = rest.rsplit_once('@')?;
    let (user, password) = credentials.split_once(':')?;
    // In `host/db?mail=a:b@c` there is none: a user's name has no slash.
    (!user.contains(['/', '?']) && !password.is_empty()).then_some(password)
}

/// Whether the password holds a character that ends a URL's authority, so that a driver reads half of it as something else.
pub(crate) fn password_needs_encoding(url: &str) -> bool {
    password_of(url).is_some_and(|password| {
        password.contains(['@', '/', '?', '#', ':', '%', ' ']) && !is_encoded(password)
    })
}

fn is_encoded(password: &str) -> bool {
    !password.contains(['@', '/', '?', '#', ':', ' '])
        && password.split('%').skip(1).all(|part| {
            part.len() >= 2 && part.bytes().take(2).all(|byte| byte.is_ascii_hexdigit())
        })
}

fn word_without_passwords(word: &str) -> String {
    let masked = match password_of(word) {
        Some(password) => word.replacen(&format!(":{password}@"), ":***@", 1),
        None => word.to_owned(),
    };
    mask_parameters(&masked)
}

/// `password='...'`, which may have white space in it and quotes behind a backslash.
fn without_quoted(text: &str) -> String {
    const KEY: &str = "password='";
    let mut masked = String::new();
    let mut rest = text;
    while let Some(at) = rest.to_ascii_lowercase().find(KEY) {
        let (before, value) = rest.split_at(at + KEY.len());
        let mut escaped = false;
        let end = value.find(|character| {
            let ends = character == '\'' && !escaped;
            escaped = character == '\\' && !escaped;
            ends
        });
        let end = end.unwrap_or(value.len());
        masked += before;
        masked += if end == 0 { "" } else { "***" };
        rest = &value[end..];
    }
    masked + rest
}

/// `password=...` in a query or in a connection string of keywords.
fn mask_parameters(word: &str) -> String {
    const KEY: &str = "password=";
    let mut masked = String::new();
    let mut rest = word;
    while let Some(at) = rest.to_ascii_lowercase().find(KEY) {
        let (before, value) = rest.split_at(at + KEY.len());
        let end = value.find(['&', ';']).unwrap_or(value.len());
        masked += before;
        masked += if end == 0 { "" } else { "***" };
        rest = &value[end..];
    }
    masked + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_a_password_is_left() {
        for (text, masked) in [
            ("postgres://u:secret@h/d", "postgres://u:***@h/d"),
            ("'postgres://u:secret@h/d'", "'postgres://u:***@h/d'"),
            (
                "--database-url=postgres://u:secret@h/d",
                "--database-url=postgres://u:***@h/d",
            ),
            ("mysql://u:a:b@c/d#e@h:3306/d", "mysql://u:***@h:3306/d"),
            ("mysql://u:@h/d", "mysql://u:@h/d"),
            ("mysql://u@h:3306/d", "mysql://u@h:3306/d"),
            // It could be a password with `/` and `?` in it.
            ("postgres://h:5432/d?email=a@b", "postgres://h:***@b"),
            (
                "host=h PASSWORD=secret user=u",
                "host=h PASSWORD=*** user=u",
            ),
            (
                "postgres:///d?sslpassword=secret&x=1",
                "postgres:///d?sslpassword=***&x=1",
            ),
            (
                "host=h password='two \\' words' user=u",
                "host=h password='***' user=u",
            ),
            ("password=''", "password=''"),
            ("nothing: here@all", "nothing: here@all"),
            ("sqlite:app.db", "sqlite:app.db"),
        ] {
            assert_eq!(without_passwords(text), masked);
        }
    }

    #[test]
    fn a_password_that_breaks_its_url_is_noticed() {
        assert!(password_needs_encoding("postgres://u:p@ss@h/d"));
        assert!(password_needs_encoding("postgres://u:p/ss@h/d"));
        assert!(password_needs_encoding("postgres://u:100%@h/d"));
        assert!(!password_needs_encoding("postgres://u:p%40ss@h/d"));
        assert!(!password_needs_encoding("postgres://u:secret@h/d"));
        assert!(!password_needs_encoding("sqlite:x"));
    }
}
