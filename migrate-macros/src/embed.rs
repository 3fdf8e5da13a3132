//! A valid directory as constants: by `include_str!` every file that was read, so that an edit of any rebuilds the app, and
//! the index of it all.

use std::fmt::Write;
use std::path::Path;

use migrate_chain::{Backend, Backends, Problems, Project, Settings};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use crate::arguments::Arguments;
#[cfg(feature = "models")]
use crate::arguments::OnModels;
use crate::code;
use crate::index::{Index, scripts};
use crate::place::Place;
use crate::refuse;

/// The bits of the backends that migrate-core is built for.
const ENABLED: u8 = cfg!(feature = "sqlite") as u8
    | (cfg!(feature = "postgres") as u8) << Backend::Postgres as u8
    | (cfg!(feature = "mysql") as u8) << Backend::Mysql as u8;

/// The expression that the macro stands for.
pub(crate) fn expand(core: &TokenStream, arguments: &Arguments) -> syn::Result<TokenStream> {
    let place = Place::of(arguments)?;
    let project = read(&place.directory).map_err(|problems| {
        let texts = problems.iter().map(|problem| problem.render(&place.shown));
        refuse::all(arguments.span(), texts.chain(broken_off(&place)).collect())
    })?;
    let models = models(arguments, &project)?;
    constants(core, &place, &project, models)
        .map_err(|error| refuse::all(arguments.span(), vec![error]))
}

/// What the expansion says of models that have moved on, and what has it made again when one of them is edited.
#[cfg(feature = "models")]
fn models(arguments: &Arguments, project: &Project) -> syn::Result<TokenStream> {
    let (on, span) = arguments
        .models
        .unwrap_or_else(|| (OnModels::default(), crate::call()));
    if on == OnModels::Ignore {
        return Ok(TokenStream::new());
    }
    let found = crate::models::compare(project);
    let refuse = |text| refuse::all(span, vec![text]);
    if on == OnModels::Deny && !found.moved.is_empty() {
        return Err(refuse(refuse::moved(&found.moved)));
    }
    let warning = refuse::warn_of_models(&found.moved);
    let mut texts = Texts::default();
    for path in &found.files {
        texts.include(utf8(path).map_err(refuse)?);
    }
    let texts = texts.lexed().map_err(refuse)?;
    Ok(quote!(#warning const _: &str = #texts;))
}

/// Without the feature nobody knows what a model is.
#[cfg(not(feature = "models"))]
fn models(arguments: &Arguments, _: &Project) -> syn::Result<TokenStream> {
    debug_assert!(arguments.models.is_none(), "refused where it is read");
    Ok(TokenStream::new())
}

/// Why a directory may be half changed.
fn broken_off(place: &Place) -> Option<String> {
    let file = Project::UNDO_FILE;
    let there = place.directory.join(file).exists();
    there.then(|| {
        format!(
            "{}/{file}: a command changes these files now, or was stopped before it was done\n  help: `migrate heads` undoes what it left",
            place.shown
        )
    })
}

/// The project, or everything that is wrong with it.
fn read(directory: &Path) -> Result<Project, Problems> {
    let enabled = Backends::from_bits(ENABLED);
    match Settings::beside(directory) {
        Ok(settings) => Project::read(directory, settings, enabled),
        Err(problems) => Err(Project::problems_beside(directory, problems, enabled)),
    }
}

/// All constants, or why they cannot be written down.
fn constants(
    core: &TokenStream,
    place: &Place,
    project: &Project,
    models: TokenStream,
) -> Result<TokenStream, String> {
    let base = utf8(&place.directory)?;
    let chain = chain(base, project)?;
    let session = session(core, project);
    let code = code::expand(core, &place.directory, &project.chain)?;
    let (names, files) = files(project)?;
    let app = app();
    let warning = refuse::warn(&project.warnings, &place.shown);
    Ok(quote!({
        // Names that no app has: what a macro imports must not meet what is in scope around it.
        use #core::__private::{concat as __migrate_concat, text as __migrate_text};
        #warning
        #models
        static CHAIN: #core::__private::Embedded = #core::__private::Embedded::new(#chain);
        #code
        static SESSION: #core::__private::Session = &[#session];
        static FILES: &str = #files;
        #core::Migrations::embedded(
            &CHAIN,
            SESSION,
            CODE,
            #core::__private::Origin::embedded(
                #app,
                if #core::__private::cfg!(debug_assertions) {
                    #core::__private::Some(#core::__private::Source::new(#base, #names, FILES))
                } else {
                    #core::__private::None
                },
            ),
        )
    }))
}

