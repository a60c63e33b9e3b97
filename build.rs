//! Tells builds apart by what services are made with, so that a store made by another one is mapped again.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use xxhash_rust::xxh3::Xxh3;

/// All that has a part in what becomes of an item.
const MADE_WITH: [&str; 13] = [
    "data/postcodes.bin",
    "src/catalogue/entry.rs",
    "src/catalogue/features.rs",
    "src/catalogue/text.rs",
    "src/harvest/assemble.rs",
    "src/harvest/classify.rs",
    "src/harvest/fold.rs",
    "src/harvest/publication.rs",
    "src/mapping",
    "src/openactive",
    "src/oruk",
    "src/places",
    "src/quality",
];

fn main() -> io::Result<()> {
    let mut files = Vec::new();
    for path in MADE_WITH {
        println!("cargo::rerun-if-changed={path}");
        add(Path::new(path), &mut files)?;
    }
    files.sort();
    let mut hash = Xxh3::new();
    for file in files {
        hash.update(&fs::read(file)?);
    }
    println!("cargo::rustc-env=BATON_MADE_OF={:016x}", hash.digest());
    Ok(())
}

fn add(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        add(&entry?.path(), files)?;
    }
    Ok(())
}
