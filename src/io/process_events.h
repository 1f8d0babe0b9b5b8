// Many descriptors behind one that Asio waits for: a process ends in two system calls, not
// in the dozen that registering each descriptor with Asio would cost.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <functional>
#include <memory>

namespace upkeep {

class ProcessEvents {
 public:
  /// `handle` gets the key of each descriptor that became readable (or whose other end was
  /// closed). It may add and remove; a removed key may still be handled once.
  using Handle = std::function<void(std::uint64_t key)>;
  /// Throws std::system_error when the system refuses.
  ProcessEvents(boost::asio::io_context&, Handle);

  /// 0, or the errno.
  int add(int descriptor, std::uint64_t key);
  /// Before the descriptor is closed.
  void remove(int descriptor);

 private:
  struct Parts;
  static void wait(const std::shared_ptr<Parts>&);
  std::shared_ptr<Parts> parts_;
};

}  // namespace upkeep
