# The one target, and the three functions by which the folders fill it:
#   xgrad_headers(FILES...)       public headers of this folder: linked into the build tree, installed, each compiled alone by a test
#   target_sources(xgrad ...)     ordinary sources
#   xgrad_isa_sources(FILES...)   sources compiled once for each instruction set

# The standard headers that most sources include, parsed once: a third of the time to build. ccache cannot look up sources by their
# text when such a file is included, and a build with it shows which source forgot an include.
if(CMAKE_CXX_COMPILER_LAUNCHER MATCHES "ccache")
  set(CMAKE_DISABLE_PRECOMPILE_HEADERS ON)
endif()

add_library(xgrad)
add_library(xgrad::xgrad ALIAS xgrad)

# Headers are read as <xgrad/tensor.hpp> everywhere. In the build tree this folder of links stands for include/xgrad.
set(XGRAD_INCLUDE_DIR ${PROJECT_BINARY_DIR}/include)
configure_file(${PROJECT_SOURCE_DIR}/cmake/version.hpp.in ${XGRAD_INCLUDE_DIR}/xgrad/version.hpp @ONLY)

set(XGRAD_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wextra-semi
                   $<$<BOOL:${XGRAD_WERROR}>:-Werror>)

# Flags of every source of the library, also of those compiled once for each instruction set. All PRIVATE.
function(xgrad_compile_flags target)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF)
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_compile_options(${target} PRIVATE ${XGRAD_WARNINGS}
    # __FILE__ of the library's own sources begins with "xgrad:" (a user's source line never does) and names no machine's folders.
    -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=xgrad:
    -fmacro-prefix-map=${XGRAD_INCLUDE_DIR}/xgrad/=xgrad:
    -fno-math-errno)
  target_include_directories(${target} PRIVATE ${XGRAD_INCLUDE_DIR} ${PROJECT_SOURCE_DIR})
endfunction()

set(XGRAD_PRECOMPILED <algorithm> <cmath> <cstring> <functional> <limits> <memory> <numeric> <optional> <span> <string> <vector>)

xgrad_compile_flags(xgrad)
target_precompile_headers(xgrad PRIVATE ${XGRAD_PRECOMPILED} <fmt/format.h>)
target_compile_features(xgrad PUBLIC cxx_std_20)
set_target_properties(xgrad PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
                                       VERIFY_INTERFACE_HEADER_SETS ON)
# xtensor 0.24 guards a specialisation with __cplusplus == 201703L; under g++ -std=c++20 reducing an xarray then picks the wrong
# container and crashes (xtensor issues 1955, 1970, 2785). This flag gives g++ the older matching. It must reach users' sources.
target_compile_options(xgrad PUBLIC $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-new-ttp-matching>)
target_link_libraries(xgrad PUBLIC xtensor
                            PRIVATE xsimd fmt::fmt OpenMP::OpenMP_CXX ZLIB::ZLIB Threads::Threads LAPACK::LAPACK)
# Header-only and inside .cpp files alone, so that nothing of it enters the exported target.
target_link_libraries(xgrad PRIVATE $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>)
if(XGRAD_HAS_ONEDNN)
  target_link_libraries(xgrad PRIVATE OneDNN::dnnl)
endif()
if(XGRAD_HAS_CAIRO)
  target_link_libraries(xgrad PRIVATE $<LINK_ONLY:PkgConfig::cairo>)  # its headers are for one source: teach/plot
endif()
target_sources(xgrad PUBLIC FILE_SET generated TYPE HEADERS BASE_DIRS ${XGRAD_INCLUDE_DIR}
                            FILES ${XGRAD_INCLUDE_DIR}/xgrad/version.hpp)

