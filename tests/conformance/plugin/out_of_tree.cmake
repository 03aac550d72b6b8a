# Installs the SDK into an empty folder, builds plugins with it alone, and checks them.
# In: SOURCE, TENON_BINARY, TOOL, C_COMPILER, CXX_COMPILER, SANITIZE, WORK.
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})

function(run)
  execute_process(COMMAND ${ARGV} WORKING_DIRECTORY ${WORK} RESULT_VARIABLE code
                  OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGV}\nended with ${code}:\n${output}")
  endif()
endfunction()

function(build_and_check folder file)
  set(flags)
  if(SANITIZE)
    set(flags -DCMAKE_C_FLAGS=-fsanitize=${SANITIZE} -DCMAKE_CXX_FLAGS=-fsanitize=${SANITIZE})
  endif()
  run(${CMAKE_COMMAND} -S ${folder} -B ${folder}-build -DCMAKE_PREFIX_PATH=${WORK}/sdk
      -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_CXX_COMPILER=${CXX_COMPILER}
      -DCMAKE_BUILD_TYPE=Release ${flags})
  run(${CMAKE_COMMAND} --build ${folder}-build)
  run(${TOOL} plugin check ${folder}-build/${file} --json)
endfunction()

run(${CMAKE_COMMAND} --install ${TENON_BINARY} --component sdk --prefix ${WORK}/sdk)
file(COPY ${SOURCE}/ DESTINATION ${WORK}/notes)
build_and_check(${WORK}/notes tenon_engine_notes.so)
run(${TOOL} plugin new engine probe)
build_and_check(${WORK}/probe tenon_engine_probe.so)
