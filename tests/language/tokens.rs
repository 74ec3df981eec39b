//! Sequences of symbols as data.

use elbow::Error;
use elbow::prelude::*;

type Words = (Batch<(Const<4>,)>, Batch<()>);

#[test]
fn rows_are_padded_and_their_lengths_told() -> Result<(), Error> {
    let rows: Vec<Vec<u8>> = vec![vec![2, 0], vec![], vec![1, 2, 0, 1]];
    let (x, length): Words = tokens(&rows, 3)?;
    assert_eq!(
        x.as_vec(),
        [2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 1.0]
    );
    assert_eq!(length.as_vec(), [2.0, 0.0, 4.0]);
    // Other integers, slices, arrays and text.
    let (same, _): Words = tokens(&[&[2_i64, 0][..], &[], &[1, 2, 0, 1]], 3)?;
    assert_eq!(same.as_vec(), x.as_vec());
    let (same, _): Words = tokens(&[[2_usize, 0, 0, 0], [0; 4], [1, 2, 0, 1]], 3)?;
    assert_eq!(same.as_vec(), x.as_vec());
    let (text, length): Words = tokens(&["ab", "c"], 256)?;
    assert_eq!(text.as_vec()[..5], [97.0, 98.0, 0.0, 0.0, 99.0]);
    assert_eq!(length.as_vec(), [2.0, 1.0]);
    Ok(())
}

#[test]
fn what_is_no_row_of_symbols_is_an_error() {
    let said = |found: Result<Words, Error>| found.expect_err("an error").to_string();
    let none: [Vec<u8>; 0] = [];
    assert_eq!(
        said(tokens(&none, 3)),
        "`tokens` has no rows; give at least one"
    );
    assert_eq!(
        said(tokens(&[vec![0, 1], vec![2, 0, 3]], 3)),
        "the symbol is 3 in row 1, step 2; it must be from 0 to 2"
    );
    assert_eq!(
        said(tokens(&[vec![0, -1]], 3)),
        "the symbol is -1 in row 0, step 1; it must be from 0 to 2"
    );
    assert_eq!(
        said(tokens(&[vec![u64::MAX]], 3)),
        "the symbol is 18446744073709551615 in row 0, step 0; it must be from 0 to 2"
    );
    assert_eq!(
        said(tokens(&[vec![0; 4], vec![0; 5]], 3)),
        "row 1 has 5 symbols; the longest may have 4: cut it, or let the model take longer ones"
    );
    assert_eq!(
        said(tokens(&[vec![0]], 0)),
        "the number of symbols is 0; it must be from 1 to 16777216"
    );
    let all = (1 << 24) + 1;
    assert!(said(tokens(&[vec![0]], all)).contains("it must be from 1 to 16777216"));
    let last: Words = tokens(&[vec![(1 << 24) - 1]], 1 << 24).expect("a number of `f32`");
    assert_eq!(last.0.as_vec()[0], 16_777_215.0);
}
