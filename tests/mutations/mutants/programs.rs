//! Faults of programs, objectives and training.

use super::Mutant;

mutants! {
    "credit" {
        "divergences are added to the cost with the wrong sign":
            "term.sign() * f64::from(weight)" => "f64::from(weight)", "hierarchy::bits::rloo_is_unbiased";
        "divergences are costs without their weight":
            "term.sign() * f64::from(weight)" => "{ let _ = weight; term.sign() }", "hierarchy::bits::divergences_have";
        "every term is a cost":
            "self.influences(score, term.place)" => "true", "score_function_graphs::a_score_counts";
        "no term of another site is a cost":
            "self.influences(score, term.place)" => "false", "hierarchy::bits::rloo_is_unbiased";
        "a sampled divergence of its own is no cost":
            "score.own_divergence && term.place == score.site" => "false", "hierarchy::bits::rloo_is_unbiased_backward";
        "a differentiated cost without the estimates below":
            "self.influences(score, s.site)" => "false", "hierarchy::bits::rebar_is_unbiased";
        "estimates in the order of the model":
            "self.rows.order(score.site)" => "None", "hierarchy::bits::rebar_is_unbiased";
        "estimates of weightless rows count":
            "self.rows.log_weights(branch, 1, fine)" => "None", "hierarchy::bits::rebar_is_unbiased";
        "a draw counts the costs of all others":
            "self.rows.factor(score.branch) / score.factor" => "1", "mixed_weights::";
    }
    "row_tree" {
        "weights of listed states are left out of a cost":
            "self.log_weights(branch, coarse, fine)" => "None", "several::";
    }
    "generate" {
        "a value may be given below a draw":
            "self.records[parent].open.holds(of(row)) && has_values(row)" => "{ let _ = (&of, &has_values, row); false }", "given::a_value_below";
        "a row without a value needs one above it":
            "self.records[parent].open.holds(of(row)) && has_values(row)" => "{ let _ = &has_values; self.records[parent].open.holds(of(row)) }", "given::a_value_below";
        "gaps are zeros":
            "if o == 0.0 { gap } else { x }" => "{ let _ = (gap, o); x }", "given::gaps";
    }
    "pareto" {
        "a shape is the prior's":
            "(count * shape(sum / total) + 5.0) / (count + 10.0)" => "{ let _ = (count, sum, total); 0.5 }", "diagnosis::a_narrow";
    }
    "units" {
        "every unit is the whole site":
            "place % elements == at" => "{ let _ = (place, elements, at); true }", "diagnosis::the_posterior";
        "information is of a row's own draw alone":
            "turn * elements" => "turn * 0 * elements", "diagnosis::the_posterior";
        "bits are one-hot vectors":
            "own.log2_states == elements as f64" => "{ let _ = (own, elements); false }", "diagnosis::values";
        "activity is the mean square":
            "(sum / rows).powi(2)" => "{ let _ = sum; 0.0 }", "diagnosis::the_posterior";
    }
    "conditional" {
        "means are drawn":
            "Handler::encode()" => "Handler::sample()", "given::the_others";
        "what is likeliest is a mean":
            "Handler::mode()" => "Handler::encode()", "given::the_others";
        "the rows of given values are not looked at":
            "columns.extend(G::given_columns(&self.given))" => "()", "given::values_that";
    }
    "look" {
        "variables keep the rows of the first statement":
            "self.factor.set(to.factor.get())" => "{ let _ = to; }", "particles::";
    }
    "plate" {
        "every row bears the whole divergence of a global site":
            "1.0 / said.unwrap_or(data_rows) as f64" => "{ let _ = said; 1.0 }", "globals::";
    }
    "inference" {
        "only what is scored is checked":
            "pass.stops_at_latents()" => "false", "errors_data::";
    }
    "data" {
        "an input is never to blame":
            "checked.err().unwrap_or(error)" => "error", "errors_data::";
    }
    "keys" {
        "an evaluation takes the key of a loss":
            "run.next_looking_key()" => "run.next_key()", "reproducible::looking";
    }
    "flow" {
        "what is written last is all there is":
            "*sum += part" => "*sum = *part", "flow::what_is_read_more_than_once";
    }
    "var" {
        "gradients are lost on the way back from dfdx":
            "*g += up" => "*g += 0.0 * up", "flow::beside_operations_of_dfdx";
    }
    "recording" {
        "dfdx's weight is lost":
            "[upstream * weight]" => "[upstream + 0.0 * weight]", "loss::a_weighted";
        "the sum forgets a weight":
            "value.number() * weight" => "value.number() + 0.0 * weight", "loss::a_weighted";
    }
    "checkpoint" {
        "negative squares are loaded":
            "number >= 0.0" => "number >= -1e9", "corruption::";
    }
    "adam" {
        "settings go unchecked":
            "self.check()?" => "()", "adam::settings";
    }
    "clip" {
        "the norm of gradients is their sum of squares":
            "squares.sqrt()" => "squares", "adam::gradients_are_clipped";
        "gradients are cut off on one side":
            "(self.factor * number).clamp(-self.most, self.most)" => "(self.factor * number).min(self.most)", "adam::gradients_are_clipped";
    }
    "course" {
        "a run that is resumed takes its steps again":
            "self.progress.steps < total" => "self.progress.steps < total + 1", "trainer::";
        "the model after the best is returned":
            "task.restore(snapshot)" => "{ let _ = snapshot; }", "trainer::a_training_without";
    }
    "progress" {
        "the best is not kept in a checkpoint":
            "best.map(|(value, steps)| Best { steps, value })" => "{ let _ = &best; None }", "trainer::a_best";
        "patience does not start anew":
            "(self.waited, self.waited_for_rate) = (0, 0)" => "self.waited_for_rate = 0", "trainer::a_training_without";
    }
    "batches" {
        "every epoch has the order of the first":
            "Key::new(seed, epoch)" => "Key::new(seed, 0 * epoch)", "trainer::every_epoch";
    }
    "log" {
        "lines of steps that are taken again stay":
            "steps < first" => "{ let _ = first; steps > 0 }", "trainer::a_run";
    }
    "columns" {
        "numbers are not divided by their deviation":
            "((number - mean) / deviation) as f32" => "((number - mean) * deviation) as f32", "table::";
        "cells that are missing are zeros":
            "mask[place] = 0.0" => "mask[place] = 1.0", "table::";
    }
    "files" {
        "a link is replaced":
            "there.is_symlink()" => "there.is_symlink() && false", "crash::links";
        "what is being written is removed":
            "!matches!(lock, Ok(Err(TryLockError::WouldBlock)) | Err(_))" => "{ let _ = &lock; true }", "crash::what_killed";
    }
    "finite" {
        "a mixed loss is anybody's":
            "written.is_known() || is_written(gradient)" => "true", "adam::a_mixed";
        "another model's loss":
            "!any && !parameters.is_empty()" => "false", "adam::a_loss";
    }
    "run_state" {
        "all evaluations are alike":
            "LOOKING + inner.looks" => "LOOKING", "reproducible::";
    }
    "terms" {
        "estimates are subtracted":
            "vec![(sum, 1.0), (scores, -1.0)]" => "vec![(sum, 1.0), (scores, 1.0)]", "toy::unbiased";
        "estimates are left out":
            "vec![(sum, 1.0), (scores, -1.0)]" => "vec![(sum, 1.0), (scores, 0.0)]", "toy::unbiased";
        "likelihoods count against the objective":
            "-term.sign() as f32 * weight" => "term.sign() as f32 * weight", "two_bits::enumeration";
    }
    "controlled_capacity" {
        "a divergence has its price on one side alone":
            "divergence < f64::from(nats)" => "divergence < 0.0 * f64::from(nats)", "controlled_capacity::estimators";
        "the distance to the capacity is that to zero":
            "price * nats" => "0.0 * price * nats", "controlled_capacity::on_both_sides";
        "one site's divergence counts":
            "latent.map(|term| terms.mean(term)).sum()" => "latent.take(1).map(|term| 0.1 * terms.mean(term)).sum()", "controlled_capacity::estimators";
    }
    "summary" {
        "a guide is not computed at the means that it reads":
            "mean.clone()" => "vec![0.0; rows * Q::Event::ELEMENTS]", "latents::a_posterior_is";
        "the rows of a summary stay in the order of the pass":
            "self.rows.in_data_order(&wide)" => "wide.clone()", "latents::a_posterior_is";
        "a latent that a guide reads needs no mean":
            "!latent.readers.is_empty()" => "false", "latents::enumerated_and";
        "an infinite deviation is a number":
            "first(found.values(), f32::is_finite)" => "first(found.values(), |_| true)", "latents::what_does_not";
    }
    "posterior" {
        "an error forgets the step":
            "step * each + element" => "element", "latents::a_step_without";
        "a step is read at another row":
            "step.get(row * each..(row + 1) * each)" => "step.get(0..each).filter(|_| row * each < step.len())", "latents::a_posterior_is";
    }
    "evaluation" {
        "the bounds of rows stay in the order of the pass":
            "outcome.rows().in_data_order(&own_rows)" => "own_rows.clone()", "by_row::ragged_rows";
    }
    "log_evidence" {
        "rows that share a draw have evidence of their own":
            "site.is_global() && site.latent.is_some()" => "false", "by_row::rows_share";
    }
}
