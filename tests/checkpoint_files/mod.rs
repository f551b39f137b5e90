//! Checkpoints for tests: safetensors files of true headers whose data are holes in the file, and what the command says
//! of them.

#![allow(dead_code)]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A tensor: name, type, shape.
pub type Tensor = (String, String, Vec<u64>);

/// A directory of its own for one test, removed at its end.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir();
        let root = root.join(format!("modelmeter-checkpoint-{}-{number}-{name}", std::process::id()));
        _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        Folder(root)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn text(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

/// Bits of an element of a type.
fn bits(kind: &str) -> u64 {
    match kind {
        "F64" | "I64" => 64,
        "F32" | "I32" => 32,
        "F16" | "BF16" => 16,
        _ => 8,
    }
}

/// A safetensors file of these tensors, one behind the other.
pub fn write_safetensors(path: &Path, tensors: &[Tensor]) {
    let mut header = serde_json::Map::new();
    let mut at = 0;
    for (name, kind, shape) in tensors {
        let end = at + shape.iter().product::<u64>() * bits(kind) / 8;
        let entry = serde_json::json!({ "dtype": kind, "shape": shape, "data_offsets": [at, end] });
        assert!(header.insert(name.clone(), entry).is_none(), "{name} twice");
        at = end;
    }
    write_raw(path, serde_json::Value::Object(header).to_string().as_bytes(), at);
}

/// A safetensors file with that header, true in its length, and so many bytes of data.
pub fn write_raw(path: &Path, header: &[u8], data: u64) {
    let mut file = File::create(path).unwrap();
    file.write_all(&(header.len() as u64).to_le_bytes()).unwrap();
    file.write_all(header).unwrap();
    file.set_len(8 + header.len() as u64 + data).unwrap();
}

/// A line `model.layers.{0..1}.norm.weight F32 [48]` as the tensors that it stands for.
pub fn expand(line: &str) -> Vec<Tensor> {
    let mut parts = line.splitn(3, ' ');
    let (name, kind, shape) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let shape: Vec<u64> = serde_json::from_str(shape).unwrap();
    let mut names = vec![String::new()];
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('{') {
        let (list, behind) = after.split_once('}').unwrap();
        let numbers: Vec<u64> = list
            .split(',')
            .flat_map(|run| match run.split_once("..") {
                Some((first, last)) => first.parse().unwrap()..=last.parse::<u64>().unwrap(),
                None => run.parse().unwrap()..=run.parse().unwrap(),
            })
            .collect();
        let numbered =
            |start: &String| numbers.iter().map(|n| format!("{start}{before}{n}")).collect::<Vec<_>>();
        names = names.iter().flat_map(numbered).collect();
        rest = behind;
    }
    names.iter().map(|start| (format!("{start}{rest}"), kind.to_owned(), shape.clone())).collect()
}

/// A model that was saved.
pub struct Saved {
    pub name: String,
    pub config: String,
    pub tensors: Vec<Tensor>,
}

/// All that `tests/torch/checkpoints.py` has written.
pub fn saved() -> Vec<Saved> {
    let file: toml::Table = toml::from_str(include_str!("../data/checkpoints/transformers.toml")).unwrap();
    let text = |value: &toml::Value, key: &str| value[key].as_str().unwrap().to_owned();
    let models = file["checkpoint"].as_array().unwrap().iter();
    let saved = models.map(|model| Saved {
        name: text(model, "name"),
        config: text(model, "config"),
        tensors: text(model, "tensors").lines().flat_map(expand).collect(),
    });
    saved.collect()
}

/// One of them, by name.
pub fn saved_as(name: &str) -> Saved {
    saved().into_iter().find(|saved| saved.name == name).unwrap()
}

impl Saved {
    /// Writes it as a folder with `config.json` and `model.safetensors`.
    pub fn write(&self, folder: &Folder) {
        folder.write("config.json", &self.config);
        write_safetensors(&folder.0.join("model.safetensors"), &self.tensors);
    }

    /// The same with other tensors.
    pub fn with(mut self, change: impl FnOnce(&mut Vec<Tensor>)) -> Self {
        change(&mut self.tensors);
        self
    }

    /// The same with other keys in its configuration.
    pub fn with_keys(mut self, keys: serde_json::Value) -> Self {
        let mut config: serde_json::Value = serde_json::from_str(&self.config).unwrap();
        for (key, value) in keys.as_object().unwrap() {
            config[key] = value.clone();
        }
        self.config = config.to_string();
        self
    }
}

/// Runs the command.
pub fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_modelmeter")).args(arguments).output().unwrap()
}

/// Standard output, and error output.
pub fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

/// Bad input: exit code 2, nothing on standard output, a message with these words and no panic.
pub fn refused(arguments: &[&str], words: &[&str]) {
    let output = run(arguments);
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}\n{out}\n{err}");
    assert!(out.is_empty(), "{arguments:?} printed\n{out}");
    assert!(!err.contains("panicked"), "{err}");
    for word in words {
        assert!(err.contains(word), "`{word}` is missing for {arguments:?} in\n{err}");
    }
}
