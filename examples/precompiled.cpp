// A target needs a source; this one exists for the headers that it precompiles for the examples (CMakeLists.txt).
