//! Tables: numbers, categories and gaps, and what is no table.

use elbow::data::{Categories, Columns, Table};

const FLOWERS: &str = "\
length,width,species,\"count, all\"
5.1,3.5,setosa,2
7.0,,versicolor,3
6.3,3.3,\"virginica\",NA
4.9,3.0,?,2
";

fn flowers() -> Table {
    Table::parse(FLOWERS).expect("a table")
}

#[test]
fn numbers_are_standardised_and_restored() {
    let table = flowers();
    assert_eq!(table.rows(), 4);
    assert_eq!(table.names(), ["length", "width", "species", "count, all"]);
    let columns = Columns::of(&table, ["width", "length"]).expect("numbers");
    // Of 3.5, 3.3 and 3.0, and of all lengths.
    let expected = [3.266_666_666_666_667, 5.825];
    for (found, expected) in columns.means().iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12, "{found}");
    }
    let deviations = [0.205_480_466_765_633, 0.864_219_300_872_18];
    for (found, expected) in columns.deviations().iter().zip(deviations) {
        assert!((found - expected).abs() < 1e-12, "{found}");
    }
    let x = columns.standardised::<2>(&table).expect("two columns");
    let mask = x.mask().as_vec();
    assert_eq!(mask, [1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
    let values = x.values().as_vec();
    assert_eq!(values[2], 0.0);
    assert!((values[0] - ((3.5 - 3.266_666_7) / 0.205_480_47)).abs() < 1e-5);
    let restored = columns.restored::<2>(x.values()).expect("two columns");
    for (row, width) in [(0, 3.5), (1, 3.266_667), (2, 3.3)] {
        assert!((restored[row][0] - width).abs() < 1e-5, "{restored:?}");
    }
    let plain = columns.plain::<2>(&table).expect("two columns");
    assert_eq!(plain.values().as_vec()[..4], [3.5, 5.1, 0.0, 7.0]);
}

#[test]
fn columns_are_text_in_a_checkpoint() {
    let table = Table::parse("a b,\"c\nd\",e\n1,2,3\n4,0.1,3\n").expect("a table");
    let columns = Columns::of(&table, ["a b", "c\nd", "e"]).expect("numbers");
    assert_eq!(columns.deviations()[2], 1.0, "of equal numbers");
    let again: Columns = columns.to_string().parse().expect("columns");
    assert_eq!(again, columns);
    let error = "1 x name".parse::<Columns>().expect_err("no deviation");
    assert_eq!(
        error.to_string(),
        "the columns: `1 x name` is no mean, deviation and name"
    );
}

#[test]
fn words_and_numbers_are_categories() {
    let table = flowers();
    let species = Categories::of(&table, "species").expect("words");
    assert_eq!(species.names(), ["setosa", "versicolor", "virginica"]);
    let y = species.one_hot::<3>(&table).expect("three");
    assert_eq!(
        y.values().as_vec(),
        [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    );
    assert_eq!(y.mask().as_vec()[6..], [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
    let counts = Categories::of(&table, "count, all").expect("numbers");
    assert_eq!(counts.names(), ["2", "3"]);
    let indices = counts.indices(&table).expect("numbers");
    assert_eq!(indices.values().as_vec(), [0.0, 1.0, 0.0, 0.0]);
    assert_eq!(indices.mask().as_vec(), [1.0, 1.0, 0.0, 1.0]);
    let few = Categories::named("species", ["setosa".to_owned(), "virginica".to_owned()]);
    assert_eq!(
        few.indices(&table).expect_err("another").to_string(),
        "the table: line 3: `species` is `versicolor`; its categories are `setosa`, `virginica`"
    );
    assert_eq!(
        species.one_hot::<2>(&table).expect_err("three").to_string(),
        "the table: `species` has 3 categories, and the data are to have 2: `setosa`, `versicolor`, `virginica`"
    );
}

/// Numbers in the order of their size, and ten before nine in no way.
#[test]
fn numbers_are_sorted_by_their_size() {
    let table = Table::parse("k\n10\n9\n-1\n").expect("a table");
    let names = Categories::of(&table, "k").expect("numbers");
    assert_eq!(names.names(), ["-1", "9", "10"]);
    // As words they stay as they are written.
    let table = Table::parse("k\n007\nx\n7\n").expect("a table");
    let names = Categories::of(&table, "k").expect("words");
    assert_eq!(names.names(), ["007", "7", "x"]);
}

#[test]
fn a_split_has_each_row_once() {
    let text: String = std::iter::once("k\n".to_owned())
        .chain((0..103).map(|k| format!("{k}\n")))
        .collect();
    let table = Table::parse(&text).expect("a table");
    let (train, test) = table.split(0.25, 3);
    assert_eq!((train.rows(), test.rows()), (77, 26));
    let numbers = |table: &Table| {
        let columns = Columns::of(table, ["k"]).expect("numbers");
        columns.plain::<1>(table).expect("one").values().as_vec()
    };
    let mut all = [numbers(&train), numbers(&test)].concat();
    assert_ne!(all[..5], [0.0, 1.0, 2.0, 3.0, 4.0], "not shuffled");
    all.sort_by(f32::total_cmp);
    assert_eq!(all, (0..103).map(|k| k as f32).collect::<Vec<_>>());
    assert_eq!(numbers(&table.split(0.25, 3).1), numbers(&test));
    assert_ne!(numbers(&table.split(0.25, 4).1), numbers(&test));
    for (share, taken) in [(0.0, 1), (1.0, 102), (-3.0, 1), (f64::NAN, 1)] {
        assert_eq!(table.split(share, 3).1.rows(), taken);
    }
    let one = Table::parse("k\n5\n").expect("a table");
    assert_eq!(one.split(0.5, 0).0.rows(), 1);
    let picked = table.select(&[7, 0, 7]).expect("rows");
    assert_eq!(numbers(&picked), [7.0, 0.0, 7.0]);
    let error = table.select(&[1, 103]).expect_err("no row").to_string();
    assert_eq!(
        error,
        "there is no row 103 in a batch of 103, counted from 0"
    );
}

#[test]
fn what_is_no_table_is_an_error_with_its_line() {
    let said = |text: &str| Table::parse(text).expect_err("no table").to_string();
    assert_eq!(
        said("a,b\n"),
        "the table: there are no rows below the names"
    );
    assert_eq!(said(""), "the table: there are no rows below the names");
    assert_eq!(
        said("a,b,a\n1,2,3\n"),
        "the table: two columns have the name `a`"
    );
    assert_eq!(
        said("a,b\n1,2\n3,4,5\n"),
        "the table: line 3 has 3 fields; the first has 2 names"
    );
    let column = |name: &str| {
        let error = Columns::of(&flowers(), [name]).expect_err("no numbers");
        error.to_string()
    };
    assert_eq!(
        column("colour"),
        "the table: there is no column `colour`; the columns are `length`, `width`, `species`, `count, all`"
    );
    assert_eq!(
        column("species"),
        "the table: line 2: `species` is `setosa`, which is no number; for words write `Categories::of`"
    );
    let empty = Table::parse("a,b\n,1\nNaN,1\n").expect("a table");
    assert_eq!(
        Columns::of(&empty, ["a"])
            .expect_err("no number")
            .to_string(),
        "the table: `a` has no number; leave it away"
    );
    let wide = Columns::of(&flowers(), ["length"]).expect("numbers");
    assert_eq!(
        wide.plain::<2>(&flowers()).expect_err("one").to_string(),
        "the columns: there are 1, and the data are to have 2 numbers a row"
    );
    let large = Table::parse("a\n1e300\n1\n").expect("a table");
    let columns = Columns::of(&large, ["a"]).expect("numbers");
    assert!(columns.standardised::<1>(&large).is_ok());
    assert_eq!(
        columns
            .plain::<1>(&large)
            .expect_err("too large")
            .to_string(),
        format!(
            "the table: line 2: `a` is 1{}, which single precision does not hold",
            "0".repeat(300)
        )
    );
    let path = std::env::temp_dir().join("elbow-no-such-table.csv");
    let error = Table::read(&path).expect_err("no file").to_string();
    assert!(
        error.starts_with("cannot read ") && error.contains("elbow-no-such-table.csv"),
        "{error}"
    );
    // A number too large for `f64`, and a word, are words.
    let words = Table::parse("a\ninf\n1\n").expect("a table");
    assert!(Columns::of(&words, ["a"]).is_err());
}

/// A file with carriage returns, blanks around cells and a mark of byte order.
#[test]
fn files_of_other_systems_are_read() {
    let path = std::env::temp_dir().join(format!("elbow-table-{}.csv", std::process::id()));
    std::fs::write(&path, "\u{feff}a, b\r\n1, x\r\n 2 ,y\r\n").expect("a folder");
    let table = Table::read(&path).expect("a table");
    std::fs::remove_file(&path).expect("the file");
    assert_eq!(table.names(), ["a", "b"]);
    let columns = Columns::of(&table, ["a"]).expect("numbers");
    assert_eq!(columns.means(), [1.5]);
    let b = Categories::of(&table, "b").expect("words");
    assert_eq!(b.names(), ["x", "y"]);
}
