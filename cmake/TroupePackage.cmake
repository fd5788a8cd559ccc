# What is installed: the libraries with their headers, and a package with one component for each library, so that
# find_package(troupe COMPONENTS net) looks for nothing that net doesn't need.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(TROUPE_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/troupe")

# troupe_install_library(<name> COMPONENTS <other library>... FIND <package>...)
function(troupe_install_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "COMPONENTS;FIND")
  install(TARGETS troupe_${name} EXPORT troupe-${name}
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT ${name}
    INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(DIRECTORY include/ DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT ${name}
    FILES_MATCHING PATTERN "*.hpp")
  install(EXPORT troupe-${name} FILE troupe-${name}-targets.cmake NAMESPACE troupe::
    DESTINATION "${TROUPE_PACKAGE_DIR}" COMPONENT ${name})

  set(component ${name})
  set(needed_components ${arg_COMPONENTS})
  set(needed_packages ${arg_FIND})
  set(description "${CMAKE_CURRENT_BINARY_DIR}/troupe-${name}.cmake")
  configure_file("${PROJECT_SOURCE_DIR}/cmake/troupe-component.cmake.in" "${description}" @ONLY)
  install(FILES "${description}" DESTINATION "${TROUPE_PACKAGE_DIR}" COMPONENT ${name})
endfunction()

function(troupe_install_package)
  set(config "${PROJECT_BINARY_DIR}/troupeConfig.cmake")
  set(version "${PROJECT_BINARY_DIR}/troupeConfigVersion.cmake")
  configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/troupeConfig.cmake.in" "${config}"
    INSTALL_DESTINATION "${TROUPE_PACKAGE_DIR}")
  write_basic_package_version_file("${version}" COMPATIBILITY SameMinorVersion)
  install(FILES "${config}" "${version}" DESTINATION "${TROUPE_PACKAGE_DIR}" COMPONENT core)
  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT core)
endfunction()
