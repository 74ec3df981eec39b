//! Faults of loops over steps.

use super::Mutant;

mutants! {
    "steps" {
        "every step is the first of its sequence":
            "&own[from..][..elements]" => "&own[..elements]", "pairs::";
        "no gradient flows from a step to its sequence":
            after "let mut upstream = upstream.chunks_exact(elements.max(1))"
            "*g += up" => "*g += 0.0 * up", "pairs::";
        "all steps of a whole sequence are its first":
            "out[at * elements..][..elements].copy_from_slice(own)" => "out[..elements].copy_from_slice(own)", "pairs::";
        "all steps get the gradient of the first":
            after "upstream.chunks_exact(row.max(1))"
            "&row[at * elements..]" => "&row[..]", "pairs::";
        "no gradient flows through a whole sequence":
            "steps.iter().all(is_unlearned)" => "true", "pairs::";
        "data are scored at their first step":
            "steps_of(&values, &[rows].into(), [N, E::ELEMENTS], at)" => "steps_of(&values, &[rows].into(), [N, E::ELEMENTS], 0 * at)", "pairs::";
        "the mask of a step is lost":
            "here.masks().carry(self.flat(), &flat, of)" => "()", "gaps::";
        "rows that have stopped change places":
            "self.parts.insert(0, (rows - left, rest))" => "self.parts.push((rows - left, rest))", "carried::";
        "rows that run come after those that have stopped":
            "self.parts.insert(0, (here.data_rows(), value))" => "self.parts.push((here.data_rows(), value))", "carried::";
        "branches of a row are cut apart":
            "rows.start * factor" => "rows.start", "carried::";
    }
    "row_parts" {
        "every part of some rows is their first":
            "own.values()[places.clone()].to_vec()" => "own.values()[..places.len()].to_vec()", "carried::";
        "every part gives its gradient to the first rows":
            "gradient[places].iter_mut()" => "gradient[..places.len()].iter_mut()", "carried::";
        "every part gets the gradient of the first rows":
            "upstream.split_at(own.len())" => "{ let _ = upstream.split_at(own.len()); (upstream, upstream) }", "carried::";
        "no gradient flows through joined rows":
            "parts.iter().all(is_unlearned)" => "true", "carried::";
        "rows without a step have a density":
            "filled_up(rows, to, 0.0)" => "filled_up(rows, to, 1.0)", "ragged::a_row_has";
        "no gradient flows to the rows that run":
            after "on_backward_to(out.flat(), rows.flat(), |upstream, gradient|"
            "*g += up" => "*g += 0.0 * up", "carried::";
        "no gradient flows to the first rows":
            after "on_backward_to(out.flat(), all.flat(), move |upstream, gradient|"
            "*g += up" => "*g += 0.0 * up", "pairs::";
    }
    "each" {
        "no gradient flows to the state before a recurrence":
            "is_unlearned(start)" => "true", "scan::two_recurrences";
        "no gradient flows to what a recurrence reads":
            "is_constant(x)" => "true", "scan::two_recurrences";
        "all steps of a recurrence stand in one place":
            "before += rows" => "before += 0 * rows", "scan::a_state";
        "every row runs as long as the first":
            "rows.partition_point(|&running| running > row)" => "rows.partition_point(|&running| { let _ = running > row; true })", "scan::a_state";
    }
    "run" {
        "a recurrence begins with nothing":
            "state.copy_from_slice(&row[..widths[0]])" => "()", "scan::a_state";
        "no memory flows back":
            "add(memory_flow, &upstream[from + units..][..memory])" => "()", "scan::two_recurrences";
        "no memory flows back to the start":
            "add(&mut row[units..][..memory], &memories[at * memory..][..memory])" => "()", "scan::two_recurrences";
    }
    "scan" {
        "each step finds the state of the first":
            after "before = one(input, "
            "before.some(0..rows, had)" => "self.start.some(0..rows, self.steps.running()[0])", "scan::a_cell";
    }
    "lengths" {
        "rows are not sorted":
            "std::cmp::Reverse(lengths[row as usize] as usize)" => "std::cmp::Reverse(0 * lengths[row as usize] as usize)",
            "ragged::";
        "a row runs for one more step":
            "own as usize > step" => "own as usize >= step", "ragged::";
        "a row may have more steps than there are":
            "length <= most as f32" => "{ let _ = most; true }", "ragged::a_length";
        "a length may be half a step":
            "length.fract() == 0.0" => "true", "ragged::a_length";
        "rows are counted in their piece":
            "first_row + row" => "{ let _ = first_row; row }", "ragged::a_length_in_a_later_piece";
        "padding of data is kept":
            "row[end(*length)..].fill(0.0)" => "{ let _ = (row, length); }", "families::";
        "draws are put back by the wrong permutation":
            "places[row as usize] = place" => "places[place] = row as usize", "ragged::draws";
    }
    "flow" {
        "every step depends on what the first depends on":
            "steps.get(step).copied().unwrap_or_default()" => "{ let _ = step; steps.first().copied().unwrap_or_default() }",
            "pairs::";
    }
    "unroll" {
        "a reversed loop runs forwards":
            "steps - 1 - at" => "at", "pairs::";
        "a step of a site is its first":
            after "Source::Step(site) => parents.insert("
            "self.first[site] + step.unwrap_or(0)" => "self.first[site]", "pairs::";
        "variables depend on nothing":
            "parents.extend(variable)" => "{ let _ = variable; }", "pairs::";
        "a whole sequence is its first step":
            "(first..first + steps).for_each(|place| parents.insert(place))" => "{ let _ = steps; parents.insert(first) }",
            "pairs::";
        "a latent is not scored at its draw":
            "reads.insert(site)" => "{ let _ = (reads, site); }", "pairs::";
        "only the first step of a site is latent":
            "(*first..first + site.steps.unwrap_or(1)).for_each(|place| latents.insert(place))" => "latents.insert(*first)",
            "pairs::";
    }
    "analysis" {
        "nothing moves with a latent":
            "node.parents.meets(&moving)" => "false", "pairs::";
        "a score counts no cost of another step":
            "own.sites.contains(*site) || node.parents.meets(&own.sites)" => "false", "estimators::";
        "a score counts every cost":
            "own.sites.contains(*site) || node.parents.meets(&own.sites)" => "true", "estimators::";
        "every closed form is valid":
            "own.sites.contains(parent)" => "{ let _ = parent; false }", "pairs::";
        "no guide reads a draw":
            after "let readers = graph"
            "node.parents.contains(place)" => "false", "pairs::";
        "no steps interact":
            "other.statements.meets(&own.statements)" => "false", "pairs::";
        "no step has an ancestor":
            after "let ancestors = ancestors.filter("
            "other.sites.contains(place)" => "false", "pairs::";
    }
    "places" {
        "there are 64 places":
            "at * 64 + bit" => "{ let _ = at; bit }", "long::";
        "sets share their places after the 64th":
            "self.0.get(place / 64)" => "self.0.first()", "long::";
        "sets meet in their first places alone":
            "words.any(|(own, other)| own & other != 0)" => "words.take(1).any(|(own, other)| own & other != 0)", "long::";
    }
    "table" {
        "all steps have the same noise":
            "format!(\"{}·{step}\", self.statement).into()" => "{ let _ = step; self.statement.into() }", "pairs::";
    }
}
