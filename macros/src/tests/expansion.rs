//! What the user's expressions become.

use quote::ToTokens;

use super::tokens;
use crate::compile;

/// The generated statement that begins with `begins`, in the method `method`.
fn statement(source: &str, method: &str, begins: &str) -> String {
    let file: syn::File = syn::parse2(compile(tokens(source))).expect("generated code is Rust");
    let bodies = file.items.iter().filter_map(|item| match item {
        syn::Item::Impl(implementation) => Some(&implementation.items),
        _ => None,
    });
    for item in bodies.flatten() {
        if let syn::ImplItem::Fn(function) = item
            && function.sig.ident == method
        {
            let statements = function
                .block
                .stmts
                .iter()
                .map(|statement| statement.to_token_stream().to_string());
            if let Some(found) = statements
                .into_iter()
                .find(|statement| statement.starts_with(begins))
            {
                return found;
            }
        }
    }
    panic!("no `{begins}` in `{method}`");
}

/// Asserts what the right-hand side of `let y = …` becomes in a generative model with a site `z`, a covariate `u`, a
/// parameter `w`, modules `f` and `layer`, a global site `g` and a `let` that reads it, `k`; reads are shown short, as `once(z)` and
/// `again(z)`.
fn assert_becomes(value: &str, expected: &str) {
    let source = format!(
        "struct M {{ f: Net, layer: (Tanh, Linear<2, 3>), w: Parameter<R> }}
         generative p(u) {{
             global sample g ~ D(); let k = g + 1.0; sample z ~ D(); let y = {value}; sample x ~ D(y);
         }}
         inference q(x, u) {{ sample g ~ D(); sample z ~ D(); }}"
    );
    let written = statement(&source, "joint", "let y = ");
    let mut short = squeeze(&written);
    let methods = ["view", "reuse", "spread", "whole"];
    for (method, shown) in methods
        .into_iter()
        .zip(["once", "again", "spread", "whole"])
    {
        for place in ["z", "u", "w", "z.0", "g", "k", "a", "b", "a.0"] {
            let long = match method {
                "spread" => format!("::elbow::program::look::spread(&{place},__here)"),
                _ => format!("(&::elbow::program::look::Look(&{place})).{method}(__here)"),
            };
            short = short.replace(&long, &format!("{shown}({place})"));
        }
    }
    assert_eq!(short, squeeze(&format!("let y = {expected};")));
}

/// Tokens print with more or less space.
fn squeeze(code: &str) -> String {
    code.split_whitespace().collect()
}

#[test]
fn reads_a_tensor_once_or_again() {
    assert_becomes("z + 1.0", "once(z) + 1.0");
    assert_becomes("z * z", "again(z) * again(z)");
    assert_becomes("w . exp ()", "once(w) . exp ()");
    assert_becomes("| a | z + a", "| a | again(z) + a");
}

/// What a layer returns has an identity of its own.
#[test]
fn a_layer_reads_a_tensor_as_it_is() {
    let layer = |argument| format!(":: elbow :: nn :: apply (layer , {argument})");
    let once = layer("once(z)");
    assert_becomes("layer (z) + layer (z)", &format!("{once} + {once}"));
    assert_becomes("layer (z) + z", &format!("{once} + again(z)"));
    assert_becomes(
        "layer (z . exp ()) + z",
        &format!("{} + again(z)", layer("again(z) . exp ()")),
    );
    assert_becomes(
        "f (z) + f (z)",
        ":: elbow :: nn :: apply (f , again(z)) + :: elbow :: nn :: apply (f , again(z))",
    );
    assert_becomes(
        "layer (k) * g",
        &format!("{} * whole(g)", layer("whole(k)")),
    );
}

#[test]
fn spreads_what_is_global_over_the_rows() {
    assert_becomes("z * g", "once(z) * spread(g)");
    let rows_by_event = operands("whole(k) * whole(g)", "once(w)", "times");
    assert_becomes("k * g * w + g", &format!("{rows_by_event} + whole(g)"));
    assert_becomes("f (k)", ":: elbow :: nn :: apply (f , whole(k))");
    assert_becomes("u - k", "once(u) - spread(k)");
    // A closure may be called with rows.
    assert_becomes("| a | a + k", "| a | a + spread(k)");
}

