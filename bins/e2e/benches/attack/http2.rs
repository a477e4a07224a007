//! As much of HTTP/2 as an attack needs: frames by hand.

const SETTINGS: u8 = 4;
const HEADERS: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const INITIAL_WINDOW_SIZE: u8 = 4;

/// The beginning of a connection whose peer may send nothing of any body.
pub(crate) fn preface_without_window() -> Vec<u8> {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(SETTINGS, 0, 0, &[0, INITIAL_WINDOW_SIZE, 0, 0, 0, 0]));
    bytes
}

/// The head of a GET with compressed answer, or of a POST whose body is awaited.
pub(crate) fn head(stream: u32, is_post: bool, path: &str) -> Vec<u8> {
    // Indexed fields of the static table: the method, `:scheme: http`.
    let mut block = vec![if is_post { 0x83 } else { 0x82 }, 0x86];
    literal(&mut block, 4, path);
    literal(&mut block, 1, "localhost");
    // `accept-encoding: gzip, deflate`
    block.push(0x90);
    frame(HEADERS, END_HEADERS | if is_post { 0 } else { END_STREAM }, stream, &block)
}

/// A field whose name has an index in the static table, without Huffman.
fn literal(block: &mut Vec<u8>, name: u8, value: &str) {
    block.extend([name, u8::try_from(value.len()).unwrap()]);
    block.extend(value.as_bytes());
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}
