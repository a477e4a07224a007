//! A column of a row group: the values, and the pages they are written as.
//!
//! Texts repeat themselves (an id in all rows of a cluster, the components in nearly all rows of many), so they are
//! written once, in a dictionary, and the rows say which, in runs. Numbers are written as they are.

use std::collections::HashMap;

use jiff::civil::{Date, date};

use super::thrift;
use crate::export::{Cell, Column, Kind};

/// Parquet's words for how values are written.
pub(super) const PLAIN: i32 = 0;
pub(super) const RLE: i32 = 3;
pub(super) const RLE_DICTIONARY: i32 = 8;

/// Parquet's words for pages.
const DATA_PAGE: i32 = 0;
const DICTIONARY_PAGE: i32 = 2;

/// The day that days are counted from.
const EPOCH: Date = date(1970, 1, 1);

/// The values of a column, so far.
pub(super) struct Chunk {
    column: Column,
    /// Of each row whether it has a value, as runs.
    present: Runs,
    rows: usize,
    values: Values,
}

enum Values {
    Plain(Vec<u8>),
    Words { number_of: HashMap<Box<str>, u32>, dictionary: Vec<u8>, rows: Runs },
}

/// Where a column was written.
pub(super) struct Written {
    pub(super) values: usize,
    pub(super) bytes: usize,
    /// Where its dictionary begins, where it has one, and where its values do; counted from the column's beginning.
    pub(super) dictionary: Option<usize>,
    pub(super) data: usize,
}

impl Chunk {
    pub(super) fn new(column: Column) -> Self {
        let values = match column.kind {
            Kind::Text | Kind::Json => {
                Values::Words { number_of: HashMap::new(), dictionary: Vec::new(), rows: Runs::default() }
            }
            Kind::Moment | Kind::Day | Kind::Count => Values::Plain(Vec::new()),
        };
        Self { column, present: Runs::default(), rows: 0, values }
    }

    pub(super) fn push(&mut self, cell: &Cell) {
        self.rows += 1;
        self.present.push((*cell != Cell::Absent).into());
        match cell {
            Cell::Absent => {}
            Cell::Text(text) | Cell::Json(text) => self.values.word(text),
            Cell::Word(word) => self.values.word(word),
            Cell::Moment(at) => self.values.plain(&at.as_millisecond().to_le_bytes()),
            Cell::Day(day) => self.values.plain(&(*day - EPOCH).get_days().to_le_bytes()),
            // A count past 2⁶³ is none that anything reached.
            Cell::Count(count) => self.values.plain(&count.to_le_bytes()),
        }
    }

    /// How many bytes are held, roughly.
    pub(super) fn size(&self) -> usize {
        match &self.values {
            Values::Plain(bytes) => bytes.len(),
            // Each word is held twice: as it will be written, and as a key.
            Values::Words { dictionary, rows, .. } => 2 * dictionary.len() + rows.runs.len() * size_of::<(u32, u32)>(),
        }
    }

    /// Writes the pages.
    pub(super) fn write(self, out: &mut Vec<u8>) -> Written {
        let begin = out.len();
        let mut page = Vec::new();
        if self.column.optional {
            let mut levels = Vec::new();
            self.present.write(1, &mut levels);
            page.extend_from_slice(&small(levels.len()).to_le_bytes());
            page.extend(levels);
        }
        let dictionary = match self.values {
            Values::Plain(bytes) => {
                page.extend(bytes);
                None
            }
            Values::Words { number_of, dictionary, rows } => {
                header(out, DICTIONARY_PAGE, dictionary.len(), number_of.len(), PLAIN);
                out.extend(dictionary);
                let highest = number_of.len().saturating_sub(1).max(1);
                let bits = usize::BITS - highest.leading_zeros();
                page.push(bits.to_le_bytes()[0]);
                rows.write(bits, &mut page);
                Some(0)
            }
        };
        let data = out.len() - begin;
        let encoding = if dictionary.is_some() { RLE_DICTIONARY } else { PLAIN };
        header(out, DATA_PAGE, page.len(), self.rows, encoding);
        out.extend(page);
        Written { values: self.rows, bytes: out.len() - begin, dictionary, data }
    }
}

impl Values {
    fn plain(&mut self, value: &[u8]) {
        if let Self::Plain(bytes) = self {
            bytes.extend_from_slice(value);
        }
    }

    fn word(&mut self, word: &str) {
        let Self::Words { number_of, dictionary, rows } = self else { return };
        let number = number_of.get(word).copied().unwrap_or_else(|| {
            let next = u32::try_from(number_of.len()).expect("a row group has far fewer rows than 2³²");
            number_of.insert(word.into(), next);
            dictionary.extend_from_slice(&small(word.len()).to_le_bytes());
            dictionary.extend_from_slice(word.as_bytes());
            next
        });
        rows.push(number);
    }
}

/// Numbers of which many follow that are the same.
#[derive(Default)]
struct Runs {
    /// A number, and how often.
    runs: Vec<(u32, u32)>,
}

impl Runs {
    fn push(&mut self, number: u32) {
        match self.runs.last_mut() {
            Some((last, times)) if *last == number => *times += 1,
            _ => self.runs.push((number, 1)),
        }
    }

    /// The hybrid of runs and packed bits, of which this uses runs alone.
    fn write(&self, bits: u32, out: &mut Vec<u8>) {
        for (number, times) in &self.runs {
            thrift::number(out, u64::from(*times) << 1);
            out.extend(number.to_le_bytes().iter().take(bits.div_ceil(8) as usize));
        }
    }
}

fn header(out: &mut Vec<u8>, page: i32, bytes: usize, values: usize, encoding: i32) {
    thrift::object(out, |header| {
        header.int(1, page);
        header.int(2, small(bytes));
        header.int(3, small(bytes));
        header.object(if page == DATA_PAGE { 5 } else { 7 }, |header| {
            header.int(1, small(values));
            header.int(2, encoding);
            if page == DATA_PAGE {
                header.int(3, RLE);
                header.int(4, RLE);
            }
        });
    });
}

fn small(length: usize) -> i32 {
    i32::try_from(length).expect("a row group is written long before it is 2 GiB")
}
