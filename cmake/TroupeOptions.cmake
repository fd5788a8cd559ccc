# The options of the build, and what they mean for every target of this project. Defaults differ with the place:
# built by itself, troupe builds everything and is strict; inside another project it adds its libraries and no more.

option(TROUPE_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(TROUPE_BUILD_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL})
option(TROUPE_BUILD_APPS "Build the programs, such as the key-value store" ${PROJECT_IS_TOP_LEVEL})
option(TROUPE_BUILD_BENCHMARKS "Build the benchmarks" OFF)
option(TROUPE_BUILD_FUZZERS "Build the fuzzers and instrument all else for them (clang only)" OFF)
option(TROUPE_INSTALL "Add the rules that install the libraries and their package" ${PROJECT_IS_TOP_LEVEL})
set(TROUPE_SANITIZE "" CACHE STRING "Sanitizers for all targets: empty, address;undefined or thread")
set_property(CACHE TROUPE_SANITIZE PROPERTY STRINGS "" "address;undefined" "thread")
# A sanitizer and -O1 take a compiler up to 45 s for one file of tests, a third of that with -O0.
set(TROUPE_TEST_FLAGS "" CACHE STRING "Compiler flags for the programs of quick tests alone")

# A newer compiler knows warnings that nobody here has seen yet: they must not break a stranger's build.
function(troupe_is_proven_compiler result)
  set(${result} OFF PARENT_SCOPE)
  foreach(compiler IN ITEMS "GNU 12" "Clang 19")
    if("${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}" MATCHES "^${compiler}\\.")
      set(${result} ${PROJECT_IS_TOP_LEVEL} PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

troupe_is_proven_compiler(troupe_strict)
option(TROUPE_WARNINGS_AS_ERRORS "Stop at warnings" ${troupe_strict})

set(CMAKE_CXX_EXTENSIONS OFF)

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
  endif()
  find_program(TROUPE_CCACHE ccache DOC "The compiler cache, used when found")
  mark_as_advanced(TROUPE_CCACHE)
  if(TROUPE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${TROUPE_CCACHE}")
  endif()
endif()

if(TROUPE_SANITIZE)
  list(JOIN TROUPE_SANITIZE "," troupe_sanitizers)
  if(NOT troupe_sanitizers MATCHES "^(address|undefined|address,undefined|thread)$")
    message(FATAL_ERROR "TROUPE_SANITIZE is '${TROUPE_SANITIZE}': write address;undefined, thread, or nothing.")
  endif()
  add_compile_options(-fsanitize=${troupe_sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${troupe_sanitizers})
endif()

if(TROUPE_BUILD_FUZZERS)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "The fuzzers need clang, but the compiler is ${CMAKE_CXX_COMPILER_ID}: "
                        "configure with --preset fuzz.")
  endif()
  set(troupe_fuzz_checks -fsanitize=address,undefined -fno-sanitize-recover=all)
  add_compile_options(-fsanitize=fuzzer-no-link ${troupe_fuzz_checks} -fno-omit-frame-pointer -g)
  add_link_options(${troupe_fuzz_checks})
endif()

# Everything that we compile is held to the same rules; nobody who links to it inherits them.
function(troupe_apply_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor)
  if(TROUPE_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# Adds a directory if that part of the project is there.
function(troupe_add_part directory)
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${directory}/CMakeLists.txt")
    add_subdirectory(${directory})
  endif()
endfunction()
