//! What a checkpoint says of its tensors: names, shapes and types, read from the headers of its files alone.
//!
//! Holds the formats (safetensors with their index, GGUF with its metadata) and which files of a folder are meant. Knows no
//! model. Every header is taken for hostile: lengths and counts are held against the file's length before anything is read
//! or kept, and errors name the file and the byte.

mod folder;
mod ggml_types;
mod gguf;
mod header;
mod index;
mod safetensors;

pub use folder::{Checkpoint, Found, find, read};
pub use header::{Datum, Header, Stored, Tensor};
