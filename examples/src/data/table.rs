//! A table of measurements.

use crate::Error;

/// Rows of measurements, each of a known class.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    columns: Vec<String>,
    values: Vec<f64>,
    classes: Vec<String>,
    labels: Vec<u8>,
}

/// A table in units of its standard deviations around its means.
#[derive(Clone, Debug, PartialEq)]
pub struct Standardised {
    /// The rows one after another: every column has mean 0 and variance 1.
    pub values: Vec<f32>,
    /// The mean of each column before.
    pub means: Vec<f64>,
    /// The standard deviation of each column before.
    pub deviations: Vec<f64>,
}

impl Table {
    /// Makes a table of values, row by row, with the names of the columns and classes.
    ///
    /// # Errors
    /// When the values are not a positive number of whole rows with one label each, or a label has no name.
    pub fn new(
        columns: &[&str],
        values: Vec<f64>,
        classes: &[&str],
        labels: Vec<u8>,
    ) -> Result<Self, Error> {
        if labels.is_empty() || values.len() != labels.len() * columns.len() {
            let expected = format!("{} in each of {} rows", columns.len(), labels.len());
            let found = values.len().to_string();
            return Err(Error::shape("the measurements", expected, found));
        }
        if let Some(label) = labels.iter().find(|l| usize::from(**l) >= classes.len()) {
            let expected = format!("below {}", classes.len());
            return Err(Error::shape("the classes", expected, label.to_string()));
        }
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Ok(Self {
            columns: owned(columns),
            values,
            classes: owned(classes),
            labels,
        })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// The measurements of a row.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row(&self, row: usize) -> &[f64] {
        let width = self.columns.len();
        &self.values[row * width..(row + 1) * width]
    }

    /// What each column measures, with its unit.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The class of each row.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// Every column less its mean, over its standard deviation, which divides by the number of rows. A
    /// column that is constant becomes 0.
    ///
    /// A density of the standardised row is one of the row times the product of the deviations.
    pub fn standardised(&self) -> Standardised {
        let (width, rows) = (self.columns.len(), self.rows() as f64);
        let column = |at: usize| self.values.iter().skip(at).step_by(width);
        let means: Vec<f64> = (0..width)
            .map(|at| column(at).sum::<f64>() / rows)
            .collect();
        let deviation = |(at, mean): (usize, &f64)| {
            let squares: f64 = column(at).map(|value| (value - mean).powi(2)).sum();
            let deviation = (squares / rows).sqrt();
            if deviation > 0.0 { deviation } else { 1.0 }
        };
        let deviations: Vec<f64> = means.iter().enumerate().map(deviation).collect();
        let values = self.values.iter().enumerate().map(|(place, value)| {
            let at = place % width;
            ((value - means[at]) / deviations[at]) as f32
        });
        Standardised {
            values: values.collect(),
            means,
            deviations,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standardised_columns_have_mean_zero_and_variance_one() {
        let values = vec![1.0, 7.0, 3.0, 7.0, 8.0, 7.0];
        let table = Table::new(&["a", "b"], values, &["all"], vec![0; 3]).unwrap();
        let Standardised {
            values,
            means,
            deviations,
        } = table.standardised();
        assert_eq!((&means[..], deviations[1]), (&[4.0, 7.0][..], 1.0));
        assert!((deviations[0] - (26.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        for (row, value) in [1.0, 3.0, 8.0].into_iter().enumerate() {
            let expected = (value - 4.0) / (26.0_f64 / 3.0).sqrt();
            assert!((f64::from(values[2 * row]) - expected).abs() < 1e-6);
            assert_eq!(values[2 * row + 1], 0.0);
            assert_eq!(table.row(row), [value, 7.0]);
        }
    }

    #[test]
    fn what_is_no_table_is_an_error() {
        let message = |values: usize, labels: Vec<u8>| {
            Table::new(&["a", "b"], vec![0.0; values], &["all"], labels)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            message(3, vec![0, 0]),
            "the measurements: expected 2 in each of 2 rows, found 3"
        );
        assert_eq!(
            message(0, vec![]),
            "the measurements: expected 2 in each of 0 rows, found 0"
        );
        assert_eq!(
            message(4, vec![0, 1]),
            "the classes: expected below 1, found 1"
        );
    }
}
