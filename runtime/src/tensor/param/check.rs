//! Whether parameters are what a family takes.

use super::Param;
use crate::error::{Domain, Fault};
use crate::tensor::first::first_outside;
use crate::tensor::shape::Event;

impl<E: Event> Param<E> {
    /// Checks that the parameter fits a site of `rows` rows, and that its values lie in `domain`.
    ///
    /// # Errors
    /// With the name, the first offending row and value.
    pub fn check(&self, name: &'static str, domain: Domain, rows: usize) -> Result<(), Fault> {
        if let Some(own) = self.rows()
            && (own == 0 || !rows.is_multiple_of(own))
        {
            return Err(Fault::Rows {
                parameter: name,
                found: own,
                expected: rows,
            });
        }
        match first_outside(domain, self.distinct()) {
            None => Ok(()),
            Some(at) => Err(Fault::Domain {
                is_number: matches!(self, Self::Number(_)),
                parameter: name,
                row: self.row_of(at, rows),
                value: self.distinct()[at],
                domain,
            }),
        }
    }

    /// As [`check`](Self::check), for categories along the last axis. It also checks that no vector rules out all categories. A
    /// category is ruled out by the value `ruled_out`: 0 for probabilities, −∞ for logits.
    ///
    /// # Errors
    /// With the name, the first offending row and value.
    pub fn check_categories(
        &self,
        name: &'static str,
        domain: Domain,
        ruled_out: f32,
        rows: usize,
    ) -> Result<(), Fault> {
        self.check(name, domain, rows)?;
        let lane = E::LAST.min(self.distinct().len()).max(1);
        let mut lanes = self.distinct().chunks(lane);
        match lanes.position(|lane| lane.iter().all(|&v| v == ruled_out)) {
            None => Ok(()),
            Some(at) => Err(Fault::Impossible {
                parameter: name,
                row: self.row_of(at * lane, rows),
                value: ruled_out,
            }),
        }
    }

    /// Checks that the parameter fits a site of `rows` rows, and that its values are finite and ascend along the last axis.
    ///
    /// # Errors
    /// With the name, the first offending row, its place along the axis, and the value.
    pub fn check_ascending(&self, name: &'static str, rows: usize) -> Result<(), Fault> {
        self.check(name, Domain::Finite, rows)?;
        let order = |row, place, value, before| Fault::Order {
            parameter: name,
            row,
            place,
            value,
            before,
        };
        if let Self::Number(number) = *self {
            // The same number all along.
            return match E::LAST {
                ..=1 => Ok(()),
                _ => Err(order(0, 1, number, number)),
            };
        }
        let last = E::LAST.max(1);
        for (lane, own) in self.distinct().chunks(last).enumerate() {
            let falls = |pair: &[f32]| pair[1] <= pair[0];
            if let Some(at) = own.windows(2).position(falls) {
                let row = self.row_of(lane * last, rows);
                return Err(order(row, at + 1, own[at + 1], own[at]));
            }
        }
        Ok(())
    }

    /// Checks that the parameter fits a site of `rows` rows, and that its events are finite and none of them zero.
    ///
    /// # Errors
    /// With the name, the first offending row and value.
    pub fn check_direction(&self, name: &'static str, rows: usize) -> Result<(), Fault> {
        self.check(name, Domain::Finite, rows)?;
        let event = E::ELEMENTS.min(self.distinct().len()).max(1);
        let mut events = self.distinct().chunks(event);
        match events.position(|event| event.iter().all(|&v| v == 0.0)) {
            None => Ok(()),
            Some(at) => Err(Fault::NoDirection {
                parameter: name,
                row: self.row_of(at * event, rows),
            }),
        }
    }

    /// The elements in memory: each of several equal rows once.
    fn distinct(&self) -> &[f32] {
        match self {
            Self::Number(number) => std::slice::from_ref(number),
            Self::Event(event) => event.values(),
            Self::Rows(rows) => rows.flat().distinct(),
        }
    }

    /// The first row that has this element in memory, at a site of `rows` rows.
    fn row_of(&self, element: usize, rows: usize) -> usize {
        let copies = match self {
            Self::Rows(rows) => rows.flat().repeated().map_or(1, |(_, how)| how.copies),
            Self::Number(_) | Self::Event(_) => 1,
        };
        element / E::ELEMENTS * copies * (rows / self.rows().unwrap_or(rows).max(1))
    }
}
