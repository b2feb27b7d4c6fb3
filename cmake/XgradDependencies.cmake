# What the library links. Nothing is downloaded; a missing package ends the configuration with the name of what is missing.
# xtensor, xtl: arrays of users, in the interop header.  xsimd: kernels.  fmt: texts.  zlib: .gz files.
# oneDNN: large f32 products, see autograd/kernels/gemm.hpp. No BLAS there: OpenBLAS measured as slower at every shape.
# LAPACK: factorisations. Debian's OpenBLAS has one, and is kept on one thread a call (autograd/kernels/lapack.hpp).
find_package(xtensor REQUIRED)
find_package(xsimd REQUIRED)
find_package(fmt REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(ZLIB REQUIRED)
find_package(nlohmann_json 3 REQUIRED)
find_package(Threads REQUIRED)
find_package(LAPACK REQUIRED)

option(XGRAD_USE_ONEDNN "Use oneDNN where it is installed and faster" ON)
set(XGRAD_HAS_ONEDNN OFF)
if(XGRAD_USE_ONEDNN)
  find_package(OneDNN QUIET)
  if(OneDNN_FOUND AND OneDNN_VERSION VERSION_GREATER_EQUAL 2 AND OneDNN_VERSION VERSION_LESS 4)
    set(XGRAD_HAS_ONEDNN ON)
  endif()
endif()
# cairo: PNG files of pictures, and pixels inside SVG files.
option(XGRAD_USE_CAIRO "Draw PNG files where cairo is installed" ON)
set(XGRAD_HAS_CAIRO OFF)
if(XGRAD_USE_CAIRO)
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(cairo QUIET IMPORTED_TARGET GLOBAL cairo-png)
    set(XGRAD_HAS_CAIRO ${cairo_FOUND})
  endif()
endif()
message(STATUS "xgrad: xtensor ${xtensor_VERSION}, xsimd ${xsimd_VERSION}, fmt ${fmt_VERSION}, oneDNN ${XGRAD_HAS_ONEDNN} ${OneDNN_VERSION}, cairo ${XGRAD_HAS_CAIRO} ${cairo_VERSION}")