# autograd/tensor.hpp is <xgrad/tensor.hpp>; nn/linear.hpp is <xgrad/nn/linear.hpp>.
function(xgrad_headers)
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  if(folder MATCHES "^autograd")
    set(file_set autograd)
    set(base ${PROJECT_SOURCE_DIR}/autograd)
  else()
    set(file_set modules)
    set(base ${PROJECT_SOURCE_DIR})
  endif()
  target_sources(xgrad PUBLIC FILE_SET ${file_set} TYPE HEADERS BASE_DIRS ${base} FILES ${ARGN})
  foreach(header ${ARGN})
    set(source ${CMAKE_CURRENT_SOURCE_DIR}/${header})
    if(NOT EXISTS ${source})
      message(FATAL_ERROR "xgrad_headers: ${source} does not exist")
    endif()
    file(RELATIVE_PATH name ${base} ${source})
    get_filename_component(link_folder ${XGRAD_INCLUDE_DIR}/xgrad/${name} DIRECTORY)
    file(MAKE_DIRECTORY ${link_folder})
    file(RELATIVE_PATH target ${link_folder} ${source})  # so that source and build folder can move together
    file(CREATE_LINK ${target} ${XGRAD_INCLUDE_DIR}/xgrad/${name} SYMBOLIC COPY_ON_ERROR)
    set_property(GLOBAL APPEND PROPERTY XGRAD_PUBLIC_HEADERS ${name})
  endforeach()
endfunction()

# Each file is compiled with XGRAD_ISA_NAME = generic, avx2 and avx512 on x86-64, generic elsewhere and without XGRAD_WIDE_KERNELS.
# It must define names only inside `namespace XGRAD_ISA_NAME`, and call no inline function of the standard library that
# could be emitted with wide instructions and then be kept by the linker for everybody.
function(xgrad_isa_sources)
  xgrad_isa_objects(xgrad ${ARGN})
endfunction()

# The same for another target: the benchmark's loops. Once for a target.
function(xgrad_isa_objects owner)
  set(isas generic)
  if(XGRAD_WIDE_KERNELS AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    list(APPEND isas avx2 avx512)
    target_compile_definitions(${owner} PRIVATE XGRAD_WIDE_KERNELS)
  endif()
  set(flags_generic)
  set(flags_avx2 -march=x86-64-v3)
  # g++ 12 reports its own avx512fintrin.h as uninitialized (GCC bug 105593).
  set(flags_avx512 -march=x86-64-v4 $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> -Wno-uninitialized)
  foreach(isa ${isas})
    set(target ${owner}_${isa})
    add_library(${target} OBJECT ${ARGN})
    xgrad_compile_flags(${target})
    # Always optimised: the loops are slow otherwise, and what is not inlined could be shared with other instruction sets.
    # No contraction: the compensated sums in the kernels say where they want a fused multiply-add.
    # Under AddressSanitizer with g++ 12 one file took minutes, since each variable of each inlined function was marked as
    # living and dead again; full debug information doubles the time of the rest. With lines and functions alone, and
    # without those marks, isa/conv.cpp for avx512 takes 30 s; reads and writes beyond arrays are found as before.
    # UBSan makes it take minutes, too; it is left out.
    # Loops begin at 32 bytes: one that crosses a line of the cache of decoded instructions takes two cycles where one would
    # do (Zen 3: a sum of two arrays 1.8 times as long).
    target_compile_options(${target} PRIVATE ${flags_${isa}} $<IF:$<CONFIG:Debug>,-O2,-O3> $<$<CONFIG:Debug>:-g1>
                                             -falign-loops=32
                                             -ffp-contract=off -fno-sanitize=undefined
                                             $<$<CXX_COMPILER_ID:GNU>:-fno-sanitize-address-use-after-scope>)
    target_compile_definitions(${target} PRIVATE XGRAD_ISA_NAME=${isa})
    target_precompile_headers(${target} PRIVATE <cmath> <xsimd/xsimd.hpp>)  # a third of what they take to compile
    target_link_libraries(${target} PRIVATE xsimd)
    target_sources(${owner} PRIVATE $<TARGET_OBJECTS:${target}>)
    # What is precompiled counts among the objects, too.
    set_property(GLOBAL PROPERTY XGRAD_OBJECTS_${target} $<FILTER:$<TARGET_OBJECTS:${target}>,EXCLUDE,[.][gp]ch>)
  endforeach()
endfunction()
