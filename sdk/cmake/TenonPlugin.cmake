# tenon_add_plugin(<target> KIND <kind> NAME <name> DESCRIPTOR <plugin.json> SOURCES <file>...
#                  [LIBRARIES <target>...])
#
# Builds tenon_<kind>_<name>.so, a plugin: places the descriptor in the ELF note that hosts read,
# and exports nothing but the entry function. `cmake --install` puts it into lib/tenon/plugins.
# Installed with the SDK; used in and out of tree.
set(TENON_PLUGIN_MODULE_DIRECTORY ${CMAKE_CURRENT_LIST_DIR})

function(tenon_add_plugin target)
  cmake_parse_arguments(PARSE_ARGV 1 plugin "" "KIND;NAME;DESCRIPTOR" "SOURCES;LIBRARIES")
  foreach(required KIND NAME DESCRIPTOR SOURCES)
    if(NOT plugin_${required})
      message(FATAL_ERROR "tenon_add_plugin(${target}): ${required} is missing")
    endif()
  endforeach()
  get_filename_component(descriptor ${plugin_DESCRIPTOR} ABSOLUTE)
  set(note ${CMAKE_CURRENT_BINARY_DIR}/${target}_note.c)
  add_custom_command(
    OUTPUT ${note}
    COMMAND ${CMAKE_COMMAND} -DDESCRIPTOR=${descriptor} -DKIND=${plugin_KIND}
            -DNAME=${plugin_NAME} -DOUTPUT=${note}
            -P ${TENON_PLUGIN_MODULE_DIRECTORY}/TenonPluginNote.cmake
    DEPENDS ${descriptor} ${TENON_PLUGIN_MODULE_DIRECTORY}/TenonPluginNote.cmake
    COMMENT "Plugin note of ${plugin_KIND}/${plugin_NAME}" VERBATIM)
  add_library(${target} MODULE ${plugin_SOURCES} ${note})
  set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME
                        tenon_${plugin_KIND}_${plugin_NAME})
  set_source_files_properties(${note} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  if(TENON_PLUGIN_OUTPUT_DIRECTORY)
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY
                          ${TENON_PLUGIN_OUTPUT_DIRECTORY})
  endif()
  target_link_libraries(${target} PRIVATE Tenon::abi ${plugin_LIBRARIES})
  # Hidden visibility alone still leaks std symbols; the version script exports just the entry.
  target_link_options(${target} PRIVATE
    "LINKER:--version-script=${TENON_PLUGIN_MODULE_DIRECTORY}/plugin_exports.map")
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS
               ${TENON_PLUGIN_MODULE_DIRECTORY}/plugin_exports.map)
  # Not CMAKE_INSTALL_LIBDIR: nodes look for plugins in ../lib/tenon/plugins, wherever libraries go.
  install(TARGETS ${target} LIBRARY DESTINATION lib/tenon/plugins)
endfunction()
