//! The embedded irises.

use super::Table;

const CSV: &str = include_str!("../../data/iris.csv");
const COLUMNS: [&str; 4] = [
    "sepal length, cm",
    "sepal width, cm",
    "petal length, cm",
    "petal width, cm",
];

/// 150 irises of three species, by four lengths in centimetres.
///
/// R. A. Fisher, *The use of multiple measurements in taxonomic problems*, Annals of Eugenics, 1936.
pub fn iris() -> Table {
    let (values, labels) = parse(CSV).expect("the embedded irises are intact, as a test checks");
    let species = ["setosa", "versicolor", "virginica"];
    Table::new(&COLUMNS, values, &species, labels)
        .expect("the embedded irises are intact, as a test checks")
}

/// The measurements row by row, and the species; none if a field is not a number.
fn parse(csv: &str) -> Option<(Vec<f64>, Vec<u8>)> {
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for line in csv.lines().skip(1) {
        let (row, label) = line.rsplit_once(',')?;
        for field in row.split(',') {
            values.push(field.parse().ok()?);
        }
        labels.push(label.parse().ok()?);
    }
    Some((values, labels))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against Fisher's table of means.
    #[test]
    fn the_means_are_those_published() {
        let table = iris();
        assert_eq!(
            CSV.lines().next(),
            Some("150,4,setosa,versicolor,virginica")
        );
        assert_eq!(table.rows(), 150);
        let published = [
            [5.006, 3.428, 1.462, 0.246],
            [5.936, 2.770, 4.260, 1.326],
            [6.588, 2.974, 5.552, 2.026],
        ];
        for (class, means) in published.iter().enumerate() {
            let of_class: Vec<&[f64]> = (0..150)
                .filter(|&row| usize::from(table.labels()[row]) == class)
                .map(|row| table.row(row))
                .collect();
            assert_eq!(of_class.len(), 50);
            for (column, mean) in means.iter().enumerate() {
                let found = of_class.iter().map(|row| row[column]).sum::<f64>() / 50.0;
                assert!((found - mean).abs() < 1e-9, "{class} {column}: {found}");
            }
        }
    }
}
