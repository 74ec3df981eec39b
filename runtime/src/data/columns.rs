//! Columns of numbers as a batch, each less its mean and divided by its deviation.

use std::fmt;
use std::str::FromStr;

use super::Table;
use super::table::Column;
use crate::error::Error;
use crate::program::Partial;
use crate::tensor::names::Const;
use crate::tensor::{Batch, tensor};

/// Columns of numbers, with the mean and the standard deviation of each.
///
/// They are learned from training rows and used for all others. As text they are a note of a checkpoint, so that a model and its
/// columns stay together:
///
/// ```
/// use elbow::data::{Columns, Table};
///
/// let table = Table::parse("a,b\n1,10\n3,10\n,40\n")?;
/// let columns = Columns::of(&table, ["a", "b"])?;
/// let again: Columns = columns.to_string().parse()?;
/// assert_eq!(again, columns);
/// assert_eq!((columns.means()[0], columns.deviations()[0]), (2.0, 1.0));
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    names: Vec<String>,
    means: Vec<f64>,
    deviations: Vec<f64>,
}

impl Columns {
    /// The columns of these names, with the means and deviations of the cells that are there. A column whose numbers are all the same has a
    /// deviation of 1.
    ///
    /// # Errors
    /// Fails if there is no such column, if one is of words, or if all its cells are missing.
    pub fn of<N: AsRef<str>>(
        table: &Table,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self, Error> {
        let mut columns = Self {
            names: Vec::new(),
            means: Vec::new(),
            deviations: Vec::new(),
        };
        for name in names {
            let name = name.as_ref();
            let there = numbers(table, name)?.iter().filter(|x| !x.is_nan());
            let count = there.clone().count();
            if count == 0 {
                return Err(table.column_error(name, "has no number; leave it away"));
            }
            let mean = there.clone().sum::<f64>() / count as f64;
            let squares: f64 = there.map(|x| (x - mean).powi(2)).sum();
            let deviation = (squares / count as f64).sqrt();
            columns.names.push(name.to_owned());
            columns.means.push(mean);
            columns
                .deviations
                .push(if deviation > 0.0 { deviation } else { 1.0 });
        }
        Ok(columns)
    }

    /// The names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The mean of each column.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// The standard deviation of each column.
    pub fn deviations(&self) -> &[f64] {
        &self.deviations
    }

    /// The columns of a table, less their means and divided by their deviations. Cells that are missing are gaps.
    ///
    /// # Errors
    /// Fails if there are not `N` columns, or if the table has no such column of numbers.
    pub fn standardised<const N: usize>(
        &self,
        table: &Table,
    ) -> Result<Partial<(Const<N>,)>, Error> {
        let scales = self.means.iter().zip(&self.deviations);
        self.batch(
            table,
            N,
            scales
                .map(|(mean, deviation)| (*mean, *deviation))
                .collect(),
        )
    }

    /// The columns of a table as they are, such as counts. Cells that are missing are gaps.
    ///
    /// # Errors
    /// As [`standardised`](Self::standardised).
    pub fn plain<const N: usize>(&self, table: &Table) -> Result<Partial<(Const<N>,)>, Error> {
        self.batch(table, N, vec![(0.0, 1.0); self.names.len()])
    }

    /// Standardised numbers in the units of the table.
    ///
    /// # Errors
    /// Fails if there are not `N` columns.
    pub fn restored<const N: usize>(
        &self,
        standardised: &Batch<(Const<N>,)>,
    ) -> Result<Vec<[f64; N]>, Error> {
        self.check_width(N)?;
        let rows = standardised.as_vec();
        let rows = rows.chunks_exact(N.max(1)).map(|row| {
            std::array::from_fn(|at| self.means[at] + self.deviations[at] * f64::from(row[at]))
        });
        Ok(rows.collect())
    }

    fn batch<const N: usize>(
        &self,
        table: &Table,
        width: usize,
        scales: Vec<(f64, f64)>,
    ) -> Result<Partial<(Const<N>,)>, Error> {
        self.check_width(width)?;
        let (values, mask) = self.cells(table, &scales)?;
        let shape = (table.rows(), Const);
        Partial::new(tensor(values, shape), tensor(mask, shape))
    }

    fn check_width(&self, width: usize) -> Result<(), Error> {
        match self.names.len() == width {
            true => Ok(()),
            false => Err(Error::Table {
                source: "the columns".to_owned(),
                problem: format!(
                    "there are {}, and the data are to have {width} numbers a row",
                    self.names.len()
                ),
            }),
        }
    }

    /// The cells row by row, and whether each is there.
    fn cells(&self, table: &Table, scales: &[(f64, f64)]) -> Result<(Vec<f32>, Vec<f32>), Error> {
        let width = self.names.len();
        let mut values = vec![0.0; width * table.rows()];
        let mut mask = vec![1.0; values.len()];
        for (at, (name, (mean, deviation))) in self.names.iter().zip(scales).enumerate() {
            for (row, number) in numbers(table, name)?.iter().enumerate() {
                let place = row * width + at;
                let value = ((number - mean) / deviation) as f32;
                match (number.is_nan(), value.is_finite()) {
                    (true, _) => mask[place] = 0.0,
                    (_, true) => values[place] = value,
                    (_, false) => {
                        let problem = format!("is {number}, which single precision does not hold");
                        return Err(table.cell_error(row, name, &problem));
                    }
                }
            }
        }
        Ok((values, mask))
    }
}

/// # Errors
/// Fails if there is no such column, or with its first word.
fn numbers<'t>(table: &'t Table, name: &str) -> Result<&'t [f64], Error> {
    match table.column(name)? {
        Column::Numbers(numbers) => Ok(numbers),
        Column::Words { words, cells } => {
            let is_word = |cell: &&Option<u32>| {
                let word = cell.map(|place| &words[place as usize]);
                word.is_some_and(|word| word.parse::<f64>().is_err())
            };
            let row = cells.iter().position(|cell| is_word(&cell)).unwrap_or(0);
            let word = cells[row].map_or("", |place| &words[place as usize]);
            let problem =
                format!("is `{word}`, which is no number; for words write `Categories::of`");
            Err(table.cell_error(row, name, &problem))
        }
    }
}

/// One column a line: the mean, the deviation and the name.
impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scales = self.means.iter().zip(&self.deviations);
        for (at, (name, (mean, deviation))) in self.names.iter().zip(scales).enumerate() {
            let line = if at == 0 { "" } else { "\n" };
            write!(f, "{line}{mean} {deviation} {}", escaped(name))?;
        }
        Ok(())
    }
}

impl FromStr for Columns {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut columns = Self {
            names: Vec::new(),
            means: Vec::new(),
            deviations: Vec::new(),
        };
        for line in text.lines() {
            let mut parts = line.splitn(3, ' ');
            let mut number = || parts.next()?.parse::<f64>().ok().filter(|x| x.is_finite());
            let scale = number().zip(number());
            let (Some((mean, deviation)), Some(name)) = (scale, parts.next()) else {
                return Err(Error::Table {
                    source: "the columns".to_owned(),
                    problem: format!("`{line}` is no mean, deviation and name"),
                });
            };
            columns.names.push(unescaped(name));
            columns.means.push(mean);
            columns.deviations.push(deviation);
        }
        Ok(columns)
    }
}

/// A name on one line.
fn escaped(name: &str) -> String {
    name.replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
}

fn unescaped(text: &str) -> String {
    let mut name = String::new();
    let mut rest = text.chars();
    while let Some(own) = rest.next() {
        name.push(match own {
            '\\' => match rest.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                other => other.unwrap_or('\\'),
            },
            own => own,
        });
    }
    name
}
