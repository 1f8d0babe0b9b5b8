// The tables of the state, and how the tables of older versions become those of this one.
#pragma once
#include <span>
#include <string_view>

#include "io/sqlite.h"

namespace upkeep {

/// The n-th script brings version n to version n + 1; version 0 is an empty database. Scripts
/// that were ever released are never changed. Types and statements are those that PostgreSQL
/// has too: bigint, text, foreign keys, `on conflict … do update`.
std::span<const std::string_view> state_migrations();

/// Marks a file as the state of upkeep ("upke").
inline constexpr std::int64_t state_application = 0x75706b65;

/// Brings the database to the version of the last migration, in one transaction.
SqliteResult<void> migrate(Sqlite&, std::span<const std::string_view> migrations);

}  // namespace upkeep