/// The texts of the scripts, the names and the index.
fn chain(base: &str, project: &Project) -> Result<TokenStream, String> {
    let mut texts = Texts::default();
    for script in project.chain.revisions().iter().flat_map(scripts) {
        texts.include(&format!("{base}/{}", script.file()));
    }
    let texts = texts.lexed()?;
    let index = Index::of(&project.chain);
    let names = Literal::string(&index.names);
    let bytes = Literal::byte_string(&index.bytes);
    Ok(quote!(#texts, #names, #bytes))
}

fn session(core: &TokenStream, project: &Project) -> TokenStream {
    let statements = |backend: Backend| {
        let variant = format_ident!("{}", format!("{backend:?}"));
        let statements = project.settings.session(backend).iter();
        statements.map(move |statement| quote!((#core::__private::Backend::#variant, #core::__private::Cow::Borrowed(#statement)),))
    };
    Backend::ALL.into_iter().flat_map(statements).collect()
}

/// The other files that were read: their paths, from the directory where they are in it, each ended by a NUL; and their texts.
fn files(project: &Project) -> Result<(String, TokenStream), String> {
    let mut names = String::new();
    let mut files = Texts::default();
    for path in &project.tracked {
        let full = utf8(path)?;
        let inside = path.strip_prefix(&project.directory).ok();
        names += inside.and_then(Path::to_str).unwrap_or(full);
        names.push('\0');
        files.include(full);
    }
    Ok((names, files.lexed()?))
}

/// Many files as one text, each ended by a NUL, which none of them holds. The compiler's work grows with the number of
/// expressions that it must give a type and a value, and so there is one, whatever the number of files.
#[derive(Default)]
struct Texts {
    source: String,
}

impl Texts {
    fn include(&mut self, path: &str) {
        // As it stands where it can, which is several times cheaper than to look at its every character.
        _ = match path.contains(['"', '\r']) {
            // Writing to a string cannot fail.
            true => write!(self.source, "__migrate_text!({path:?}),\"\\0\","),
            false => write!(self.source, "__migrate_text!(r\"{path}\"),\"\\0\","),
        };
    }

    /// One call of the compiler's own lexer is several times faster than handing it the tokens one by one, and than
    /// proc_macro2, which lexes everything a first time by itself.
    fn lexed(&self) -> Result<TokenStream, String> {
        let tokens =
            format!("__migrate_concat!({})", self.source).parse::<proc_macro::TokenStream>();
        tokens.map(TokenStream::from).map_err(|error| {
            format!("a path of the migrations directory makes no string literal: {error}")
        })
    }
}

pub(crate) fn utf8(path: &Path) -> Result<&str, String> {
    path.to_str()
        .ok_or_else(|| format!("{}: the path is not UTF-8", path.display()))
}

/// The app's name and version, for the log.
fn app() -> String {
    let [name, version] =
        ["CARGO_PKG_NAME", "CARGO_PKG_VERSION"].map(|key| std::env::var(key).unwrap_or_default());
    format!("{name} {version}").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use migrate_chain::Problem;

    #[test]
    fn a_change_that_was_broken_off_is_named_with_what_it_broke() {
        let directory = std::env::temp_dir().join(format!("migrate-undo-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let place = Place {
            directory: directory.clone(),
            shown: "migrations".to_owned(),
        };
        assert_eq!(broken_off(&place), None);
        std::fs::write(directory.join(".migrate-undo"), "").unwrap();
        let text = broken_off(&place).unwrap();
        std::fs::remove_dir_all(&directory).unwrap();
        assert!(
            text.contains("migrations/.migrate-undo: a command changes"),
            "{text}"
        );
    }

    #[test]
    fn a_directory_that_a_broken_migrate_toml_may_name_otherwise_is_not_missing() {
        let root = std::env::temp_dir().join(format!("migrate-broken-{}", std::process::id()));
        std::fs::create_dir_all(&root).unwrap();
        let text = "dir = \"db/migrations\"\nbackends = [\n";
        std::fs::write(root.join("migrate.toml"), text).unwrap();
        let found = migrate_chain::find(&root).unwrap();
        let problems = read(&found).unwrap_err();
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(matches!(problems[0], Problem::NotToml { .. }));
    }
}
