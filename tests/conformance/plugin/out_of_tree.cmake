# Installs Tenon into an empty folder, builds plugins and a contract with nothing else, and checks
# them. In: SOURCE, TENON_BINARY, TOOL, C_COMPILER, CXX_COMPILER, SANITIZE, WORK.
set(prefix ${WORK}/tenon)
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/templates)

function(run)
  execute_process(COMMAND ${ARGV} WORKING_DIRECTORY ${WORK} RESULT_VARIABLE code
                  OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGV}\nended with ${code}:\n${output}")
  endif()
endfunction()

function(require)
  foreach(file ${ARGV})
    if(NOT EXISTS ${file})
      message(FATAL_ERROR "${file} is missing")
    endif()
  endforeach()
endfunction()

# One configuration for the plugins of `folder`; the files named after it are checked.
function(build_and_check folder)
  set(flags)
  if(SANITIZE)
    set(flags -fsanitize=${SANITIZE})
  endif()
  run(${CMAKE_COMMAND} -S ${folder} -B ${folder}-build -DCMAKE_PREFIX_PATH=${prefix}
      -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_CXX_COMPILER=${CXX_COMPILER}
      -DCMAKE_C_FLAGS=${flags} "-DCMAKE_CXX_FLAGS=${flags} ${WARNINGS}")
  run(${CMAKE_COMMAND} --build ${folder}-build)
  foreach(file ${ARGN})
    run(${TOOL} plugin check ${folder}-build/${file} --json)
  endforeach()
endfunction()

if(SANITIZE)
  # Nobody installs an instrumented node, and its files are large.
  run(${CMAKE_COMMAND} --install ${TENON_BINARY} --component sdk --prefix ${prefix})
else()
  run(${CMAKE_COMMAND} --install ${TENON_BINARY} --prefix ${prefix})
  foreach(plugin api_daml_api api_rest consensus_simple engine_wasm store_memory store_rocksdb)
    require(${prefix}/lib/tenon/plugins/tenon_${plugin}.so)
  endforeach()
  require(${prefix}/share/tenon/contracts/token.wasm ${prefix}/share/tenon/contracts/escrow.wasm)
  set(TOOL ${prefix}/bin/tenon)
  find_program(python python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
  run(${CMAKE_COMMAND} -E env TENON_BINARY_DIR=${prefix} TENON_SOURCE_DIR=${prefix}/share/tenon
      ${python} ${CMAKE_CURRENT_LIST_DIR}/out_of_tree_up.py ${WORK})
endif()

# In C, with no C++ compiler asked for, and a contract, which needs none of the project's.
file(COPY ${SOURCE}/ DESTINATION ${WORK}/notes)
build_and_check(${WORK}/notes tenon_engine_notes.so)
file(READ ${WORK}/notes-build/greeting.wasm magic LIMIT 4 HEX)
if(NOT magic STREQUAL 0061736d) # "\0asm"
  message(FATAL_ERROR "greeting.wasm is no WebAssembly module: it begins with ${magic}")
endif()
run(${CMAKE_COMMAND} --install ${WORK}/notes-build --prefix ${prefix})
require(${prefix}/lib/tenon/plugins/tenon_engine_notes.so)

# One of each template, without a warning. Each is a project of its own; building them as one saves
# the time of finding the same packages four times.
set(WARNINGS "-Wall -Wextra -Wconversion -Werror")
set(project "cmake_minimum_required(VERSION 3.25)\nproject(templates LANGUAGES C CXX)\n")
set(files)
foreach(kind api consensus engine store)
  run(${TOOL} plugin new ${kind} my_${kind})
  file(RENAME ${WORK}/my_${kind} ${WORK}/templates/my_${kind})
  string(APPEND project "add_subdirectory(my_${kind})\n")
  list(APPEND files my_${kind}/tenon_${kind}_my_${kind}.so)
endforeach()
file(WRITE ${WORK}/templates/CMakeLists.txt "${project}")
build_and_check(${WORK}/templates ${files})
