# Writes what upkeep prints about itself to where it belongs. Runs while it is installed;
# cmake/install.cmake sets `program`, the one just built, and where `bin`, `share` and `man` are
# below the prefix.
if(IS_ABSOLUTE "${share}" OR IS_ABSOLUTE "${man}" OR IS_ABSOLUTE "${bin}")
  message(FATAL_ERROR "CMAKE_INSTALL_BINDIR, DATADIR and MANDIR are to be relative to the prefix")
endif()
find_program(gzip gzip REQUIRED)

# page(FILE WORDS…): FILE below the prefix is what `upkeep WORDS…` prints, packed when it ends in
# .gz.
function(page file)
  set(path ${CMAKE_INSTALL_PREFIX}/${file})
  set(target $ENV{DESTDIR}${path})
  get_filename_component(folder ${target} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  set(packing)
  if(file MATCHES "[.]gz$")
    set(packing COMMAND ${gzip} -9n)
  endif()
  execute_process(COMMAND ${program} ${ARGN} ${packing} OUTPUT_FILE ${target}
                  COMMAND_ERROR_IS_FATAL ANY)
  file(CHMOD ${target} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  message(STATUS "Installing: ${target}")
  list(APPEND CMAKE_INSTALL_MANIFEST_FILES ${path})
  set(CMAKE_INSTALL_MANIFEST_FILES "${CMAKE_INSTALL_MANIFEST_FILES}" PARENT_SCOPE)
endfunction()

# zsh looks here by itself; Debian's packages have a folder of their own.
set(zsh ${share}/zsh/site-functions)
if(CMAKE_INSTALL_PREFIX STREQUAL /usr)
  set(zsh ${share}/zsh/vendor-completions)
endif()

page(${man}/man1/upkeep.1.gz man upkeep)
page(${man}/man5/upkeep.yaml.5.gz man upkeep.yaml)
page(${share}/bash-completion/completions/upkeep completion bash)
page(${share}/fish/vendor_completions.d/upkeep.fish completion fish)
page(${zsh}/_upkeep completion zsh)
page(lib/systemd/system/upkeep.service
     shipped unit --program ${CMAKE_INSTALL_PREFIX}/${bin}/upkeep)
page(lib/sysusers.d/upkeep.conf shipped sysusers)
page(lib/tmpfiles.d/upkeep.conf shipped tmpfiles)
