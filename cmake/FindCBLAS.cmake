# A BLAS with the C interface, and LAPACK where it comes with it. Defines CBLAS::CBLAS.
# OpenBLAS is asked for first, by pkg-config and by name; any library with cblas_sgemm does.
# Set CBLAS_LIBRARY and CBLAS_INCLUDE_DIR to choose another one.
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(CBLAS_PC QUIET openblas)
endif()

find_path(CBLAS_INCLUDE_DIR cblas.h HINTS ${CBLAS_PC_INCLUDE_DIRS}
          PATH_SUFFIXES ${CMAKE_LIBRARY_ARCHITECTURE} openblas cblas)
find_library(CBLAS_LIBRARY NAMES openblas cblas blas HINTS ${CBLAS_PC_LIBRARY_DIRS})

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CBLAS REQUIRED_VARS CBLAS_LIBRARY CBLAS_INCLUDE_DIR VERSION_VAR CBLAS_PC_VERSION
                                  REASON_FAILURE_MESSAGE "Debian: apt install libopenblas-dev")
mark_as_advanced(CBLAS_LIBRARY CBLAS_INCLUDE_DIR)

if(CBLAS_FOUND AND NOT TARGET CBLAS::CBLAS)
  add_library(CBLAS::CBLAS UNKNOWN IMPORTED)
  set_target_properties(CBLAS::CBLAS PROPERTIES IMPORTED_LOCATION ${CBLAS_LIBRARY}
                                                INTERFACE_INCLUDE_DIRECTORIES ${CBLAS_INCLUDE_DIR})
endif()