#[test]
fn calls_fields_as_modules() {
    assert_becomes("f (z)", ":: elbow :: nn :: apply (f , once(z))");
    assert_becomes(
        "f (z , u)",
        ":: elbow :: nn :: apply (f , (once(z) , once(u)))",
    );
    assert_becomes(
        "f (f (z))",
        ":: elbow :: nn :: apply (f , :: elbow :: nn :: apply (f , once(z)))",
    );
    assert_becomes("own (z)", "own (once(z))");
}

/// Numbers have a type by themselves, and operators bind less than a method.
fn operands(left: &str, right: &str, method: &str) -> String {
    let known = |operand: &str| {
        if operand.parse::<f32>().is_ok() {
            operand.to_owned()
        } else if operand.contains(['+', '*']) {
            format!("({operand}).__known()")
        } else {
            format!("{operand}.__known()")
        }
    };
    let (left, right) = (known(left), known(right));
    format!(":: elbow :: program :: arithmetic :: Operands ({left} , {right}) . {method} ()")
}

/// What dfdx has no operator for.
#[test]
fn takes_numbers_on_the_left_and_events_with_rows() {
    assert_becomes("2.0 * z", &operands("2.0", "once(z)", "times"));
    assert_becomes(
        "-1.0 - f(z)",
        &operands("-1.0", ":: elbow :: nn :: apply (f , once(z))", "minus"),
    );
    assert_becomes("1.0 / (z + 1.0)", &operands("1.0", "once(z) + 1.0", "over"));
    assert_becomes("SCALE + own(z)", &operands("SCALE", "own(once(z))", "plus"));
    assert_becomes("z + w", &operands("once(z)", "once(w)", "plus"));
    assert_becomes(
        "w * z.exp()",
        &operands("once(w)", "once(z) . exp ()", "times"),
    );
    assert_becomes(
        "2.0 * z.sum()",
        &operands("2.0", "once(z) . sum ()", "times"),
    );
    assert_becomes("w * w", &operands("again(w)", "again(w)", "times"));
    assert_becomes("2 * z", &operands("2", "once(z)", "times"));
}

/// Where dfdx has one, or where a type may not be known in time, the operators are the standard ones.
#[test]
fn leaves_other_operators_alone() {
    for kept in [
        "2.0 * 3.0",
        "2 * SIZE",
        "2.0 % z",
        "|a| a * w",
        "|a| 2.0 * a",
    ] {
        let shown = kept.replace('z', "once(z)").replace('w', "again(w)");
        assert_becomes(kept, &shown);
    }
    assert_becomes("z * u", "once(z) * once(u)");
    assert_becomes("z.sum() + w", "once(z) . sum () + once(w)");
    assert_becomes("z + 1.0", "once(z) + 1.0");
}

#[test]
fn respects_shadowing() {
    assert_becomes("| z | z", "| z | z");
    assert_becomes(
        "match u { Some (z) => z , z => z }",
        "match once(u) { Some (z) => z , z => z }",
    );
    assert_becomes("{ let z = z ; z }", "{ let z = once(z) ; z }");
    assert_becomes(
        "if let Some (z) = z { z } else { u }",
        "if let Some (z) = once(z) { z } else { once(u) }",
    );
    assert_becomes("for z in z { own (z) ; }", "for z in once(z) { own (z) ; }");
    assert_becomes(
        "{ fn own (z : f32) -> f32 { z } own (z) }",
        "{ fn own (z : f32) -> f32 { z } own (once(z)) }",
    );
}

#[test]
fn finds_reads_in_macros_and_short_fields() {
    assert_becomes("vec ! [z , u]", "vec ! [once(z) , once(u)]");
    assert_becomes("vec ! [z ; 3]", "vec ! [once(z) ; 3]");
    assert_becomes("odd ! (=> z)", "odd ! (=> z)");
    assert_becomes("Point { z , y : u }", "Point { z : once(z) , y : once(u) }");
}

