//! Hostile headers: each is refused with the file and the byte, in bounded memory, whatever command reads it.

mod checkpoint_files;

use checkpoint_files::{Folder, refused, saved_as, write_raw};

/// A folder with Llama's configuration and a file of these bytes.
fn with_file(name: &str, bytes: &[u8]) -> Folder {
    let folder = Folder::new(name);
    folder.write("config.json", &saved_as("llama").config);
    folder.write("model.safetensors", bytes);
    folder
}

/// The same with a header of true length, and so many bytes of data.
fn with_header(name: &str, header: &str, data: u64) -> Folder {
    let folder = with_file(name, b"");
    write_raw(&folder.0.join("model.safetensors"), header.as_bytes(), data);
    folder
}

/// A header with one tensor.
fn one(kind: &str, shape: &str, offsets: &str) -> String {
    format!("{{\"a\":{{\"dtype\":\"{kind}\",\"shape\":{shape},\"data_offsets\":{offsets}}}}}")
}

#[test]
fn lengths_that_lie_are_refused() {
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("empty", vec![], "byte 0: the file ends"),
        ("short", vec![1, 2, 3], "byte 3: the file ends"),
        (
            "largest",
            u64::MAX.to_le_bytes().to_vec(),
            "a header of 18446744073709551615 bytes is said to follow; at most",
        ),
        (
            "beyond",
            [&90_000_000_u64.to_le_bytes()[..], b"{}"].concat(),
            "90000000 bytes is said to follow, but 2 do",
        ),
        (
            "cut",
            [&40_u64.to_le_bytes()[..], b"{\"a\":{\"dtype\":\"F3"].concat(),
            "40 bytes is said to follow, but 17 do",
        ),
        ("within", [&3_u64.to_le_bytes()[..], b"{}}}"].concat(), "byte 10: the header is wrong"),
    ];
    for (name, bytes, words) in cases {
        let folder = with_file(name, &bytes);
        for command in ["eval", "report", "formula", "reconcile"] {
            refused(&[command, folder.text()], &["bad-safetensors", "model.safetensors, byte ", words]);
        }
    }
}

#[test]
fn headers_above_a_hundred_megabytes_are_not_read() {
    let folder = with_file("huge", b"");
    let path = folder.0.join("model.safetensors");
    let file = std::fs::File::create(&path).unwrap();
    std::io::Write::write_all(&mut &file, &200_000_000_u64.to_le_bytes()).unwrap();
    file.set_len(400_000_000).unwrap();
    refused(&["eval", folder.text()], &["a header of 200000000 bytes", "at most 100000000 are read"]);
}

#[test]
fn headers_that_contradict_their_data_are_refused() {
    let two = |first: &str, second: &str| {
        let entry = |name: &str, offsets: &str| {
            format!("\"{name}\":{{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":{offsets}}}")
        };
        format!("{{{},{}}}", entry("a", first), entry("b", second))
    };
    let cases: Vec<(String, u64, &str)> = vec![
        (one("F32", "[2,2]", "[0,12]"), 12, "takes 16 bytes by its shape and type, but its data are 0..12"),
        (one("F32", "[2,2]", "[0,16]"), 12, "has its data at 0..16, but there are 12 bytes of data"),
        (one("F32", "[2,2]", "[16,0]"), 16, "has its data at 16..0"),
        (one("F32", "[2,2]", "[0,16]"), 20, "the tensors' data end here, and 4 more bytes follow"),
        (one("F32", "[2,2]", "[4,20]"), 20, "leave a hole before them"),
        (two("[0,4]", "[2,6]"), 6, "the data of `b`, 2..6, overlap those before them"),
        (two("[0,4]", "[0,4]"), 4, "overlap those before them"),
        (one("F32", "[4294967296,4294967296,4]", "[0,0]"), 0, "more elements than 64 bits count"),
        (
            one("F32", "[4611686018427387904]", "[0,0]"),
            0,
            "takes no whole number of bytes that 64 bits count",
        ),
        (one("F32", "[18446744073709551616]", "[0,0]"), 0, "the header is wrong"),
        (one("F32", "[-1]", "[0,4]"), 4, "the header is wrong"),
        (one("F32", "[1.5]", "[0,4]"), 4, "the header is wrong"),
        (one("F32", "[1e3]", "[0,4]"), 4, "the header is wrong"),
        (one("F32", "\"4\"", "[0,4]"), 4, "the header is wrong"),
        (one("F32", &format!("[{}1]", "1,".repeat(40)), "[0,4]"), 4, "more than 16 dimensions"),
        (one("F33", "[1]", "[0,4]"), 4, "the type `F33`, which is not known"),
        (one("F32", "[1]", "[0,4,8]"), 4, "the header is wrong"),
        ("[]".to_owned(), 0, "the header is wrong"),
        ("{\"a\":{\"dtype\":\"U8\"}}".to_owned(), 0, "missing field"),
        (
            one("U8", "[1]", "[0,1]")
                .replace("}}", "},\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}"),
            2,
            "`a` stands twice",
        ),
        (format!("{{\"a\":{}", "[".repeat(100_000)), 0, "the header is wrong"),
        (
            "{\"\\u001b[2J\":{\"dtype\":\"?\",\"shape\":[],\"data_offsets\":[0,1]}}".to_owned(),
            1,
            "\\u{1b}[2J",
        ),
    ];
    for (place, (header, data, words)) in cases.into_iter().enumerate() {
        let folder = with_header(&format!("header{place}"), &header, data);
        refused(&["eval", folder.text()], &["bad-safetensors", "model.safetensors, byte ", words]);
    }
}

#[test]
fn many_tensors_are_bounded() {
    let entry =
        |number: usize| format!("\"{number}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}");
    let entries: Vec<String> = (0..1_100_000).map(entry).collect();
    let folder = with_header("many", &format!("{{{}}}", entries.join(",")), 0);
    refused(&["eval", folder.text()], &["more than 1048576 tensors"]);
}

#[test]
fn indexes_that_lie_are_refused() {
    let cases = [
        ("{\"weight_map\": {\"a\": \"../../etc/passwd\"}}", "is no name of a file of this folder"),
        ("{\"weight_map\": {\"a\": \"/etc/passwd\"}}", "is no name of a file of this folder"),
        ("{\"weight_map\": {\"a\": \"x.safetensors\", \"a\": \"x.safetensors\"}}", "`a` stands twice"),
        ("{\"weight_map\": {\"a\": 1}}", "the index is wrong"),
        ("{\"weight_map\": ", "the index is wrong"),
        ("{}", "`weight_map` is missing"),
        ("[]", "the index is wrong"),
    ];
    for (place, (text, words)) in cases.into_iter().enumerate() {
        let folder = Folder::new(&format!("index{place}"));
        folder.write("config.json", &saved_as("llama").config);
        folder.write("model.safetensors.index.json", text);
        refused(&["eval", folder.text()], &["model.safetensors.index.json, byte ", words]);
    }
}

#[test]
fn configurations_too_large_to_compare_are_refused() {
    let folder = Folder::new("layers");
    saved_as("llama").with_keys(serde_json::json!({ "num_hidden_layers": 1_000_000_000 })).write(&folder);
    refused(&["reconcile", folder.text()], &["more than 1048576 tensors"]);
}
