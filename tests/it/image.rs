//! The image is built from what `.dockerignore` lets through.

use std::fs;
use std::path::Path;

#[test]
fn what_the_build_reads_goes_into_the_image() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ignored = fs::read_to_string(root.join(".dockerignore")).unwrap();
    let kept: Vec<&str> = ignored.lines().filter_map(|line| line.strip_prefix('!')).collect();
    // What cargo writes down beside a program: `program: file file …`, blanks within names behind a backslash.
    let notes = Path::new(env!("CARGO_BIN_EXE_baton")).with_extension("d");
    let notes = fs::read_to_string(notes).unwrap().replace("\\ ", "\0");
    let (_, files) = notes.split_once(": ").unwrap();
    let files = files.split_whitespace().map(|file| file.replace('\0', " "));
    let own = files.filter_map(|file| Some(Path::new(&file).strip_prefix(root).ok()?.to_owned()));
    let own: Vec<_> = own.collect();
    assert!(own.contains(&"build.rs".into()), "{own:?}");
    let is_kept = |file: &Path| kept.iter().any(|kept| file.starts_with(kept));
    let missing: Vec<_> = own.iter().filter(|file| !is_kept(file)).collect();
    assert!(missing.is_empty(), "not in the image: {missing:?}");
}
