//! Hostile configurations: each is refused with a message at its place, in bounded time and memory.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use modelmeter::config::{
    Accepted, Binding, Fact, Files, ModelDescription, Override, Request, Vendor, VendorGroup, bind, compose,
    interpolate, read_overrides, read_yaml,
};
use modelmeter::diagnostic::{Result, Source};
use proptest::prelude::*;

/// A directory of its own for one test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let root = std::env::temp_dir().join(format!("modelmeter-config-{}-{name}", std::process::id()));
        for (path, text) in files {
            let full = root.join(path);
            std::fs::create_dir_all(full.parent().unwrap()).unwrap();
            std::fs::write(full, text).unwrap();
        }
        Folder(root)
    }

    /// The message for the composed and interpolated configuration `m`, empty when there is none.
    fn message(&self, arguments: &[&str]) -> String {
        let files = Files::directory(&self.0);
        let outcome = read_overrides(arguments)
            .and_then(|overrides| {
                compose(&files, "m", VendorGroup::default(), &overrides.iter().collect::<Vec<_>>())
            })
            .and_then(|composition| interpolate(&composition.root));
        outcome.err().map(|error| error.render(false)).unwrap_or_default()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn assert_parts(shown: &str, parts: &[&str]) {
    for part in parts {
        assert!(shown.contains(part), "`{part}` is missing in\n{shown}");
    }
    assert!(!shown.contains('\u{1b}'), "a control character in\n{shown:?}");
}

fn yaml_refused(text: &str, parts: &[&str]) {
    let start = Instant::now();
    let error = read_yaml(&Source::new("test.yaml", text)).expect_err("refused");
    assert_parts(&error.render(false), parts);
    assert!(start.elapsed() < Duration::from_secs(5));
}

fn json_refused(text: &str, parts: &[&str]) {
    let start = Instant::now();
    let error = Vendor::read(&Source::new("config.json", text)).expect_err("refused");
    assert_parts(&error.render(false), parts);
    assert!(start.elapsed() < Duration::from_secs(5));
}

fn composed(name: &str, files: &[(&str, &str)], parts: &[&str]) {
    assert_parts(&Folder::new(name, files).message(&[]), parts);
}

#[test]
fn yaml_that_is_wrong_is_underlined() {
    yaml_refused("a: [1, 2\nb: 3\n", &["not valid YAML", "test.yaml:"]);
    yaml_refused("a: 1\na: 2\n", &["`a` stands twice", "first here", "again here"]);
    yaml_refused("a: *x\n", &["not valid YAML"]);
    yaml_refused("a: !!python/object:os.system ls\n", &["the tag"]);
    yaml_refused("a: 1\n---\nb: 2\n", &["a second document"]);
    yaml_refused("a: &x {b: 1}\nc:\n  <<: *x\n", &["merge keys are not read"]);
    yaml_refused("? [1, 2]\n: 3\n", &["a key must be a plain name"]);
    yaml_refused("a: &x [*x]\n", &["an alias inside of what it names"]);
    yaml_refused("a: \"\u{1b}[2J\n", &["not valid YAML"]);
}

#[test]
fn yaml_bombs_do_not_go_off() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_string();
    for level in 1..20 {
        let below = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    yaml_refused(&bomb, &["more than 100000 values"]);
    let mut tower = "a0: &a0 [x]\n".to_string();
    for level in 1..200 {
        tower.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    yaml_refused(&tower, &["nested deeper than 64 levels"]);
    yaml_refused(&"[".repeat(100_000), &["not valid YAML"]);
    yaml_refused(&"- ".repeat(100_000), &["not valid YAML"]);
    yaml_refused(&format!("a: {}\n", "9".repeat(100_000)), &["100000 digits"]);
    yaml_refused(&"- 1\n".repeat(200_000), &["more than 100000 values"]);
}

#[test]
fn json_that_is_wrong_is_underlined() {
    json_refused("", &["the file ends"]);
    json_refused("{\"a\": 1,}", &["expected a key in double quotes"]);
    json_refused("{\"a\": 1 \"b\": 2}", &["expected `,` or `}`"]);
    json_refused("{\"a\": 01}", &["a number as JSON writes it"]);
    json_refused("{\"a\": 1.}", &["a number as JSON writes it"]);
    json_refused("{\"a\": tru}", &["expected a value"]);
    json_refused("{\"a\": \"x", &["expected `\"`", "string opened here"]);
    json_refused("{\"a\": \"\\ud800\"}", &["four hexadecimal digits"]);
    json_refused("{\"a\": \"\\u12", &["four hexadecimal digits"]);
    json_refused("{\"a\": \"\u{1b}[2J\"}", &["control characters"]);
    json_refused("{\"\\u001b[2J\": 1, \"\\u001b[2J\": 1}", &["stands twice"]);
    json_refused("{\"a\": 1} x", &["expected the end of the file"]);
    json_refused("[1]", &["a config.json is one object"]);
    json_refused("{'a': 1}", &["expected a key in double quotes, but there is `'`"]);
    json_refused("{\"a\": \"\\x\"}", &["an escape such as"]);
}

#[test]
fn json_bombs_do_not_go_off() {
    json_refused(&format!("{{\"a\": {}", "[".repeat(100_000)), &["nested deeper than 64 levels"]);
    json_refused(&"{\"a\":".repeat(100_000), &["nested deeper than 64 levels"]);
    json_refused(&format!("{{\"a\": {}}}", "9".repeat(1_000_000)), &["1000000 digits"]);
    json_refused(&format!("{{\"a\": [{}1]}}", "1,".repeat(200_000)), &["more than 100000 values"]);
}

#[test]
fn json_keeps_every_number_exactly() {
    let text = "\u{feff}{\"big\": 123456789012345678901234567890, \"low\": -5, \"ratio\": 3.7362, \"tiny\": 1e-400, \
                \"bad\": [NaN, -Infinity], \"name\": \"\\u00e9\\ud83d\\ude00\\n\", \"plain\": \"${a}\"}";
    let vendor = Vendor::read(&Source::new("config.json", text)).unwrap();
    let shown = vendor.value.to_string();
    let expected = "{\"big\": 123456789012345678901234567890, \"low\": -5, \"ratio\": 3.7362, \"tiny\": 1e-400, \
                    \"bad\": [NaN, -Infinity], \"name\": \"é😀\\u{a}\", \"plain\": \"${a}\"}";
    assert_eq!(shown, expected);
    assert!(interpolate(&vendor.value).is_ok(), "a vendor's strings are no templates");
}

#[test]
fn interpolation_resolves_whole_values_and_parts_of_strings() {
    let folder = Folder::new(
        "interpolation",
        &[
            (
                "configs/m.yaml",
                "defaults: [{g: one}, _self_]\na: ${g.size}\nb: x-${g.size}-${c}\nc: \\${a}\n\
                                list: [\"${a}\", 2]\ng: {size: 4}\nd: ${g}\ne: ${d.size}\nlost: ${g.nothing}\n",
            ),
            ("configs/g/one.yaml", "size: 3\nother: true\n"),
        ],
    );
    let composition = compose(&Files::directory(&folder.0), "m", VendorGroup::default(), &[]).unwrap();
    let resolved = interpolate(&composition.root).unwrap();
    let shown = resolved.root.to_string();
    let expected = "{\"g\": {\"size\": 4, \"other\": true}, \"a\": 4, \"b\": \"x-4-${a}\", \"c\": \"${a}\", \
                    \"list\": [4, 2], \"d\": {\"size\": 4, \"other\": true}, \"e\": 4}";
    assert_eq!(shown, expected);
    assert!(resolved.root.at("a").unwrap().origin.to_string().ends_with("m.yaml:6"));
    assert_eq!(resolved.missing.keys().collect::<Vec<_>>(), ["lost"]);
}

#[test]
fn interpolation_cycles_show_their_chain() {
    composed("cycle", &[("configs/m.yaml", "a: ${b.c}\nb:\n  c: x${d}\nd: ${a}\n")], &["a → b.c → d → a"]);
    composed("self", &[("configs/m.yaml", "a: ${a}\n")], &["a → a"]);
    composed("inside", &[("configs/m.yaml", "a:\n  b: ${a}\n")], &["needs itself"]);
    composed("through", &[("configs/m.yaml", "a: ${b.c}\nb: ${a}\n")], &["needs itself"]);
}

#[test]
fn interpolation_bombs_do_not_go_off() {
    let doubling = |first: &str, pair: &dyn Fn(usize) -> String| {
        let mut text = format!("a0: {first}\n");
        for level in 1..60 {
            text.push_str(&format!("a{level}: {}\n", pair(level - 1)));
        }
        text
    };
    let strings = doubling("xxxxxxxxxx", &|below| format!("\"${{a{below}}}${{a{below}}}\""));
    composed("strings", &[("configs/m.yaml", &strings)], &["too large"]);
    let lists = doubling("[x]", &|below| format!("[\"${{a{below}}}\", \"${{a{below}}}\"]"));
    composed("lists", &[("configs/m.yaml", &lists)], &["too large"]);
    let mut deep = "a0: 1\n".to_string();
    for level in 1..60 {
        deep.push_str(&format!("a{level}: {}\"${{a{}}}\"{}\n", "[".repeat(60), level - 1, "]".repeat(60)));
    }
    composed("deep", &[("configs/m.yaml", &deep)], &["too deep"]);
    let mut chain = "a0: 1\n".to_string();
    for level in 1..1000 {
        chain.push_str(&format!("a{level}: ${{a{}}}\n", level - 1));
    }
    composed("chain", &[("configs/m.yaml", &chain)], &["too many interpolations"]);
}

#[test]
fn interpolations_that_are_no_paths_are_refused() {
    for text in
        ["a: ${", "a: ${b", "a: ${}", "a: ${a..b}", "a: ${oc.env:HOME}", "a: \"${../x}\"", "a: ${${b}}"]
    {
        composed("syntax", &[("configs/m.yaml", text)], &["an interpolation is `${key}`"]);
    }
}

#[test]
fn defaults_lists_stay_in_their_folder_and_end() {
    composed(
        "option",
        &[("configs/m.yaml", "defaults: [{g: ../../x}]")],
        &["cannot be the name of an option"],
    );
    composed("group", &[("configs/m.yaml", "defaults: [{../g: x}]")], &["cannot be the name of a group"]);
    composed("kind", &[("configs/m.yaml", "defaults: [[x]]")], &["not an entry of a defaults list"]);
    composed("kind", &[("configs/m.yaml", "defaults: x")], &["not an entry of a defaults list"]);
    composed(
        "loop",
        &[
            ("configs/m.yaml", "defaults: [{g: one}]"),
            ("configs/g/one.yaml", "defaults: [two]"),
            ("configs/g/two.yaml", "defaults: [one]"),
        ],
        &["one → two → one"],
    );
    composed("list", &[("configs/m.yaml", "- 1")], &["a configuration file is a mapping"]);
    composed("none", &[("x.yaml", "")], &["there is no configs/m.yaml"]);
}

#[test]
fn files_are_bounded() {
    let large = format!("a: {}\n", "x".repeat(2 << 20));
    composed("large", &[("configs/m.yaml", &large)], &["larger than the 1048576 bytes"]);
    let folder = Folder::new("binary", &[("configs/m.yaml", "")]);
    std::fs::write(folder.0.join("configs/m.yaml"), b"a: \xff\n").unwrap();
    assert_parts(&folder.message(&[]), &["is not UTF-8: byte 3 is wrong"]);
    assert_parts(&folder.message(&["@/nowhere/overrides"]), &["cannot read /nowhere/overrides"]);
}

#[test]
fn override_files_hold_one_a_line() {
    let folder = Folder::new("file", &[("o.txt", "# sizes\nB=4   # batch\n\n  S = 2^10\r\ncolour=#fff\n")]);
    let path = folder.0.join("o.txt").display().to_string();
    let overrides = read_overrides(&[format!("@{path}"), "B=5".to_string()]).unwrap();
    let shown: Vec<String> = overrides
        .iter()
        .map(|given| format!("{}={} {}", given.key, given.value, given.value.origin))
        .collect();
    let expected = [
        format!("B=4 {path}:2"),
        format!("S=1024 {path}:4"),
        format!("colour=\"#fff\" {path}:5"),
        "B=5 command line".to_string(),
    ];
    assert_eq!(shown, expected);
}

#[test]
fn overrides_that_mean_nothing_are_refused() {
    let refused = |argument: &str, part: &str| {
        assert_parts(&Override::parse(argument).expect_err("refused").render(false), &[part]);
    };
    refused("B", "is no KEY=VALUE");
    refused("=4", "cannot be a key");
    refused("a..b=4", "cannot be a key");
    refused("\u{1b}[2J=4", "cannot be a key");
    refused("B=[1,2", "at the end of the list");
    refused("B=[1,2]]", "nothing after the list");
    refused("B=[1,,2]", "expected a value");
    refused("B='x", "not closed");
    refused("B=10^(10^10)", "more than 1000 digits");
    refused("B=2^-1", "negative exponent");
    refused("B=1/0", "division by zero");
    refused(&format!("B={}", "(".repeat(400) + "1"), "nested less deeply");
    refused(&format!("B={}1", "-".repeat(400)), "nested less deeply");
    refused(&format!("B={}1", "1+".repeat(5000)), "more than 500 characters");
    refused(&format!("B={}", "[".repeat(1000)), "a smaller list");
    let many = format!("B={}1", "1+".repeat(249));
    assert_eq!(Override::parse(&many).unwrap().value.to_string(), "250");
    assert_eq!(Override::parse("B=(-1)^(10^20)").unwrap().value.to_string(), "1");
    assert_eq!(
        Override::parse("B=[[1, 2],[\"a,]\", x y]]").unwrap().value.to_string(),
        "[[1, 2], [\"a,]\", \"x y\"]]"
    );
}

/// Pieces of which texts are made that come near to being valid.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{", "}", "[", "]", ":", ": ", ",", "\"", "'", "\n", "\n  ", "- ", "&a ", "*a", "a", "${", "${a}",
        "\\", "\\u12", "#", "=", "|", "<=", "1", "2.5", "-", "^", "//", "(", ")", "null", "é", "\u{1b}",
        "\u{feff}", "? ", "!x ", "---\n", "@", ".",
    ]);
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in pieces()) {
        let source = Source::new("x", text.clone());
        if let Ok(value) = read_yaml(&source) {
            let _ = interpolate(&value).map(|interpolated| interpolated.root.to_string());
        }
        let _ = Vendor::read(&source);
        let _ = ModelDescription::parse(&source);
        let _ = Override::parse(&text);
        let span = modelmeter::diagnostic::Span::new(&source, 0..text.len());
        let _ = Fact::parse(&span).map_err(|error| error.render(false));
    }
}

