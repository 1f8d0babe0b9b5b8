#include "io/process_events.h"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace upkeep {

struct ProcessEvents::Parts {
  Parts(boost::asio::io_context& io, int descriptor, Handle handle_one)
      : set(io, descriptor), handle(std::move(handle_one)) {}
  boost::asio::posix::stream_descriptor set;
  Handle handle;
};

ProcessEvents::ProcessEvents(boost::asio::io_context& io, Handle handle) {
  const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "no epoll");
  parts_ = std::make_shared<Parts>(io, descriptor, std::move(handle));
  wait(parts_);
}

int ProcessEvents::add(int descriptor, std::uint64_t key) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = key;
  const int set = parts_->set.native_handle();
  return ::epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event) == 0 ? 0 : errno;
}

void ProcessEvents::remove(int descriptor) {
  ::epoll_ctl(parts_->set.native_handle(), EPOLL_CTL_DEL, descriptor, nullptr);
}

void ProcessEvents::wait(const std::shared_ptr<Parts>& parts) {
  // Not the parts themselves: they end with their owner, whatever still waits in the loop.
  const std::weak_ptr<Parts> weak = parts;
  parts->set.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [weak](const boost::system::error_code& error) {
                          const auto alive = weak.lock();
                          if (error || !alive) return;
                          std::array<epoll_event, 64> events;
                          const int count = ::epoll_wait(alive->set.native_handle(), events.data(),
                                                         static_cast<int>(events.size()), 0);
                          for (int i = 0; i < count; ++i) {
                            alive->handle(events[static_cast<std::size_t>(i)].data.u64);
                          }
                          wait(alive);
                        });
}

}  // namespace upkeep