/// Where a name is unknown, rustc finds what was meant among the variables.
#[test]
fn declares_what_may_be_misspelt() {
    let source = "struct M { decoder: Net, other: Net }
        generative p { sample label ~ D(other); sample x ~ D(decodr(lable)); }
        inference q(x) { sample label ~ D(encodr(x)); }";
    let declared = "# [allow (unused_variables)] let ";
    for method in ["joint", "pass"] {
        for name in ["decoder", "label"] {
            statement(source, method, &format!("{declared}{name} : ()"));
        }
    }
}

#[test]
fn leaves_places_alone() {
    assert_becomes("{ z = u ; & mut z . 0 }", "{ z = once(u) ; & mut z . 0 }");
    assert_becomes("{ z += u }", "{ z += once(u) }");
    assert_becomes("z . 0 - u", "once(z.0) - once(u)");
}

/// A variable about a name of the user's hides a function, which hides a constant of theirs.
#[test]
fn a_constant_may_have_the_name_of_a_site() {
    let source = "struct M { f: Net } generative p(u) { sample z ~ D(f); sample x ~ D(z, u); }
        inference q(x, u) { sample z ~ D(x); }";
    let output = compile(tokens(source)).to_string();
    let functions = |name: &str| output.matches(&format!("fn {name} () {{ }}")).count();
    // In `joint` and in `pass`.
    assert_eq!(["f", "z", "u", "x"].map(functions), [2; 4]);
}

/// What a block computes of tensors is read like the variables of statements; what is read once is moved.
#[test]
fn repeats_the_variables_of_blocks() {
    for (value, expected) in [
        (
            "{ let a = f(z); let b = a.exp(); a * b }",
            "{leta=::elbow::nn::apply(f,once(z));letb=again(a).exp();::elbow::program::arithmetic::Operands(again(a).__known(),b.__known()).times()}",
        ),
        (
            "{ let (a, _) = z; let b = a + 1.0; (b, b, a.0) }",
            "{let(a,_)=once(z);letb=again(a)+1.0;(again(b),again(b),again(a.0))}",
        ),
        (
            "{ let a = z; let a = a + 1.0; a * a }",
            "{leta=once(z);leta=a+1.0;::elbow::program::arithmetic::Operands(again(a).__known(),again(a).__known()).times()}",
        ),
        (
            "{ let a = z; (0..3).map(|i| a + i) }",
            "{leta=once(z);(0..3).map(|i|again(a)+i)}",
        ),
        // What a block binds may be one event, which only the runtime knows.
        (
            "{ let b = 2.0 * w; z + b }",
            "{letb=::elbow::program::arithmetic::Operands(2.0,once(w).__known()).times();::elbow::program::arithmetic::Operands(once(z).__known(),b.__known()).plus()}",
        ),
        // Numbers, what can be changed, and closures stay as they are.
        ("{ let a = 2.0; a * a }", "{leta=2.0;a*a}"),
        (
            "{ let mut a = z; a = a + 1.0; a }",
            "{letmuta=once(z);a=a+1.0;a}",
        ),
        (
            "{ let a = |b| b + 1.0; a(z) + a(u) }",
            "{leta=|b|b+1.0;a(once(z))+a(once(u))}",
        ),
        (
            "{ let a = own(z); a(z) + a(u) }",
            "{leta=own(again(z));a(again(z))+a(once(u))}",
        ),
        (
            "{ let a = z; a + { let a = 3; a + a } }",
            "{leta=once(z);a+{leta=3;a+a}}",
        ),
    ] {
        assert_becomes(value, expected);
    }
}

/// Fields are nested as deep as the logarithm of their number.
#[test]
fn fields_are_visited_in_pairs() {
    let source = "struct M { a: A, b: B, c: C, d: D, e: E } generative p { sample x ~ D(); } inference q(x) {}";
    let output = squeeze(&compile(tokens(source)).to_string());
    assert!(output.contains("((__field_0,__field_1),(__field_2,(__field_3,__field_4)))"));
}

/// Of whole numbers among the parameters rustc says once what it says, at the last.
#[test]
fn whole_numbers_stand_at_one_place() {
    let count = |distribution: &str| {
        let source = format!(
            "struct M {{}} generative p {{ sample x ~ {distribution}; }} inference q(x) {{}}"
        );
        statement(&source, "joint", "let __p_x")
    };
    assert!(count("Coin::new(0, -1, 2.0)").contains("Coin :: new (0 , - 1 , 2.0)"));
}
