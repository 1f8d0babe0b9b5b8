# The Debian package: what cmake/install.cmake installs, below /usr.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME upkeep)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(UPKEEP_CONTACT "upkeep <upkeep@localhost>" CACHE STRING "Who made the package")
set(CPACK_PACKAGE_CONTACT ${UPKEEP_CONTACT})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "keeps collections of data complete")
set(CPACK_PACKAGE_DESCRIPTION "\
You declare which objects should exist; upkeep looks at what does, runs your
own programs for what is missing, and looks again until each gap is proved
closed: around the clock as a service of systemd, or once on a command line.")
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS tzdata)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "systemd, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/packaging/debian/postinst
                                       ${CMAKE_SOURCE_DIR}/packaging/debian/prerm
                                       ${CMAKE_SOURCE_DIR}/packaging/debian/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# The changelog that Debian asks of each package; `date` knows the weekday, CMake does not.
execute_process(COMMAND date --utc --rfc-email --date=${UPKEEP_DATE} OUTPUT_VARIABLE date
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
configure_file(packaging/debian/changelog.in ${CMAKE_BINARY_DIR}/changelog @ONLY)
find_program(GZIP gzip REQUIRED)
execute_process(COMMAND ${GZIP} --best --no-name --keep --force ${CMAKE_BINARY_DIR}/changelog
                COMMAND_ERROR_IS_FATAL ANY)
install(FILES ${CMAKE_BINARY_DIR}/changelog.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})
include(CPack)
