# Installs the SDK into an empty folder, builds plugins with it alone, and checks them.
# In: SOURCE, TENON_BINARY, TOOL, C_COMPILER, CXX_COMPILER, SANITIZE, WORK.
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/templates)

function(run)
  execute_process(COMMAND ${ARGV} WORKING_DIRECTORY ${WORK} RESULT_VARIABLE code
                  OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGV}\nended with ${code}:\n${output}")
  endif()
endfunction()

# One configuration for the plugins of `folder`; the files named after it are checked.
function(build_and_check folder)
  set(flags)
  if(SANITIZE)
    set(flags -fsanitize=${SANITIZE})
  endif()
  run(${CMAKE_COMMAND} -S ${folder} -B ${folder}-build -DCMAKE_PREFIX_PATH=${WORK}/sdk
      -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_CXX_COMPILER=${CXX_COMPILER}
      -DCMAKE_C_FLAGS=${flags} "-DCMAKE_CXX_FLAGS=${flags} ${WARNINGS}")
  run(${CMAKE_COMMAND} --build ${folder}-build)
  foreach(file ${ARGN})
    run(${TOOL} plugin check ${folder}-build/${file} --json)
  endforeach()
endfunction()

run(${CMAKE_COMMAND} --install ${TENON_BINARY} --component sdk --prefix ${WORK}/sdk)
# In C, with no C++ compiler asked for.
file(COPY ${SOURCE}/ DESTINATION ${WORK}/notes)
build_and_check(${WORK}/notes tenon_engine_notes.so)

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
