use chaos::report::{Row, Table, entered};

const DOCUMENT: &str = include_str!("../../../../docs/chaos.md");

fn entry(line: &str) -> Row {
    Row { lines: vec![(Table::Matrix, format!("{line}\n"))], is_kept: true }
}

#[test]
fn a_row_takes_the_place_of_the_row_of_the_same_database_and_bank() {
    let rows = ["| A | key | 1 |", "| A | query | 2 |"].map(entry);
    let once = entered(DOCUMENT, &rows).unwrap();
    let again = entered(&once, &[entry("| A | key | 3 |")]).unwrap();
    assert!(again.contains("| A | key | 3 |\n") && again.contains("| A | query | 2 |\n"));
    assert!(!again.contains("| A | key | 1 |"));
}

#[test]
fn a_document_without_a_place_for_the_table_is_refused() {
    assert!(entered("# Something else\n", &[]).is_err());
}
