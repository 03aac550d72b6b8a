# tenon_add_contract(<name> SOURCE <file.cpp> [OUTPUT_DIRECTORY <folder>])
#
# Compiles a contract to <name>.wasm with clang and lld, whatever compiles the rest, as the target
# contract_<name>. Its property TENON_CONTRACT_FILE is the module. Installed with the SDK; used in
# and out of tree, by projects without any language, too.
function(tenon_add_contract name)
  cmake_parse_arguments(PARSE_ARGV 1 contract "" "SOURCE;OUTPUT_DIRECTORY" "")
  if(NOT contract_SOURCE)
    message(FATAL_ERROR "tenon_add_contract(${name}): SOURCE is missing")
  endif()
  # Not before a contract is added: whoever writes plugins alone needs no clang.
  find_program(TENON_CONTRACT_COMPILER NAMES clang++ clang++-14 REQUIRED
               DOC "clang with the WebAssembly target (Debian: clang and lld)")
  if(NOT contract_OUTPUT_DIRECTORY)
    set(contract_OUTPUT_DIRECTORY ${TENON_CONTRACT_OUTPUT_DIRECTORY})
  endif()
  if(NOT contract_OUTPUT_DIRECTORY)
    set(contract_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  endif()
  get_filename_component(source ${contract_SOURCE} ABSOLUTE)
  set(module ${contract_OUTPUT_DIRECTORY}/${name}.wasm)
  set(depfile ${CMAKE_CURRENT_BINARY_DIR}/${name}.d)
  add_custom_command(
    OUTPUT ${module}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${contract_OUTPUT_DIRECTORY}
    COMMAND ${TENON_CONTRACT_COMPILER} --target=wasm32 -std=c++20 -Os -ffreestanding -fno-builtin
            -fno-exceptions -fno-rtti -nostdlib -Wall -Wextra -Werror
            # The stack below the data: overflowing it is a trap, not a change of the data.
            -Wl,--no-entry -Wl,--strip-all -Wl,--stack-first -Wl,-z,stack-size=16384
            -MMD -MF ${depfile} -MT ${module}
            # The SDK's one folder of headers, in this tree as in an installed one.
            -I $<TARGET_PROPERTY:Tenon::abi,INTERFACE_INCLUDE_DIRECTORIES> -o ${module} ${source}
    DEPENDS ${source} DEPFILE ${depfile}
    COMMENT "Contract ${name}" VERBATIM)
  add_custom_target(contract_${name} ALL DEPENDS ${module})
  set_target_properties(contract_${name} PROPERTIES TENON_CONTRACT_FILE ${module})
endfunction()
