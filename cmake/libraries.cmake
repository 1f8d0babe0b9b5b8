# The libraries that each folder links, all from the distribution.
find_package(PkgConfig REQUIRED)
find_package(absl REQUIRED)
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(sqlite REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(fmt REQUIRED IMPORTED_TARGET fmt)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(isal REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(crypto REQUIRED IMPORTED_TARGET libcrypto)

set(UPKEEP_LIBRARIES_base PkgConfig::fmt absl::time)
set(UPKEEP_LIBRARIES_coverage absl::flat_hash_map PkgConfig::zlib)
# zlib packs what the tests unpack.
set(UPKEEP_LIBRARIES_report PkgConfig::isal PkgConfig::crypto PkgConfig::zlib)
set(UPKEEP_LIBRARIES_config PkgConfig::yaml)
set(UPKEEP_LIBRARIES_io PkgConfig::sqlite Threads::Threads)
set(UPKEEP_LIBRARIES_cli)
