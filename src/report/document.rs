//! A document as a tree: what is said, not how a format spells it.

/// A piece of running text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Prose.
    Text(String),
    /// Something to be read letter by letter: a name, a formula.
    Code(String),
    /// Emphasis.
    Strong(String),
    /// A formula in LaTeX.
    Math(String),
    /// Words, which may be one name in backticks, that lead somewhere.
    Link(String, String),
}

/// Running text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Inline>);

/// An entry of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// What it says.
    pub line: Line,
    /// A formula of several lines that follows, or nothing.
    pub formula: String,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub title: String,
    /// Holds numbers.
    pub right: bool,
}

/// A block of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading; 1 is the document's title.
    Heading(u8, Line),
    /// A paragraph.
    Paragraph(Line),
    /// A list without numbers.
    List(Vec<Item>),
    /// A table.
    Table(Vec<Column>, Vec<Vec<Line>>),
    /// Text in a language, kept as it is.
    Code(&'static str, String),
    /// A displayed formula in LaTeX.
    Math(String),
}

/// A whole document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// In order.
    pub blocks: Vec<Block>,
}

impl Line {
    /// Prose alone.
    pub fn of(text: impl Into<String>) -> Line {
        Line::default().text(text)
    }

    /// Code alone.
    pub fn of_code(text: impl Into<String>) -> Line {
        Line::default().code(text)
    }

    /// With prose after it.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Line {
        self.0.push(Inline::Text(text.into()));
        self
    }

    /// With code after it.
    #[must_use]
    pub fn code(mut self, text: impl Into<String>) -> Line {
        self.0.push(Inline::Code(text.into()));
        self
    }

    /// With emphasised words after it.
    #[must_use]
    pub fn strong(mut self, text: impl Into<String>) -> Line {
        self.0.push(Inline::Strong(text.into()));
        self
    }

    /// With a formula in LaTeX after it.
    #[must_use]
    pub fn math(mut self, latex: impl Into<String>) -> Line {
        self.0.push(Inline::Math(latex.into()));
        self
    }

    /// With words that lead somewhere after it.
    #[must_use]
    pub fn link(mut self, words: impl Into<String>, target: impl Into<String>) -> Line {
        self.0.push(Inline::Link(words.into(), target.into()));
        self
    }

    /// With another line after it.
    #[must_use]
    pub fn and(mut self, other: Line) -> Line {
        self.0.extend(other.0);
        self
    }

    /// Names in code, with commas between them.
    pub fn names<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Line {
        let mut line = Line::default();
        for name in names {
            if !line.0.is_empty() {
                line = line.text(", ");
            }
            line = line.code(name);
        }
        line
    }
}

impl From<Line> for Item {
    fn from(line: Line) -> Item {
        Item { line, formula: String::new() }
    }
}

impl Document {
    /// Adds a heading.
    pub fn heading(&mut self, level: u8, line: Line) {
        self.blocks.push(Block::Heading(level, line));
    }

    /// Adds a paragraph, unless it is empty.
    pub fn paragraph(&mut self, line: Line) {
        if !line.0.is_empty() {
            self.blocks.push(Block::Paragraph(line));
        }
    }

    /// Adds a list, unless it is empty.
    pub fn list<I: Into<Item>>(&mut self, items: impl IntoIterator<Item = I>) {
        let items: Vec<Item> = items.into_iter().map(Into::into).collect();
        if !items.is_empty() {
            self.blocks.push(Block::List(items));
        }
    }

    /// Adds a table, unless it has no rows. A title that starts with `>` is that of a column of numbers.
    pub fn table(&mut self, titles: &[&str], rows: Vec<Vec<Line>>) {
        if rows.is_empty() {
            return;
        }
        let column = |title: &&str| Column {
            title: title.trim_start_matches('>').to_owned(),
            right: title.starts_with('>'),
        };
        self.blocks.push(Block::Table(titles.iter().map(column).collect(), rows));
    }

    /// Adds a block of text.
    pub fn code(&mut self, language: &'static str, text: String) {
        self.blocks.push(Block::Code(language, text));
    }

    /// Adds a displayed formula.
    pub fn math(&mut self, latex: String) {
        self.blocks.push(Block::Math(latex));
    }
}
