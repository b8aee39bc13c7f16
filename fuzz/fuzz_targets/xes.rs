#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    sunlake_fuzz::xes(data);
});
