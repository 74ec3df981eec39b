//! Operands whose rows stand for more.

use crate::tensor::Given;
use crate::tensor::repeated::Repeat;

/// The operands without their repetition, if all that have rows are repeated alike.
pub(super) fn alike<const N: usize>(
    given: &[Given; N],
    elements: usize,
) -> Option<([Given; N], Repeat)> {
    let rows = |own: &Given| match own {
        Given::Rows(flat) => Some(flat.clone()),
        Given::Number(_) | Given::Event(_) => None,
    };
    let first = given.iter().find_map(rows)?;
    let (source, how) = first.repeated()?;
    let is_one = |own: &Given| match own {
        Given::Number(_) => true,
        // Of a row of one element each, any repetition is of whole rows.
        Given::Event(event) => event.len() == 1 || elements == how.elements,
        Given::Rows(flat) => flat
            .repeated()
            .is_some_and(|(rows, other)| rows.len() == source.len() && other == how),
    };
    given.iter().all(is_one).then(|| {
        let sources = given.each_ref().map(|own| match own {
            Given::Rows(flat) => {
                Given::Rows(flat.repeated().map_or(flat, |(rows, _)| rows).clone())
            }
            other => other.clone(),
        });
        (sources, how)
    })
}

/// The elements of a row by which repeated operands can be read in place. Operands of one shape may be cut into rows of any size.
pub(super) fn row_of<const N: usize>(given: &[Given; N], elements: usize) -> usize {
    let has_events = given.iter().any(|own| matches!(own, Given::Event(_)));
    let of_repeated = |own: &Given| match own {
        Given::Rows(flat) => flat.repeated().map(|(_, how)| how.elements),
        Given::Number(_) | Given::Event(_) => None,
    };
    match given.iter().find_map(of_repeated) {
        Some(own) if elements == 1 && !has_events => own,
        _ => elements,
    }
}
