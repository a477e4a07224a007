//! As much of a reader as it takes to see that what is written is what the format says.

use std::collections::BTreeMap;

use crate::export::{Cell, Row};

pub(super) struct Read {
    pub(super) names: Vec<String>,
    pub(super) groups: usize,
    pub(super) rows: Vec<Row>,
}

/// A value of Thrift's.
#[derive(Debug, Clone)]
enum Value {
    Number(i64),
    Text(String),
    List(Vec<Value>),
    Object(BTreeMap<u8, Value>),
}

impl Value {
    fn at(&self, field: u8) -> &Self {
        let Self::Object(fields) = self else { panic!("{self:?} has no fields") };
        &fields[&field]
    }

    fn has(&self, field: u8) -> bool {
        matches!(self, Self::Object(fields) if fields.contains_key(&field))
    }

    fn list(&self) -> &[Self] {
        let Self::List(values) = self else { panic!("{self:?} is no list") };
        values
    }

    fn number(&self) -> usize {
        let Self::Number(number) = self else { panic!("{self:?} is no number") };
        usize::try_from(*number).unwrap()
    }

    fn text(&self) -> &str {
        let Self::Text(text) = self else { panic!("{self:?} is no text") };
        text
    }
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(length);
    *bytes = rest;
    taken
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = take(bytes, 1)[0];
        number |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return number;
        }
    }
}

fn length(bytes: &mut &[u8]) -> usize {
    u32::from_le_bytes(take(bytes, 4).try_into().unwrap()) as usize
}

fn value(bytes: &mut &[u8], kind: u8) -> Value {
    match kind {
        1 | 2 => Value::Number((kind == 1).into()),
        5 | 6 => {
            let number = varint(bytes);
            Value::Number((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
        }
        8 => {
            let length = varint(bytes) as usize;
            Value::Text(String::from_utf8(take(bytes, length).to_vec()).unwrap())
        }
        9 => {
            let head = take(bytes, 1)[0];
            let length = if head >> 4 == 15 { varint(bytes) } else { (head >> 4).into() };
            Value::List((0..length).map(|_| value(bytes, head & 15)).collect())
        }
        12 => object(bytes),
        _ => panic!("a value of kind {kind}"),
    }
}

fn object(bytes: &mut &[u8]) -> Value {
    let (mut fields, mut field) = (BTreeMap::new(), 0);
    loop {
        let head = take(bytes, 1)[0];
        if head == 0 {
            return Value::Object(fields);
        }
        assert!(head >> 4 > 0, "fields ascend");
        field += head >> 4;
        fields.insert(field, value(bytes, head & 15));
    }
}

/// Runs, until there are so many numbers.
fn runs(bytes: &mut &[u8], bits: usize, count: usize) -> Vec<usize> {
    let mut numbers = Vec::new();
    while numbers.len() < count {
        let head = varint(bytes);
        assert_eq!(head & 1, 0, "nothing is packed");
        let mut number = [0; 8];
        number[..bits.div_ceil(8)].copy_from_slice(take(bytes, bits.div_ceil(8)));
        numbers.extend(std::iter::repeat_n(usize::from_le_bytes(number), (head >> 1) as usize));
    }
    assert_eq!(numbers.len(), count);
    numbers
}

pub(super) fn read(file: &[u8]) -> Read {
    assert!(file.starts_with(b"PAR1") && file.ends_with(b"PAR1"));
    let end = file.len() - 8;
    let begin = end - length(&mut &file[end..]);
    let mut rest = &file[begin..end];
    let footer = object(&mut rest);
    assert!(rest.is_empty());
    let (root, columns) = footer.at(2).list().split_first().unwrap();
    assert_eq!(root.at(5).number(), columns.len());
    let groups = footer.at(4).list();
    let (mut rows, mut reached) = (Vec::new(), 4);
    for group in groups {
        let count = group.at(3).number();
        let mut cells: Vec<_> = columns
            .iter()
            .zip(group.at(1).list())
            .map(|(column, place)| {
                let place = place.at(3);
                assert_eq!(place.at(11 - if place.has(11) { 0 } else { 2 }).number(), reached, "no gaps");
                reached += place.at(7).number();
                let cells = chunk(file, column, place, reached);
                assert_eq!(cells.len(), count);
                cells.into_iter()
            })
            .collect();
        rows.extend((0..count).map(|_| cells.iter_mut().map(|cells| cells.next().unwrap()).collect::<Row>()));
    }
    assert_eq!((reached, rows.len()), (begin, footer.at(3).number()));
    Read { names: columns.iter().map(|column| column.at(4).text().to_owned()).collect(), groups: groups.len(), rows }
}

fn chunk(file: &[u8], column: &Value, place: &Value, end: usize) -> Vec<Cell> {
    let mut dictionary = Vec::new();
    if place.has(11) {
        let mut bytes = &file[place.at(11).number()..place.at(9).number()];
        let count = object(&mut bytes).at(7).at(1).number();
        dictionary.extend((0..count).map(|_| {
            let length = length(&mut bytes);
            String::from_utf8(take(&mut bytes, length).to_vec()).unwrap()
        }));
        assert!(bytes.is_empty());
    }
    let mut bytes = &file[place.at(9).number()..end];
    let header = object(&mut bytes);
    assert_eq!(header.at(3).number(), bytes.len());
    let count = header.at(5).at(1).number();
    let present = if column.at(3).number() == 1 {
        let length = length(&mut bytes);
        runs(&mut take(&mut bytes, length), 1, count)
    } else {
        vec![1; count]
    };
    let there = present.iter().sum();
    let mut words = Vec::new();
    if place.has(11) {
        let bits = take(&mut bytes, 1)[0].into();
        words = runs(&mut bytes, bits, there);
    }
    let mut words = words.into_iter();
    let meaning = if column.has(6) { column.at(6).number() } else { usize::MAX };
    let mut cell = || match meaning {
        0 if column.at(4).text() == "word" => Cell::Word(match dictionary[words.next().unwrap()].as_str() {
            "customer" => "customer",
            _ => "staff",
        }),
        0 => Cell::Text(dictionary[words.next().unwrap()].as_str().into()),
        19 => Cell::Json(dictionary[words.next().unwrap()].as_str().into()),
        6 => {
            let days = i32::from_le_bytes(take(&mut bytes, 4).try_into().unwrap());
            Cell::Day(jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(days))
        }
        9 => {
            let at = i64::from_le_bytes(take(&mut bytes, 8).try_into().unwrap());
            Cell::Moment(jiff::Timestamp::from_millisecond(at).unwrap())
        }
        _ => Cell::Count(u64::from_le_bytes(take(&mut bytes, 8).try_into().unwrap())),
    };
    let cells = present.iter().map(|present| if *present == 1 { cell() } else { Cell::Absent }).collect();
    assert!(bytes.is_empty());
    cells
}
