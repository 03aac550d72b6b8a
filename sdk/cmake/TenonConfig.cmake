# find_package(Tenon): the targets Tenon::abi, core, crypto, merkle, proto, wire, plugin, testkit;
# and tenon_add_plugin(), tenon_add_contract(). A plugin in C needs Tenon::abi only, which needs no
# library; a contract needs no language of the project's.
include(CMakeFindDependencyMacro)
get_property(tenon_languages GLOBAL PROPERTY ENABLED_LANGUAGES)
if("CXX" IN_LIST tenon_languages)
  find_dependency(OpenSSL 3.0 COMPONENTS Crypto)
  find_dependency(Protobuf)
endif()
include(${CMAKE_CURRENT_LIST_DIR}/TenonTargets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/TenonPlugin.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/TenonContract.cmake)
