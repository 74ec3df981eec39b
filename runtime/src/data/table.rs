//! Tables with named columns.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::error::Error;
use crate::noise::{Key, shuffled};

/// A table with named columns, from a CSV file: numbers, or words. Cells may be missing.
///
/// The first line has the names. A cell that is empty, `NA`, `NaN`, `null` or `?` is missing. A column is of numbers if all its other
/// cells are numbers. Fields may be quoted.
#[derive(Clone, Debug)]
pub struct Table {
    /// The file, or "the table".
    source: Arc<str>,
    names: Arc<[String]>,
    columns: Vec<Column>,
    /// The lines of the rows in the file.
    lines: Vec<u64>,
}

/// The cells of a column.
#[derive(Clone, Debug)]
pub(super) enum Column {
    /// NaN where a number is missing.
    Numbers(Vec<f64>),
    /// Places in the list of words.
    Words {
        words: Arc<[String]>,
        cells: Vec<Option<u32>>,
    },
}

/// Cells that are missing, in lower case.
const MISSING: [&str; 5] = ["", "na", "nan", "null", "?"];

impl Table {
    /// Reads a CSV file.
    ///
    /// # Errors
    /// Fails with the path if the file cannot be read, and with the line if it has more or fewer fields than the names, or no UTF-8. Fails if
    /// there is no row, or if two columns have one name.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let open = || {
            File::open(path).map_err(|source| Error::File {
                verb: "read",
                path: path.to_owned(),
                source,
            })
        };
        Self::of(&path.display().to_string(), open)
    }

    /// Reads a text in CSV.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::of("the table", || Ok(text.as_bytes()))
    }

    /// Reads twice: whether a column is of numbers is known at its end.
    fn of<R: Read>(source: &str, open: impl Fn() -> Result<R, Error>) -> Result<Self, Error> {
        let mut reader = reader(open()?);
        let names = reader
            .headers()
            .map_err(|problem| failed(source, &problem))?;
        let names: Vec<String> = names.iter().map(str::to_owned).collect();
        let mut named = names.iter().enumerate();
        if let Some((_, name)) = named.find(|(at, name)| names[..*at].contains(name)) {
            let problem = format!("two columns have the name `{name}`");
            return Err(broken(source, problem));
        }
        let mut lines = Vec::new();
        let mut has_words = vec![false; names.len()];
        for_each_row(source, reader, |line, cells| {
            lines.push(line);
            let columns = has_words.iter_mut().zip(cells);
            columns.for_each(|(words, cell)| *words |= matches!(Cell::of(cell), Cell::Word));
        })?;
        if lines.is_empty() {
            let problem = "there are no rows below the names".to_owned();
            return Err(broken(source, problem));
        }
        let growing = has_words.into_iter().map(Growing::new);
        let mut growing: Vec<Growing> = growing.collect();
        for_each_row(source, self::reader(open()?), |_, cells| {
            let columns = growing.iter_mut().zip(cells);
            columns.for_each(|(column, cell)| column.push(cell));
        })?;
        Ok(Self {
            source: source.into(),
            names: names.into(),
            columns: growing.into_iter().map(Growing::finish).collect(),
            lines,
        })
    }

    /// The number of rows, at least 1 in a table that was read.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// The names of the columns, in the order of the file.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Some rows, in this order.
    ///
    /// # Errors
    /// Returns the first number without a row.
    pub fn select(&self, rows: &[usize]) -> Result<Self, Error> {
        match rows.iter().find(|&&row| row >= self.rows()) {
            Some(&row) => Err(Error::NoSuchRow {
                row,
                rows: self.rows(),
            }),
            None => Ok(self.picked(rows)),
        }
    }

    fn picked(&self, rows: &[usize]) -> Self {
        Self {
            source: Arc::clone(&self.source),
            names: Arc::clone(&self.names),
            columns: self.columns.iter().map(|own| own.picked(rows)).collect(),
            lines: rows.iter().map(|&row| self.lines[row]).collect(),
        }
    }

    /// Shuffles the rows by `seed`, and takes away a `share` of them, between 0 and 1, for tests. Returns the others, and those. Each has at
    /// least one row, if there are two.
    pub fn split(&self, share: f64, seed: u64) -> (Self, Self) {
        let order = shuffled(self.rows(), Key::new(seed, 0), "elbow.split");
        let taken = (share * self.rows() as f64).round() as usize;
        let (least, most) = (1.min(self.rows() - 1), self.rows().saturating_sub(1));
        let (test, train) = order.split_at(taken.clamp(least, most));
        (self.picked(train), self.picked(test))
    }

    /// # Errors
    /// Fails if there is no such column, and lists those that there are.
    pub(super) fn column(&self, name: &str) -> Result<&Column, Error> {
        let at = self.names.iter().position(|own| own == name);
        let at = at.ok_or_else(|| {
            let names = self.names.join("`, `");
            broken(
                &self.source,
                format!("there is no column `{name}`; the columns are `{names}`"),
            )
        })?;
        Ok(&self.columns[at])
    }

    /// An error about a cell.
    pub(super) fn cell_error(&self, row: usize, name: &str, problem: &str) -> Error {
        let line = self.lines[row];
        broken(&self.source, format!("line {line}: `{name}` {problem}"))
    }

    /// An error about a column.
    pub(super) fn column_error(&self, name: &str, problem: &str) -> Error {
        broken(&self.source, format!("`{name}` {problem}"))
    }
}

