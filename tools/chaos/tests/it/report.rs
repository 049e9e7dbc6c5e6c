use chaos::{
    goal::shortfalls,
    report::{Row, Table, entered},
};

const DOCUMENT: &str = include_str!("../../../../docs/chaos.md");

fn entry(line: &str) -> Row {
    Row { lines: vec![(Table::Matrix, format!("{line}\n"))], is_kept: true, ..Row::default() }
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

#[test]
fn payments_and_kills_are_counted_for_each_database_together() {
    let row = |database| Row { database, payments: 60, kills: 5, ..Row::default() };
    let rows = [row("A"), row("B"), row("A")];
    assert!(shortfalls(&rows, 60, 5).is_empty());
    let few = shortfalls(&rows, 100, 10);
    assert!(few.len() == 1 && few[0].starts_with("B: 60 payments and 5 kills"));
}
