//! The binary form of a WebAssembly module, as far as it is changed here: sections, and the lists of imports and
//! exports.

/// Section of imports.
pub const IMPORTS: u8 = 2;
/// Section of exports.
pub const EXPORTS: u8 = 7;
/// Section of functions.
pub const CODE: u8 = 10;
/// Bytes before the first section.
pub const HEADER: usize = 8;

/// All sections: id and body.
pub fn sections(module: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut sections = Vec::new();
    let mut rest = module.get(HEADER..)?;
    while let Some((&id, after)) = rest.split_first() {
        rest = after;
        let length = number(&mut rest)?;
        let (body, after) = rest.split_at_checked(length)?;
        rest = after;
        sections.push((id, body));
    }
    Some(sections)
}

/// The module with some sections changed: `change` gets a section's id and body, and gives the new body.
pub fn changed(module: &[u8], mut change: impl FnMut(u8, &[u8]) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
    let mut out = module.get(..HEADER)?.to_vec();
    for (id, body) in sections(module)? {
        let body = change(id, body)?;
        out.push(id);
        push_number(&mut out, body.len());
        out.extend(body);
    }
    Some(out)
}

/// A name: its length, then UTF-8.
pub fn name<'a>(body: &mut &'a [u8]) -> Option<&'a str> {
    let length = number(body)?;
    let (text, after) = body.split_at_checked(length)?;
    *body = after;
    std::str::from_utf8(text).ok()
}

/// The other way.
pub fn push_name(out: &mut Vec<u8>, name: &str) {
    push_number(out, name.len());
    out.extend(name.bytes());
}

/// LEB128, unsigned.
pub fn number(body: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    for shift in (0..32).step_by(7) {
        let (&byte, after) = body.split_first()?;
        *body = after;
        value |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// The other way.
pub fn push_number(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
