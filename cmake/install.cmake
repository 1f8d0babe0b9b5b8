# What an installation consists of, and where it goes: `./x install` and the package follow it.
# What upkeep prints about itself (manuals, completions, the unit) is written by install_pages.cmake
# when it is installed, as only then its place is known.
include(GNUInstallDirs)
install(TARGETS upkeep RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(CODE "
  set(program \"$<TARGET_FILE:upkeep>\")
  set(bin \"${CMAKE_INSTALL_BINDIR}\")
  set(share \"${CMAKE_INSTALL_DATADIR}\")
  set(man \"${CMAKE_INSTALL_MANDIR}\")")
install(SCRIPT ${CMAKE_SOURCE_DIR}/cmake/install_pages.cmake)
install(FILES packaging/upkeep.yaml DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(DIRECTORY examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples
        USE_SOURCE_PERMISSIONS
        PATTERN __pycache__ EXCLUDE PATTERN .upkeep EXCLUDE PATTERN state EXCLUDE
        PATTERN data EXCLUDE PATTERN upstream.url EXCLUDE)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs FILES_MATCHING PATTERN *.md)
