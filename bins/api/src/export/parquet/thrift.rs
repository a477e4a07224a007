//! The compact protocol of Apache Thrift, as much of it as Parquet's headers and footer need.

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const I32: u8 = 5;
const I64: u8 = 6;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// Writes a struct: its fields in ascending order of their numbers.
pub(super) fn object(out: &mut Vec<u8>, fields: impl FnOnce(&mut Fields<'_>)) {
    fields(&mut Fields { out, last: 0 });
    out.push(0);
}

/// LEB128: seven bits to a byte, lowest first.
pub(super) fn number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// The fields of a struct that is being written.
pub(super) struct Fields<'a> {
    out: &'a mut Vec<u8>,
    last: u8,
}

impl Fields<'_> {
    pub(super) fn int(&mut self, field: u8, value: i32) {
        self.begin(field, I32);
        signed(self.out, value.into());
    }

    pub(super) fn long(&mut self, field: u8, value: usize) {
        self.begin(field, I64);
        signed(self.out, value as i64);
    }

    pub(super) fn flag(&mut self, field: u8, value: bool) {
        self.begin(field, if value { TRUE } else { FALSE });
    }

    pub(super) fn text(&mut self, field: u8, value: &str) {
        self.begin(field, BINARY);
        text(self.out, value);
    }

    pub(super) fn object(&mut self, field: u8, fields: impl FnOnce(&mut Fields<'_>)) {
        self.begin(field, STRUCT);
        object(self.out, fields);
    }

    /// A union of which a member without fields is chosen.
    pub(super) fn choice(&mut self, field: u8, member: u8) {
        self.object(field, |union| union.object(member, |_| ()));
    }

    pub(super) fn ints(&mut self, field: u8, values: &[i32]) {
        self.list(field, I32, values, |out, value| signed(out, (*value).into()));
    }

    pub(super) fn texts(&mut self, field: u8, values: &[&str]) {
        self.list(field, BINARY, values, |out, value| text(out, value));
    }

    pub(super) fn objects<T>(&mut self, field: u8, values: &[T], mut fields: impl FnMut(&mut Fields<'_>, &T)) {
        self.list(field, STRUCT, values, |out, value| object(out, |one| fields(one, value)));
    }

    fn list<T>(&mut self, field: u8, kind: u8, values: &[T], mut write: impl FnMut(&mut Vec<u8>, &T)) {
        self.begin(field, LIST);
        match u8::try_from(values.len()) {
            Ok(length @ 0..15) => self.out.push(length << 4 | kind),
            _ => {
                self.out.push(0xf0 | kind);
                number(self.out, values.len() as u64);
            }
        }
        for value in values {
            write(self.out, value);
        }
    }

    fn begin(&mut self, field: u8, kind: u8) {
        // Steps of 1 to 15 have room beside the kind, and no struct of Parquet's needs more.
        self.out.push((field - self.last) << 4 | kind);
        self.last = field;
    }
}

fn signed(out: &mut Vec<u8>, value: i64) {
    number(out, (value << 1 ^ value >> 63).cast_unsigned());
}

fn text(out: &mut Vec<u8>, value: &str) {
    number(out, value.len() as u64);
    out.extend_from_slice(value.as_bytes());
}
