#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wfm_fuzz::anonymizer_non_interference::run(bytes));
