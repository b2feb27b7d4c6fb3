# The program in README.md is examples/01: the first block ```cpp of README equals SOURCE without its header comment, and the block
# ```text behind it is what the header comment says the program prints.
cmake_minimum_required(VERSION 3.23)

file(READ ${README} readme)
file(READ ${SOURCE} source)
string(REGEX MATCH "```cpp\n([^`]*)```\n[^`]*```text\n([^`]*)```" blocks "${readme}")
set(program "${CMAKE_MATCH_1}")
set(output "${CMAKE_MATCH_2}")

string(REGEX MATCH "// Prints:\n((//[^\n]*\n)+)" header "${source}")
string(REGEX REPLACE "(^|\n)// ? ? ?" "\\1" printed "${CMAKE_MATCH_1}")
string(REGEX REPLACE "^(//[^\n]*\n)+\n?" "" code "${source}")

if(program STREQUAL "" OR NOT program STREQUAL code)
  message(FATAL_ERROR "README.md shows another program than ${SOURCE}. It should show:\n${code}")
endif()
if(NOT output STREQUAL printed)
  message(FATAL_ERROR "README.md shows another output than ${SOURCE} says it prints:\n${printed}")
endif()
