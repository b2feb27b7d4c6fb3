# PAGE is what PROGRAM prints of the library in ROOT.
cmake_minimum_required(VERSION 3.23)

execute_process(COMMAND ${PROGRAM} ${ROOT} OUTPUT_VARIABLE printed ERROR_VARIABLE error RESULT_VARIABLE code)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ended with ${code}:\n${error}")
endif()
file(READ ${PAGE} committed)
if(NOT committed STREQUAL printed)
  message(FATAL_ERROR "${PAGE} is not what the library says. Write it anew: cmake --build <folder> --target operations_page")
endif()