fn broken(source: &str, problem: String) -> Error {
    Error::Table {
        source: source.to_owned(),
        problem,
    }
}

/// The reader's problem in words. Two kinds name the line in words of our own.
fn said(problem: &csv::Error) -> String {
    match problem.kind() {
        csv::ErrorKind::UnequalLengths {
            pos,
            expected_len,
            len,
        } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            format!("line {line} has {len} fields; the first has {expected_len} names")
        }
        csv::ErrorKind::Utf8 { pos, .. } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            format!("line {line} is not in UTF-8")
        }
        _ => problem.to_string(),
    }
}

fn failed(source: &str, problem: &csv::Error) -> Error {
    broken(source, said(problem))
}

fn reader<R: Read>(text: R) -> csv::Reader<R> {
    csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text)
}

/// Calls `use_row` with the line and the cells of each row.
fn for_each_row<R: Read>(
    source: &str,
    mut reader: csv::Reader<R>,
    mut use_row: impl FnMut(u64, &csv::StringRecord),
) -> Result<(), Error> {
    let mut cells = csv::StringRecord::new();
    loop {
        let is_there = reader.read_record(&mut cells);
        if !is_there.map_err(|problem| failed(source, &problem))? {
            return Ok(());
        }
        use_row(cells.position().map_or(0, csv::Position::line), &cells);
    }
}

/// A cell.
#[derive(Clone, Copy)]
enum Cell {
    Missing,
    Number(f64),
    Word,
}

impl Cell {
    fn of(text: &str) -> Self {
        if MISSING
            .iter()
            .any(|missing| text.eq_ignore_ascii_case(missing))
        {
            return Self::Missing;
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Self::Number(number),
            _ => Self::Word,
        }
    }
}

/// A column while its rows are read.
enum Growing {
    Numbers(Vec<f64>),
    Words {
        places: BTreeMap<String, u32>,
        cells: Vec<Option<u32>>,
    },
}

impl Growing {
    fn new(has_words: bool) -> Self {
        match has_words {
            false => Self::Numbers(Vec::new()),
            true => Self::Words {
                places: BTreeMap::new(),
                cells: Vec::new(),
            },
        }
    }

    fn push(&mut self, text: &str) {
        let cell = Cell::of(text);
        match self {
            Self::Numbers(numbers) => numbers.push(match cell {
                Cell::Number(number) => number,
                Cell::Missing | Cell::Word => f64::NAN,
            }),
            Self::Words { places, cells } => {
                let place = match cell {
                    Cell::Missing => None,
                    Cell::Number(_) | Cell::Word => {
                        let next = places.len() as u32;
                        let known = places.get(text).copied();
                        Some(known.unwrap_or_else(|| {
                            places.insert(text.to_owned(), next);
                            next
                        }))
                    }
                };
                cells.push(place);
            }
        }
    }

    fn finish(self) -> Column {
        match self {
            Self::Numbers(numbers) => Column::Numbers(numbers),
            Self::Words { places, cells } => {
                let mut words = vec![String::new(); places.len()];
                for (word, place) in places {
                    words[place as usize] = word;
                }
                Column::Words {
                    words: words.into(),
                    cells,
                }
            }
        }
    }
}

impl Column {
    fn picked(&self, rows: &[usize]) -> Self {
        match self {
            Self::Numbers(numbers) => Self::Numbers(rows.iter().map(|&row| numbers[row]).collect()),
            Self::Words { words, cells } => Self::Words {
                words: Arc::clone(words),
                cells: rows.iter().map(|&row| cells[row]).collect(),
            },
        }
    }
}
