//! The files the rules look at.

use std::path::{Path, PathBuf};

/// A text file of the repository.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// Path from the root, with slashes.
    pub(super) path: String,
    /// All of it.
    pub(super) text: String,
}

/// Kinds of file with words people read.
const KINDS: &[&str] = &[
    "rs", "md", "toml", "html", "css", "sql", "sh", "yml", "yaml",
];

/// Folders that are not ours to judge: build output, data of a demo, version control.
const SKIPPED: &[&str] = &["target", "cresset-data", ".git", "node_modules"];

impl Source {
    /// Whether this is Rust that ships or helps to ship: no tests, benches, examples or fixtures.
    pub(super) fn is_product_code(&self) -> bool {
        let apart = ["tests", "benches", "examples", "fixtures"];
        self.is_rust() && !self.path.split('/').any(|part| apart.contains(&part))
    }

    /// Whether this is Rust.
    pub(super) fn is_rust(&self) -> bool {
        self.path
            .rsplit_once('.')
            .is_some_and(|(_, kind)| kind == "rs")
    }

    /// The lines before the inline tests.
    pub(super) fn lines_before_tests(&self) -> impl Iterator<Item = &str> {
        self.text
            .lines()
            .take_while(|line| !line.starts_with("#[cfg(test)]"))
    }

    /// The file's own name.
    pub(super) fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The folder of `crates/` it lies in, `xtask`, or nothing.
    pub(super) fn room(&self) -> Option<&str> {
        let mut parts = self.path.split('/');
        match parts.next()? {
            "crates" => parts.next(),
            "xtask" => Some("xtask"),
            _ => None,
        }
    }
}

/// Reads every file of the known kinds under `root`, in order of path.
pub(super) fn read(root: &Path) -> std::io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                if !named(&path, SKIPPED) {
                    folders.push(path);
                }
            } else if is_text(&path) {
                sources.push(Source {
                    path: relative(root, &path),
                    text: std::fs::read_to_string(&path)?,
                });
            }
        }
    }
    sources.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(sources)
}

/// The text of one file that must be there.
pub(super) fn document<'a>(sources: &'a [Source], path: &str) -> Result<&'a str, String> {
    let found = sources.iter().find(|source| source.path == path);
    found
        .map(|source| source.text.as_str())
        .ok_or_else(|| format!("{path} is missing"))
}

fn named(path: &Path, names: &[&str]) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| names.contains(&name))
}

fn is_text(path: &Path) -> bool {
    let kind = path.extension().and_then(|kind| kind.to_str());
    kind.is_some_and(|kind| KINDS.contains(&kind))
}

fn relative(root: &Path, path: &Path) -> String {
    let inside: PathBuf = path.strip_prefix(root).unwrap_or(path).to_path_buf();
    inside.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
pub(super) fn source(path: &str, text: &str) -> Source {
    Source {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}
