#include "coverage/byte_stream.h"

#include <zlib.h>

namespace upkeep {

std::uint64_t checksum_of(std::string_view bytes) {
  return crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
}

}  // namespace upkeep
