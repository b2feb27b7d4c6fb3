# The player's files as text in a source of the library, which so needs no file at run time. Pieces are shorter than any compiler's
# limit of a literal. Included by teach/CMakeLists.txt.
set(player_style player.css)
set(player_page page.html)
# One script: each file uses what stands before it.
set(player_script special.js formula.js model.js groups.js steps.js layout.js fold.js drawing.js view.js panel.js main.js)

set(player_text "// Made from teach/player by embed.cmake.\nnamespace xgrad::detail {\n")
foreach(part Page Style Script)
  string(TOLOWER ${part} files)
  set(whole "")
  foreach(file ${player_${files}})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/${file})
    file(READ ${CMAKE_CURRENT_LIST_DIR}/${file} text)
    string(APPEND whole "${text}")
  endforeach()
  string(APPEND player_text "extern const char* const kPlayer${part}[];\nconst char* const kPlayer${part}[] = {\n")
  string(LENGTH "${whole}" length)
  foreach(start RANGE 0 ${length} 8000)
    string(SUBSTRING "${whole}" ${start} 8000 piece)
    string(APPEND player_text "R\"xgrad(${piece})xgrad\",\n")
  endforeach()
  string(APPEND player_text "nullptr};\n")
endforeach()
string(APPEND player_text "}  // namespace xgrad::detail\n")

file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/player_text.cpp.new "${player_text}")
configure_file(${CMAKE_CURRENT_BINARY_DIR}/player_text.cpp.new ${CMAKE_CURRENT_BINARY_DIR}/player_text.cpp COPYONLY)
target_sources(xgrad PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/player_text.cpp)
