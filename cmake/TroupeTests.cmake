# Tests carry one of two labels: "quick" ones make up ./test --quick, "long" ones are left out of it.

include(GoogleTest)

# A single quick test that takes longer hangs, even under a sanitizer on a machine that is busy with other work.
set(TROUPE_QUICK_TEST_SECONDS 600)
set(TROUPE_LONG_TEST_SECONDS 3600)

# troupe_add_tests(<name> LINK <target>...)
#
# The tests of the part of the project in the current directory: *.test.cpp under src/ and tests/ become one program,
# troupe_<name>_tests; each *.stress.cpp becomes a program of its own, labelled "long". A stress test runs
# for as long as the environment says in TROUPE_STRESS_SECONDS, and may have its own main().
function(troupe_add_tests name)
  if(NOT TROUPE_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINK")
  set(here "${CMAKE_CURRENT_SOURCE_DIR}")

  file(GLOB_RECURSE quick CONFIGURE_DEPENDS "${here}/src/*.test.cpp" "${here}/tests/*.test.cpp")
  if(quick)
    set(target troupe_${name}_tests)
    troupe_add_test_program(${target} LINK ${arg_LINK} SOURCES ${quick})
    target_compile_options(${target} PRIVATE ${TROUPE_TEST_FLAGS})
    gtest_discover_tests(${target} TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
      PROPERTIES LABELS quick TIMEOUT ${TROUPE_QUICK_TEST_SECONDS})
  endif()

  file(GLOB_RECURSE stress CONFIGURE_DEPENDS "${here}/src/*.stress.cpp" "${here}/tests/*.stress.cpp")
  foreach(source IN LISTS stress)
    cmake_path(GET source FILENAME test)
    string(REPLACE ".stress.cpp" "" test "${test}")
    set(target troupe_${name}_stress_${test})
    troupe_add_test_program(${target} LINK ${arg_LINK} SOURCES ${source})
    add_test(NAME ${name}.stress.${test} COMMAND ${target})
    set_tests_properties(${name}.stress.${test} PROPERTIES
      LABELS long TIMEOUT ${TROUPE_LONG_TEST_SECONDS} RUN_SERIAL ON)
  endforeach()
endfunction()

# A test program sees the private headers of the part that it tests, and what tests/ holds.
function(troupe_add_test_program target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINK;SOURCES")
  troupe_add_program(${target} LINK ${arg_LINK} GTest::gtest_main SOURCES ${arg_SOURCES})
  foreach(directory IN ITEMS src tests)
    if(IS_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/${directory}")
      target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/${directory}")
    endif()
  endforeach()
endfunction()
