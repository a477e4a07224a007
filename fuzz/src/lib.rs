//! What the fuzz targets do with their bytes, as plain functions: libFuzzer calls them where nightly is there, and the
//! tests here call them on stable, with every seed and many mutations of it.

pub mod anonymizer_canary;
pub mod anonymizer_non_interference;
pub mod quantity_parse;
pub mod version_diff;
pub mod wire_roundtrip;

#[cfg(test)]
mod tests;
