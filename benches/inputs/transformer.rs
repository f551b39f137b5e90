//! Transformers as sums of operators' costs, one line an operator: the same text as the peers' drivers read, so that
//! rows compare. The models: `shared` has the same symbols in all layers, `own` has symbols of each layer's own,
//! `kinds` has four kinds of layers.

/// The symbols that differ from layer to layer, as placeholders in [`LAYER`].
const OWN: [&str; 10] = ["D", "H", "K", "d", "r", "Ne", "k", "F", "Fs", "q"];

/// A decoder layer: each `{name}` is one of its own symbols.
pub const LAYER: [&str; 18] = [
    "2*B*S*{D}*({H}*{d}+2*{K}*{d})",
    "2*B*S*{D}*({q}+{r})",
    "2*B*S*({q}*{H}*({d}+{r})+{r}*{H}*2*{d})",
    "2*B*{H}*S*(S+1)*{d}",
    "2*B*{H}*S*(S+1)*{d}",
    "5*B*{H}*S*S",
    "2*B*S*{H}*{d}*{D}",
    "6*B*S*({D}+{H}*{d}+2*{K}*{d})",
    "4*B*S*{D}+3*B*S*{D}",
    "2*B*S*{D}*{Ne}",
    "3*B*S*({Ne}+{k})",
    "2*B*S*{k}*(2*{D}*{F}+{F}*{D})",
    "2*B*S*({D}*{Fs}*2+{Fs}*{D})",
    "B*S*({k}*{F}+{Fs})*5",
    "B*S*{D}*({k}+1)",
    "2*({D}*({H}*{d}+2*{K}*{d})+{H}*{d}*{D}+({Ne}+1)*3*{D}*{F}+{D}*{Ne})",
    "2*B*S*(8*{D}+4*{H}*{d}+4*{K}*{d}+{k}*(2*{F}+2*{D})+3*{Fs})",
    "2*B*S*{K}*{d}*2",
];

/// A block of a vision tower.
const VISION: [&str; 9] = [
    "2*B*Nv*Dv*3*Dv",
    "4*B*Hv*Nv*Nv*dv",
    "2*B*Nv*Dv*Dv",
    "4*B*Nv*Dv*Fv",
    "8*B*Nv*Fv",
    "7*B*Nv*Dv",
    "5*B*Hv*Nv*Nv",
    "2*B*(Nv*(4*Dv+2*Fv)+Hv*Nv*Nv)",
    "2*(4*Dv*Dv+2*Dv*Fv)",
];

/// One line of [`LAYER`] with its symbols' names ending in a suffix.
pub fn with_suffix(line: &str, suffix: &str) -> String {
    OWN.iter()
        .fold(line.to_owned(), |line, name| line.replace(&format!("{{{name}}}"), &format!("{name}{suffix}")))
}

fn model(first: [&str; 3], layers: usize, suffix: impl Fn(usize) -> String) -> String {
    let mut lines: Vec<String> =
        first.iter().filter(|line| !line.is_empty()).map(|line| line.to_string()).collect();
    for place in 0..layers {
        let suffix = suffix(place);
        lines.extend(LAYER.iter().map(|line| with_suffix(line, &suffix)));
    }
    for _ in 0..27 {
        lines.extend(VISION.iter().map(|line| line.to_string()));
    }
    lines.join("+")
}

/// 61 layers with the same symbols: 1,344 operators, 19 symbols, 36 terms.
pub fn shared_61() -> String {
    model(["2*B*S*D*V", "2*B*Nv*3*P*P*Dv", "2*B*Nv*Dv*D"], 61, |_| String::new())
}

/// Layers with symbols of their own: 25 terms each.
pub fn own(layers: usize) -> String {
    model(["2*B*S*D0*V", "2*B*Nv*3*P*P*Dv", "2*B*Nv*Dv*D0"], layers, |place| place.to_string())
}

/// 2,000 layers of four kinds: 36,243 operators, 47 symbols, 108 terms.
pub fn kinds_2000() -> String {
    model(["", "", ""], 2000, |place| ["a", "b", "c", "d"][place % 4].to_owned())
}
