//! The image is built from what `.dockerignore` lets through.

use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

#[test]
fn what_the_build_reads_goes_into_the_image() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ignored = fs::read_to_string(root.join(".dockerignore")).unwrap();
    let kept: Vec<&str> = ignored.lines().filter_map(|line| line.strip_prefix('!')).collect();
    let mut own = read_by_the_compiler(root);
    own.push("build.rs".into());
    let is_kept = |file: &Path| kept.iter().any(|kept| file.starts_with(kept));
    let missing: Vec<_> = own.iter().filter(|file| !is_kept(file)).collect();
    assert!(missing.is_empty(), "not in the image: {missing:?}");
}

/// The project's own files, as the compiler wrote them down beside the library when it last read them:
/// `output: file file …`, blanks within names behind a backslash.
fn read_by_the_compiler(root: &Path) -> Vec<PathBuf> {
    let program = env::current_exe().unwrap();
    let beside = fs::read_dir(program.parent().unwrap()).unwrap().map(|entry| entry.unwrap());
    let notes = beside.filter(|entry| {
        let name = entry.file_name().into_string().unwrap();
        name.starts_with("baton-") && entry.path().extension().is_some_and(|end| end == "d")
    });
    let notes = notes.map(|entry| (entry.metadata().unwrap().modified().unwrap(), entry.path()));
    let notes =
        notes.map(|(at, path)| (at, fs::read_to_string(path).unwrap().replace("\\ ", "\0")));
    let of_the_library = notes.filter(|(_, text)| text.contains("src/lib.rs"));
    let (_, newest) = of_the_library.max().unwrap();
    let (_, files) = newest.lines().next().unwrap().split_once(": ").unwrap();
    let files = files.split_whitespace().map(|file| PathBuf::from(file.replace('\0', " ")));
    let own = files.filter_map(|file| Some(root.join(file).strip_prefix(root).ok()?.to_owned()));
    let own: Vec<_> = own.collect();
    assert!(own.contains(&"askama.toml".into()), "{own:?}");
    own
}
