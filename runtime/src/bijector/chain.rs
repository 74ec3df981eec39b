//! One bijector after another.

use super::Bijector;
use crate::distribution::Draw;
use crate::error::Fault;
use crate::tensor::{Change, Event, Rows, Value};

impl<E: Event, F, G> Bijector<E> for (F, G)
where
    F: Bijector<E>,
    G: Bijector<E, Domain = F::Image>,
{
    type Domain = F::Domain;
    type Image = G::Image;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.0.check(rows)?;
        self.1.check(rows)
    }

    fn forward(&self, x: &Value<E>) -> (Draw<E>, Rows) {
        let (middle, first) = self.0.forward(x);
        let (draw, second) = self.1.forward(&middle.value());
        // The second function takes the value in the middle, so the first slope must be the value's, not its coordinates'.
        (draw, middle.add_log_jacobian(first) + second)
    }

    fn inverse(&self, y: &Draw<E>) -> (Value<E>, Rows) {
        let (middle, second) = self.1.inverse(y);
        let (x, first) = self.0.inverse(&Draw::of(middle));
        (x, first + second)
    }

    fn changed(&self, how: &Change) -> Self {
        (self.0.changed(how), self.1.changed(how))
    }
}

impl<E: Event, F, G, H> Bijector<E> for (F, G, H)
where
    F: Bijector<E>,
    G: Bijector<E, Domain = F::Image>,
    H: Bijector<E, Domain = G::Image>,
{
    type Domain = F::Domain;
    type Image = H::Image;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.0.check(rows)?;
        self.1.check(rows)?;
        self.2.check(rows)
    }

    fn forward(&self, x: &Value<E>) -> (Draw<E>, Rows) {
        ((self.0.clone(), self.1.clone()), self.2.clone()).forward(x)
    }

    fn inverse(&self, y: &Draw<E>) -> (Value<E>, Rows) {
        ((self.0.clone(), self.1.clone()), self.2.clone()).inverse(y)
    }

    fn changed(&self, how: &Change) -> Self {
        (
            self.0.changed(how),
            self.1.changed(how),
            self.2.changed(how),
        )
    }
}
