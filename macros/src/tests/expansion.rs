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
/// parameter `w`, a module `f`, a global site `g` and a `let` that reads it, `k`; reads are shown short, as `rows(z)`,
/// `spread(g)` and `plain(w)`.
fn assert_becomes(value: &str, expected: &str) {
    let source = format!(
        "struct M {{ f: Net, w: Parameter<R> }}
         generative p(u) {{
             global sample g ~ D(); let k = g + 1.0; sample z ~ D(); let y = {value}; sample x ~ D(y);
         }}
         inference q(x, u) {{ sample g ~ D(); sample z ~ D(); }}"
    );
    let written = statement(&source, "joint", "let y = ");
    let mut short = squeeze(&written);
    for place in ["z", "u", "w", "z.0", "g", "k", "a", "b", "a.0"] {
        for (long, shown) in [
            (
                format!("(&::elbow::__macro::program::look::Look(&{place})).view(__here)"),
                "rows",
            ),
            (
                format!("::elbow::__macro::program::look::spread(&{place},__here)"),
                "spread",
            ),
            (format!("::core::clone::Clone::clone(&{place})"), "plain"),
        ] {
            short = short.replace(&long, &format!("{shown}({place})"));
        }
    }
    assert_eq!(short, squeeze(&format!("let y = {expected};")));
}

/// Tokens print with more or less space.
fn squeeze(code: &str) -> String {
    code.split_whitespace().collect()
}

/// However often it is read: a clone copies no numbers.
#[test]
fn reads_a_tensor_with_its_rows() {
    assert_becomes("z + 1.0", "rows(z) + 1.0");
    assert_becomes("z * z", "rows(z) * rows(z)");
    assert_becomes("w . exp () * w", "plain(w) . exp () * plain(w)");
    assert_becomes("| a | z + a", "| a | rows(z) + a");
}

/// Operators are the user's own tokens.
#[test]
fn leaves_operators_alone() {
    for kept in [
        "2.0 * 3.0",
        "2 * SIZE",
        "2.0 % z",
        "2 * z",
        "1.0 - z.exp()",
        "z * u",
        "-z",
    ] {
        assert_becomes(kept, &kept.replace('z', "rows(z)").replace('u', "rows(u)"));
    }
}

#[test]
fn spreads_what_is_global_over_the_rows() {
    assert_becomes("z * g", "rows(z) * spread(g)");
    assert_becomes("k * g * w + g", "plain(k) * plain(g) * plain(w) + plain(g)");
    assert_becomes("f (k)", ":: elbow :: __macro :: nn :: apply (f , plain(k))");
    assert_becomes("u - k", "rows(u) - spread(k)");
    // A closure may be called with rows.
    assert_becomes("| a | a + k", "| a | a + spread(k)");
}

#[test]
fn calls_fields_as_modules() {
    assert_becomes("f (z)", ":: elbow :: __macro :: nn :: apply (f , rows(z))");
    assert_becomes(
        "f (z , u)",
        ":: elbow :: __macro :: nn :: apply (f , (rows(z) , rows(u)))",
    );
    assert_becomes(
        "f (f (z))",
        ":: elbow :: __macro :: nn :: apply (f , :: elbow :: __macro :: nn :: apply (f , rows(z)))",
    );
    assert_becomes("f ()", ":: elbow :: __macro :: nn :: apply (f , ())");
    assert_becomes("own (z)", "own (rows(z))");
}

#[test]
fn respects_shadowing() {
    assert_becomes("| z | z", "| z | z");
    assert_becomes(
        "match u { Some (z) => z , z => z }",
        "match rows(u) { Some (z) => z , z => z }",
    );
    assert_becomes("{ let z = z ; z }", "{ let z = rows(z) ; z }");
    assert_becomes(
        "if let Some (z) = z { z } else { u }",
        "if let Some (z) = rows(z) { z } else { rows(u) }",
    );
    assert_becomes("for z in z { own (z) ; }", "for z in rows(z) { own (z) ; }");
    assert_becomes(
        "{ fn own (z : f32) -> f32 { z } own (z) }",
        "{ fn own (z : f32) -> f32 { z } own (rows(z)) }",
    );
}

#[test]
fn finds_reads_in_macros_and_short_fields() {
    assert_becomes("vec ! [z , u]", "vec ! [rows(z) , rows(u)]");
    assert_becomes("vec ! [z ; 3]", "vec ! [rows(z) ; 3]");
    assert_becomes("odd ! (=> z)", "odd ! (=> z)");
    assert_becomes("Point { z , y : u }", "Point { z : rows(z) , y : rows(u) }");
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
    assert_becomes("{ z = u ; & mut z . 0 }", "{ z = rows(u) ; & mut z . 0 }");
    assert_becomes("{ z += u }", "{ z += rows(u) }");
    assert_becomes("z . 0 - u", "rows(z.0) - rows(u)");
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
            "{leta=::elbow::__macro::nn::apply(f,rows(z));letb=plain(a).exp();plain(a)*b}",
        ),
        (
            "{ let (a, _) = z; let b = a + 1.0; (b, b, a.0) }",
            "{let(a,_)=rows(z);letb=plain(a)+1.0;(plain(b),plain(b),plain(a.0))}",
        ),
        (
            "{ let a = z; let a = a + 1.0; a * a }",
            "{leta=rows(z);leta=a+1.0;plain(a)*plain(a)}",
        ),
        (
            "{ let a = z; (0..3).map(|i| a + i) }",
            "{leta=rows(z);(0..3).map(|i|plain(a)+i)}",
        ),
        // Numbers, what can be changed, and closures stay as they are.
        ("{ let a = 2.0; a * a }", "{leta=2.0;a*a}"),
        (
            "{ let mut a = z; a = a + 1.0; a }",
            "{letmuta=rows(z);a=a+1.0;a}",
        ),
        (
            "{ let a = |b| b + 1.0; a(z) + a(u) }",
            "{leta=|b|b+1.0;a(rows(z))+a(rows(u))}",
        ),
        (
            "{ let a = own(z); a(z) + a(u) }",
            "{leta=own(rows(z));a(rows(z))+a(rows(u))}",
        ),
        (
            "{ let a = z; a + { let a = 3; a + a } }",
            "{leta=rows(z);a+{leta=3;a+a}}",
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
