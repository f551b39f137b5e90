//! What is too long, too deep, too large or without a value: a clear error or a right answer, in bounded time and
//! memory.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// Exit code, standard output and standard error, with a text on standard input.
fn run(arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_modelmeter"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_owned();
    // What is refused is not read to its end.
    let writer = std::thread::spawn(move || _ = stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("ends");
    writer.join().expect("writes");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("ends by itself"), text(output.stdout), text(output.stderr))
}

/// Refused, with a part of the message.
fn refused(arguments: &[&str], input: &str, part: &str) {
    let (code, out, errors) = run(arguments, input);
    assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {errors}");
    assert!(errors.contains(part) && errors.len() < 2000, "{arguments:?}: {errors}");
}

#[test]
fn powers_too_large_are_refused_or_kept() {
    refused(&["simplify", "x^(10^9)"], "", "an exponent is an integer written out");
    refused(&["simplify", "x^1000000000"], "", "an exponent larger than 10000");
    for formula in ["(a + b + c + d)^200", "((2^10000)^10000)^10000*a"] {
        let (code, out, errors) = run(&["simplify", formula], "");
        assert_eq!((code, out.trim_end()), (0, formula));
        assert!(errors.contains("too large to multiply out") && errors.contains("--limit-terms"), "{errors}");
    }
    assert_eq!(run(&["simplify", "x^10000/x^9999"], ""), (0, "x\n".to_owned(), String::new()));
}

#[test]
fn limits_are_the_users() {
    let formula = "(a + b)^30 - (a + b)^29*(a + b) + a";
    assert_eq!(run(&["simplify", formula], "").1, "a\n");
    let limited = &["simplify", formula, "--limit-terms", "20", "--limit-products", "100"];
    assert!(run(limited, "").2.contains("too large"), "within 20 terms");
    let equal = ["equal", formula, "a"];
    assert_eq!(run(&equal, "").0, 0);
    assert_eq!(run(&[&equal[..], &["--limit-products", "100"]].concat(), "").0, 3);
    refused(&["simplify", "a + b", "--limit-bytes", "4"], "", "has more than 4 bytes");
    refused(&["simplify", "-", "--limit-bytes", "4"], "a + b", "has more than 4 bytes");
}

#[test]
fn division_by_zero_is_refused() {
    refused(&["simplify", "1/0"], "", "division by zero");
    refused(&["simplify", "1/(a - a)"], "", "divides by zero");
    refused(&["simplify", "b mod (3 - 3)"], "", "divides by zero");
    refused(&["simplify", "5/-0^5"], "", "this is 0");
    refused(&["simplify", "a mod (0*b)"], "", "this is 0");
    refused(&["simplify", "floor(a/0^2)"], "", "this is 0");
    assert_eq!(run(&["equal", "1/(a - a)", "1/(a - a)"], "").0, 3);
}

#[test]
fn depth_and_length_are_bounded() {
    let deep = |inner: &str, depth| format!("{}{inner}{}", "(".repeat(depth), ")".repeat(depth));
    refused(&["simplify", "-"], &deep("a", 1_000_001), "nested deeper than 1000000");
    assert_eq!(run(&["simplify", "-"], &deep("a", 1_000_000)), (0, "a\n".to_owned(), String::new()));
    let deep = deep("a + b", 100_000);
    for form in ["factored", "expanded", "horner"] {
        assert_eq!(run(&["simplify", "-", "--form", form], &deep).1, "a + b\n");
    }
    assert_eq!(run(&["equal", "-", "b + a"], &deep).0, 0);
    assert_eq!(run(&["equal", "-", "b + 2*a"], &deep).0, 1);
    for open in ["a + 2*(", "1/(b + ", "max(a, 1 + ", "-("] {
        let deep = format!("{}a{}", open.repeat(100_000), ")".repeat(100_000));
        refused(&["simplify", "-"], &deep, "nested deeper than 500");
    }
    refused(&["simplify", "-"], &"-".repeat(1_000_000), "missing-operand");
    refused(&["equal", "a", "-"], &"a + ".repeat(5_000_000), "has more than 16777216 bytes");
    refused(&["simplify", "-"], "\u{0}\u{1b}[31m", "error");
    refused(&["simplify", "-"], &"1".repeat(1_000_000), "more than 10000 digits");
    refused(&["simplify", "-"], &format!("a{}", "/a".repeat(100_000)), "nested deeper than 500");
    let chain = vec!["a"; 100_000].join(" + ");
    assert_eq!(run(&["simplify", "-"], &chain), (0, "100000*a\n".to_owned(), String::new()));
}

#[test]
fn long_sums_are_collected() {
    // Each of 500 products a hundred times.
    let mut sum = String::from("0");
    for place in 0..50_000 {
        sum += &format!(" + a{}*b{}", place % 50, place % 500 / 50);
    }
    let (code, out, errors) = run(&["simplify", "-", "--form", "expanded"], &sum);
    assert_eq!(code, 0, "{errors}");
    assert_eq!(out.matches("100*").count(), 500);
    assert_eq!(out.matches(" + ").count(), 499);
}
