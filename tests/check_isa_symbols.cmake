# Objects compiled for one instruction set may share no code with others: an inline function outside the set's own namespace
# is one symbol for the whole program, and the linker might keep the variant that other machines cannot run.
# cmake -DNM=nm -DISA=avx2 -DOBJECTS=a.o,b.o -P check_isa_symbols.cmake
cmake_minimum_required(VERSION 3.23)

string(REPLACE "," ";" objects "${OBJECTS}")
set(shared "")
foreach(object ${objects})
  execute_process(COMMAND ${NM} -C ${object} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE ";" "," symbols "${symbols}")
  string(REPLACE "\n" ";" symbols "${symbols}")
  foreach(symbol ${symbols})
    # W, V, u: weak functions, weak data, unique data. DW.ref is the compiler's pointer to its exception routine.
    if(symbol MATCHES "^[0-9a-f]+ [WVu] " AND NOT symbol MATCHES "xgrad::kernels::${ISA}::|DW\\.ref\\.")
      get_filename_component(name ${object} NAME)
      string(APPEND shared "\n  ${name} (${ISA}): ${symbol}")
    endif()
  endforeach()
endforeach()
if(shared)
  message(FATAL_ERROR "code compiled for one instruction set is shared with others:${shared}\n"
                      "  rule: define names inside namespace XGRAD_ISA_NAME; call no inline function of a library that is not inlined for sure.")
endif()
