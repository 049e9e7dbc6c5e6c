//! docs/webhooks.md says what the files say.

use std::{fs, path::Path};

#[test]
fn the_receivers_of_the_page_are_those_that_are_tested() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let page = fs::read_to_string(docs.join("webhooks.md")).unwrap();
    for (language, file) in [
        ("js", "receiver.mjs"),
        ("java", "Receiver.java"),
        ("python", "receiver.py"),
        ("rust", "receiver.rs"),
    ] {
        let code = fs::read_to_string(docs.join("examples").join(file)).unwrap();
        let block = format!("```{language}\n{code}```\n");
        assert!(page.contains(&block), "copy docs/examples/{file} into docs/webhooks.md");
    }
}
