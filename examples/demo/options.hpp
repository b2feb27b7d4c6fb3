#pragma once

#include <cstdint>
#include <string>

/// What the command line asks for.
struct Options {
    std::string data;  ///< folder with MNIST-format files; empty: the digits inside the library
    int epochs = 0;
    std::int64_t batch_size = 0;
    double lr = 0;
    std::uint64_t seed = 1;
    int threads = 0;      ///< 0: the library's default
    std::string weights;  ///< where the trained weights go
    std::string load;     ///< weights to start from; empty: fresh ones
    bool quiet = false;   ///< the last line only
};

/// Reads the command line, with defaults that depend on the data set. Prints --help and ends the program when asked to;
/// throws std::invalid_argument with a one-line message for what it does not understand.
Options read_options(int argc, char** argv);
