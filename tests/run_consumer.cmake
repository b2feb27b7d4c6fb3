# Configures, builds and runs the project SOURCE in WORK, like somebody who uses xgrad. Extra settings come in ARGUMENTS.
# With INSTALL_FROM, xgrad is installed from that build folder first and is found there by find_package.
cmake_minimum_required(VERSION 3.23)

function(step)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGV}\nended with ${code}:\n${output}")
  endif()
  message("${output}")
endfunction()


separate_arguments(arguments NATIVE_COMMAND "${ARGUMENTS}")
if(INSTALL_FROM)
  file(REMOVE_RECURSE ${WORK})
  step(${CMAKE_COMMAND} --install ${INSTALL_FROM} --prefix ${WORK}/prefix)
  list(APPEND arguments -DCMAKE_PREFIX_PATH=${WORK}/prefix)
endif()
step(${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE} -B ${WORK}/build -DCMAKE_CXX_COMPILER=${COMPILER} ${arguments})
step(${CMAKE_COMMAND} --build ${WORK}/build)
step(${WORK}/build/consumer)
