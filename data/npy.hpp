#pragma once

#include <xgrad/tensor.hpp>

#include <string>

namespace xgrad::data {

/// Reads an array that numpy.save wrote: format 1.0, 2.0 or 3.0, either byte order, row-major or Fortran order; the
/// tensor is row-major. Elements keep their values: f4 and f2 become f32, f8 f64, b1 bool, all integers i64. Throws
/// DataError, naming file and place, for a file that is missing, cut off, damaged or longer than its header says, for
/// elements of another type and for a u8 beyond i64. Nothing of the file is executed: arrays of objects are refused.
/// Memory is bounded by eight times the size of the file, and taken after its sizes were checked.
/// Format: numpy.org/neps/nep-0001-npy-format.html and the documentation of numpy.lib.format.
Tensor read_npy(const std::string& path);

/// Writes what numpy.load reads: format 1.0, row-major, little-endian. The file stands under its name only when it is
/// complete. Throws DataError when it cannot be written.
void write_npy(const std::string& path, const Tensor& x);

/// Reads the arrays of a .npz file under their names, in the order of the file: members that are stored or deflated,
/// with sizes of 32 or 64 bits. The archive is checked as a whole before anything is loaded: the directory and what
/// stands before the members agree, every byte of the file is used once, checksums hold; what is encrypted, compressed
/// in another way, or no .npy, is refused with a DataError that names file, member and place. Memory is bounded as by
/// read_npy, for deflated members by what deflate can hold in their bytes, 1032 to 1.
/// Format: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", version 6.3.
NamedTensors read_npz(const std::string& path);

struct NpzOptions {
    bool compress = false;  ///< as numpy.savez_compressed does
};

/// Writes what numpy.load reads, one array a tensor, in their order. The same tensors give the same bytes. The file
/// stands under its name only when it is complete. Throws DataError when it cannot be written, std::invalid_argument
/// for a name that is empty, stands twice, is no UTF-8, holds a zero byte or is longer than 65000 bytes.
void write_npz(const std::string& path, const NamedTensors& tensors, const NpzOptions& options = {});

}  // namespace xgrad::data
