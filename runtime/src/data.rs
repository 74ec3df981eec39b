//! Data from files: tables of numbers and categories, with gaps.
//!
//! ```
//! use elbow::data::{Categories, Columns, Table};
//! use elbow::prelude::*;
//!
//! let csv = "length,width,species\n5.1,3.5,setosa\n7.0,,versicolor\n6.3,3.3,virginica\n4.9,3.0,setosa\n";
//! let table = Table::parse(csv)?;
//! let (train, test) = table.split(0.25, 7);
//! assert_eq!((train.rows(), test.rows()), (3, 1));
//!
//! // Means and deviations are those of the training rows.
//! let columns = Columns::of(&train, ["length", "width"])?;
//! let x: Partial<(Const<2>,)> = columns.standardised(&table)?;
//! assert_eq!(x.mask().as_vec(), [1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
//!
//! let species = Categories::of(&table, "species")?;
//! let y: Partial<(Const<3>,)> = species.one_hot(&table)?;
//! assert_eq!(y.values().as_vec()[..3], [1.0, 0.0, 0.0]);
//! # Ok::<(), elbow::Error>(())
//! ```

mod categories;
mod columns;
mod table;

pub use categories::Categories;
pub use columns::Columns;
pub use table::Table;
