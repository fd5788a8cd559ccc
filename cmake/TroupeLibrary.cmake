# troupe_add_library(<name> [LINK <target>...] [LINK_PRIVATE <target>...] [FIND <package>...])
#
# A library of this project: target troupe_<name>, known as troupe::<name>, built from src/**.cpp with include/ as its
# include root. Tests lie beside the sources and are never part of the library.
#   LINK          what its headers need: other troupe:: libraries, or imported targets of packages in FIND
#   LINK_PRIVATE  what only its sources need
#   FIND          packages that a project which links to the installed library has to find, as in find_dependency

function(troupe_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINK;LINK_PRIVATE;FIND")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "troupe_add_library(${name}): don't know what to do with '${arg_UNPARSED_ARGUMENTS}'.")
  endif()

  set(target troupe_${name})
  set(here "${CMAKE_CURRENT_SOURCE_DIR}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${here}/src/*.cpp")
  list(FILTER sources EXCLUDE REGEX "\\.(test|stress)\\.cpp$")
  if(NOT sources)
    message(FATAL_ERROR "The library ${name} has no sources in ${here}/src.")
  endif()

  add_library(${target} STATIC ${sources})
  add_library(troupe::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF)
  target_compile_features(${target} PUBLIC cxx_std_23)
  # Else g++ may not inline a function within its own file, in case a shared library were to replace it.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-semantic-interposition>)
  target_include_directories(${target}
    PUBLIC "$<BUILD_INTERFACE:${here}/include>" "$<INSTALL_INTERFACE:include>"
    PRIVATE "${here}/src")
  target_link_libraries(${target} PUBLIC ${arg_LINK} PRIVATE ${arg_LINK_PRIVATE})
  troupe_apply_warnings(${target})

  if(TROUPE_INSTALL)
    set(components ${arg_LINK} ${arg_LINK_PRIVATE})
    list(FILTER components INCLUDE REGEX "^troupe::")
    list(TRANSFORM components REPLACE "^troupe::" "")
    troupe_install_library(${name} COMPONENTS ${components} FIND ${arg_FIND})
  endif()
endfunction()

# troupe_add_program(<target> LINK <target>... SOURCES <file>...): an executable under the same rules.
function(troupe_add_program target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINK;SOURCES")
  if(TROUPE_SANITIZE MATCHES "thread")
    list(APPEND arg_SOURCES "${PROJECT_SOURCE_DIR}/tests/tsan_suppressions.cpp")
  endif()
  add_executable(${target} ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_link_libraries(${target} PRIVATE ${arg_LINK})
  troupe_apply_warnings(${target})
endfunction()
