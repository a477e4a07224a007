//! Apache Parquet: a file of row groups, each with its columns one behind the other, and a footer that says where they are.
//!
//! It is written here and not by a library, because the one there is brings a second time crate. What is written is the
//! small part of the [format](https://parquet.apache.org/docs/file-format/) that every reader knows: version 1 pages, no
//! compression, dictionaries for texts.

use super::{Column, Kind, Row};

mod chunk;
mod thrift;

use chunk::{Chunk, PLAIN, RLE, RLE_DICTIONARY, Written};

/// Rows of a row group.
const ROWS: usize = 50_000;
/// A row group is complete when it holds so many bytes, however few its rows.
const BYTES: usize = 16 * 1024 * 1024;
const MAGIC: &[u8] = b"PAR1";

/// A file that is written from its beginning to its end.
pub(crate) struct File {
    columns: &'static [Column],
    chunks: Vec<Chunk>,
    rows: usize,
    groups: Vec<Group>,
    /// How long the file is so far.
    length: usize,
}

/// A row group that was written.
struct Group {
    rows: usize,
    /// Each with where it begins.
    chunks: Vec<(usize, Written)>,
}

impl File {
    /// A new file, and what stands at its beginning.
    pub(crate) fn new(columns: &'static [Column]) -> (Self, Vec<u8>) {
        let file = Self { columns, chunks: chunks(columns), rows: 0, groups: Vec::new(), length: MAGIC.len() };
        (file, MAGIC.to_vec())
    }

    /// Adds a row. Answers what is to be written of the file now, where there is something.
    pub(crate) fn push(&mut self, row: &Row) -> Option<Vec<u8>> {
        for (chunk, cell) in self.chunks.iter_mut().zip(row) {
            chunk.push(cell);
        }
        self.rows += 1;
        let size = || self.chunks.iter().map(Chunk::size).sum::<usize>();
        (self.rows >= ROWS || size() >= BYTES).then(|| self.group())
    }

    fn group(&mut self) -> Vec<u8> {
        let (mut out, mut written) = (Vec::new(), Vec::new());
        for chunk in std::mem::replace(&mut self.chunks, chunks(self.columns)) {
            written.push((self.length + out.len(), chunk.write(&mut out)));
        }
        self.groups.push(Group { rows: std::mem::take(&mut self.rows), chunks: written });
        self.length += out.len();
        out
    }

    /// The rest of the file.
    pub(crate) fn end(mut self) -> Vec<u8> {
        let mut out = if self.rows > 0 { self.group() } else { Vec::new() };
        let begin = out.len();
        self.footer(&mut out);
        let length = u32::try_from(out.len() - begin).expect("a footer says a few hundred bytes of each row group");
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(MAGIC);
        out
    }

    fn footer(&self, out: &mut Vec<u8>) {
        thrift::object(out, |file| {
            file.int(1, 1);
            let root = std::iter::once(None);
            let schema: Vec<Option<&Column>> = root.chain(self.columns.iter().map(Some)).collect();
            file.objects(2, &schema, |element, column| match column {
                None => {
                    element.text(4, "schema");
                    element.int(5, i32::try_from(self.columns.len()).expect("a table has a few columns"));
                }
                Some(column) => describe(element, column),
            });
            file.long(3, self.groups.iter().map(|group| group.rows).sum());
            file.objects(4, &self.groups, |element, group| {
                let bytes = group.chunks.iter().map(|(_, chunk)| chunk.bytes).sum();
                let columns: Vec<_> = self.columns.iter().zip(&group.chunks).collect();
                element.objects(1, &columns, |element, (column, (begin, chunk))| place(element, column, *begin, chunk));
                element.long(2, bytes);
                element.long(3, group.rows);
            });
            file.text(6, concat!("wfm-api version ", env!("CARGO_PKG_VERSION")));
        });
    }
}

fn chunks(columns: &[Column]) -> Vec<Chunk> {
    columns.iter().copied().map(Chunk::new).collect()
}

/// Parquet's word for how values of a kind are held.
fn physical(kind: Kind) -> i32 {
    const INT32: i32 = 1;
    const INT64: i32 = 2;
    const BYTE_ARRAY: i32 = 6;
    match kind {
        Kind::Text | Kind::Json => BYTE_ARRAY,
        Kind::Moment | Kind::Count => INT64,
        Kind::Day => INT32,
    }
}

/// A column in the schema. What it means is said twice: in the old words and in the new ones.
fn describe(element: &mut thrift::Fields<'_>, column: &Column) {
    element.int(1, physical(column.kind));
    element.int(3, column.optional.into());
    element.text(4, column.name);
    match column.kind {
        Kind::Text => {
            element.int(6, 0);
            element.choice(10, 1);
        }
        Kind::Day => {
            element.int(6, 6);
            element.choice(10, 6);
        }
        Kind::Moment => {
            element.int(6, 9);
            // In UTC, in milliseconds.
            element.object(10, |meaning| {
                meaning.object(8, |timestamp| {
                    timestamp.flag(1, true);
                    timestamp.choice(2, 1);
                });
            });
        }
        Kind::Json => {
            element.int(6, 19);
            element.choice(10, 12);
        }
        Kind::Count => {}
    }
}

/// Where a column of a row group is.
fn place(element: &mut thrift::Fields<'_>, column: &Column, begin: usize, chunk: &Written) {
    element.long(2, begin);
    element.object(3, |place| {
        place.int(1, physical(column.kind));
        place.ints(2, if chunk.dictionary.is_some() { &[PLAIN, RLE, RLE_DICTIONARY] } else { &[PLAIN, RLE] });
        place.texts(3, &[column.name]);
        place.int(4, 0);
        place.long(5, chunk.values);
        place.long(6, chunk.bytes);
        place.long(7, chunk.bytes);
        place.long(9, begin + chunk.data);
        if let Some(dictionary) = chunk.dictionary {
            place.long(11, begin + dictionary);
        }
    });
}

#[cfg(test)]
mod tests;
