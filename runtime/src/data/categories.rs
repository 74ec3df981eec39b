//! A column of categories.

use std::collections::BTreeMap;

use super::Table;
use super::table::Column;
use crate::error::Error;
use crate::program::Partial;
use crate::tensor::names::Const;
use crate::tensor::tensor;

/// The categories of a column, in the order of the alphabet, or of their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Categories {
    column: String,
    names: Vec<String>,
}

impl Categories {
    /// The categories that a column has.
    ///
    /// # Errors
    /// Fails if there is no such column, or if all its cells are missing.
    pub fn of(table: &Table, column: &str) -> Result<Self, Error> {
        let mut found: Vec<String> = cells(table, column)?.into_iter().flatten().collect();
        // Numbers by their size, and words after them.
        found.sort_by(|a, b| {
            let number = |text: &str| text.parse::<f64>().unwrap_or(f64::INFINITY);
            number(a).total_cmp(&number(b)).then_with(|| a.cmp(b))
        });
        found.dedup();
        if found.is_empty() {
            return Err(table.column_error(column, "has no category; leave it away"));
        }
        Ok(Self {
            column: column.to_owned(),
            names: found,
        })
    }

    /// The same from a list, such as one that was kept in the notes of a checkpoint.
    pub fn named(column: &str, names: impl IntoIterator<Item = String>) -> Self {
        Self {
            column: column.to_owned(),
            names: names.into_iter().collect(),
        }
    }

    /// The names: category 0 is the first.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The categories of a table as one-hot vectors, for [`OneHotCategorical`](crate::prelude::OneHotCategorical). Cells that are missing are
    /// gaps.
    ///
    /// # Errors
    /// Fails if there are not `K` categories, if the table has no such column, or at the first cell that is none of the categories.
    pub fn one_hot<const K: usize>(&self, table: &Table) -> Result<Partial<(Const<K>,)>, Error> {
        if self.names.len() != K {
            let problem = format!(
                "has {} categories, and the data are to have {K}: `{}`",
                self.names.len(),
                self.names.join("`, `")
            );
            return Err(table.column_error(&self.column, &problem));
        }
        let (values, mask) = self.bits(table)?;
        let shape = (table.rows(), Const);
        Partial::new(tensor(values, shape), tensor(mask, shape))
    }

    /// The categories of a table as numbers from 0, for [`Categorical`](crate::prelude::Categorical). Cells that are missing are gaps.
    ///
    /// # Errors
    /// Fails if the table has no such column, or at the first cell that is none of the categories.
    pub fn indices(&self, table: &Table) -> Result<Partial<()>, Error> {
        let places = self.places(table)?;
        let values = places.iter().map(|place| place.unwrap_or(0) as f32);
        let mask = places
            .iter()
            .map(|place| f32::from(u8::from(place.is_some())));
        let shape = (table.rows(),);
        Partial::new(
            tensor(values.collect(), shape),
            tensor(mask.collect(), shape),
        )
    }

    fn bits(&self, table: &Table) -> Result<(Vec<f32>, Vec<f32>), Error> {
        let width = self.names.len();
        let mut values = vec![0.0; width * table.rows()];
        let mut mask = values.clone();
        for (row, place) in self.places(table)?.into_iter().enumerate() {
            if let Some(place) = place {
                values[row * width + place] = 1.0;
                mask[row * width..][..width].fill(1.0);
            }
        }
        Ok((values, mask))
    }

    fn places(&self, table: &Table) -> Result<Vec<Option<usize>>, Error> {
        let names = self.names.iter().zip(0..);
        let places: BTreeMap<&str, usize> = names.map(|(name, at)| (&**name, at)).collect();
        let cells = cells(table, &self.column)?.into_iter().enumerate();
        let place = |(row, cell): (usize, Option<String>)| match cell {
            None => Ok(None),
            Some(cell) => places.get(&*cell).copied().map(Some).ok_or_else(|| {
                let names = self.names.join("`, `");
                let problem = format!("is `{cell}`; its categories are `{names}`");
                table.cell_error(row, &self.column, &problem)
            }),
        };
        cells.map(place).collect()
    }
}

/// The cells of a column as words. None for those that are missing.
fn cells(table: &Table, column: &str) -> Result<Vec<Option<String>>, Error> {
    Ok(match table.column(column)? {
        Column::Numbers(numbers) => {
            let text = |number: &f64| (!number.is_nan()).then(|| number.to_string());
            numbers.iter().map(text).collect()
        }
        Column::Words { words, cells } => {
            let word = |place: &Option<u32>| place.map(|place| words[place as usize].clone());
            cells.iter().map(word).collect()
        }
    })
}
