# <xgrad/xgrad.hpp> includes every public header in the order in which the folders list them, but these, which one asks for by name:
set(XGRAD_LEFT_OUT
  xtensor.hpp      # everybody who does not use xtensor compiles in a third of the time
  teach/micro.hpp) # a second engine, for reading
get_property(public_headers GLOBAL PROPERTY XGRAD_PUBLIC_HEADERS)
list(REMOVE_ITEM public_headers ${XGRAD_LEFT_OUT})
list(TRANSFORM public_headers REPLACE "(.+)" "#include <xgrad/\\1>")
list(JOIN public_headers "\n" XGRAD_INCLUDES)
configure_file(${PROJECT_SOURCE_DIR}/cmake/xgrad.hpp.in ${XGRAD_INCLUDE_DIR}/xgrad/xgrad.hpp @ONLY)
target_sources(xgrad PUBLIC FILE_SET generated FILES ${XGRAD_INCLUDE_DIR}/xgrad/xgrad.hpp)

# The link folder alone is the include path of users. The base folders of the header sets stay visible only in our own build,
# where the header check needs them: a parent project must not find our tensor.hpp as <tensor.hpp>.
set_property(TARGET xgrad PROPERTY INTERFACE_INCLUDE_DIRECTORIES $<BUILD_INTERFACE:${XGRAD_INCLUDE_DIR}>)
if(PROJECT_IS_TOP_LEVEL)
  target_include_directories(xgrad INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/autograd>
                                             $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
endif()

include(CMakePackageConfigHelpers)
set(XGRAD_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/xgrad)
get_target_property(header_sets xgrad INTERFACE_HEADER_SETS)
set(install_sets FILE_SET generated DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
foreach(set autograd modules)
  if(${set} IN_LIST header_sets)
    list(APPEND install_sets FILE_SET ${set} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/xgrad)
  endif()
endforeach()
install(TARGETS xgrad EXPORT xgradTargets ${install_sets} INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT xgradTargets NAMESPACE xgrad:: DESTINATION ${XGRAD_CMAKE_DIR})

configure_package_config_file(cmake/xgradConfig.cmake.in ${PROJECT_BINARY_DIR}/xgradConfig.cmake
                              INSTALL_DESTINATION ${XGRAD_CMAKE_DIR})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/xgradConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/xgradConfig.cmake ${PROJECT_BINARY_DIR}/xgradConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/cmake/FindOneDNN.cmake DESTINATION ${XGRAD_CMAKE_DIR})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR})