const MODEL: &str = "id = 'm'\ntitle = 'M'\nfacts = ['H | h']\n\
    [[symbol]]\nname = 'h'\nmeaning = 'width'\nkey = 'hf.hidden_size'\naliases = ['hf.d_model']\n\
    [[symbol]]\nname = 'H'\nmeaning = 'heads'\nkey = 'hf.heads'\ndefault = 'h // 64'\n\
    [[runtime]]\nname = 'B'\nmeaning = 'batch'\ndefault = 1\nminimum = 1\n\
    [[runtime]]\nname = 'S'\nmeaning = 'tokens'\ndefault = 512\n\
    [[phase]]\nname = 'forward'\nabout = 'once'\nkeys = ['B', 'S']\n";

/// Binds a model that has no files but its description, to a vendor's configuration.
fn bind_vendor(model: &str, config: &str, arguments: &[&str], all_phases: bool) -> Result<Binding> {
    let description = ModelDescription::parse(&Source::new("model.toml", model))?;
    let vendor = Vendor::read(&Source::new("config.json", config))?;
    let overrides = read_overrides(arguments)?;
    let request = Request {
        overrides: &overrides,
        vendor: Some(&vendor),
        accepted: &Accepted::default(),
        all_phases,
        strict: false,
    };
    bind(&description, &Files::directory("/nowhere"), request)
}

