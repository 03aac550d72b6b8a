# tenon_add_test(<name> SOURCES <file>... [LIBRARIES <target>...] [LABEL unit|conformance|…]
#                [TIMEOUT <seconds>])
#
# A Catch2 executable in bin/tests and one ctest test of the same name. TIMEOUT, 300 when not given,
# is that of a build without sanitizers; with them it is six times as long.
if(NOT TARGET tenon_catch_main)
  find_package(Catch2 2.13 REQUIRED)
  add_library(tenon_catch_main STATIC ${CMAKE_CURRENT_LIST_DIR}/catch_main.cpp)
  target_link_libraries(tenon_catch_main PUBLIC Catch2::Catch2)
  if(TENON_SANITIZE) # of Catch2's own code there is nothing to find
    target_compile_options(tenon_catch_main PRIVATE -fno-sanitize=all)
  endif()
endif()

function(tenon_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "LABEL;TIMEOUT" "SOURCES;LIBRARIES")
  if(NOT test_LABEL)
    set(test_LABEL unit)
  endif()
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 300)
  endif()
  if(TENON_SANITIZE)
    math(EXPR test_TIMEOUT "${test_TIMEOUT} * 6")
  endif()
  add_executable(${name} ${test_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin/tests)
  target_link_libraries(${name} PRIVATE tenon_catch_main tenon_warnings ${test_LIBRARIES})
  target_compile_definitions(${name} PRIVATE TENON_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                             TENON_BINARY_DIR="${PROJECT_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS ${test_LABEL} TIMEOUT ${test_TIMEOUT})
endfunction()
