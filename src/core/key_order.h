// How far the order of keys is known without writing the keys.
#pragma once
#include <cstdint>

#include "coverage/space.h"

namespace upkeep {

/// Partitions in different blocks of so many consecutive indices have their keys, bytewise, in
/// the order of their indices. The size of the space when nothing like that is known.
std::uint64_t ordered_block(const Space&);

}  // namespace upkeep