#[test]
fn models_need_no_groups_beside_the_vendors_file() {
    let binding = bind_vendor(MODEL, r#"{"d_model": 640, "heads": null}"#, &["S=4"], true).unwrap();
    let size = |name: &str| binding.size(name).unwrap().to_string();
    assert_eq!(
        (size("h"), size("H"), size("B"), size("S")),
        ("640".into(), "10".into(), "1".into(), "4".into())
    );
    let error = bind_vendor(MODEL, r#"{"d_model": 640, "heads": 7}"#, &[], true).unwrap_err();
    assert_parts(&error.render(false), &["7 does not divide 640", "config.json:1"]);
    let error = bind_vendor(MODEL, "{}", &[], true).unwrap_err();
    assert_parts(&error.render(false), &["`h` (width) has no value", "hf.hidden_size or hf.d_model"]);
}

#[test]
fn descriptions_that_are_wrong_are_underlined() {
    let refused = |from: &str, to: &str, part: &str| {
        assert!(MODEL.contains(from), "{from}");
        let text = MODEL.replacen(from, to, 1);
        let error = ModelDescription::parse(&Source::new("model.toml", text)).expect_err("refused");
        assert_parts(&error.render(false), &[part, "model.toml:"]);
    };
    refused("title =", "titel =", "unknown field `titel`");
    refused("'H | h'", "'H | hh'", "no symbol is called `hh`");
    refused("'H | h'", "'H ~ h'", "expected `|`, `<=`, `<`, `==` or `!=`");
    refused("name = 'H'", "name = 'h'", "the name `h` is taken");
    refused("name = 'H'", "name = 'io'", "the name `io` is taken");
    refused("name = 'H'", "name = 'H h'", "cannot be a name in formulas");
    refused("default = 'h // 64'", "default = 'B // 64'", "which is not declared before");
    refused("default = 'h // 64'", "default = true", "not of the symbol's kind");
    refused("meaning = 'heads'", "meaning = 'heads'\nkind = 'number'", "accepted are size, flag, text, list");
    refused("keys = ['B', 'S']", "keys = ['B', 'T']", "`T` is no runtime key");
    refused("id = 'm'", "id = '../m'", "cannot be the name of a model");
    refused("name = 'forward'", "name = 'once'", "default_phase is missing");
}
