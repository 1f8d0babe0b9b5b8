#include "daemon/unit_setup.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "daemon/unit.h"
#include "io/child_output.h"
#include "io/descriptor.h"
#include "io/files.h"
#include "io/owner_lock.h"

namespace upkeep {
namespace {

namespace fs = std::filesystem;

/// `systemctl start` waits until the loop is up: it may take TimeoutStartSec= of the unit.
constexpr Duration patience = std::chrono::minutes{5};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Result<std::string> output_of_tool(const std::string& name, std::vector<std::string> arguments) {
  for (const char* folder : {"/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"}) {
    if (!fs::exists(folder + name)) continue;
    arguments.insert(arguments.begin(), name);
    return output_of(folder + name, arguments, patience);
  }
  return fail(fmt::format("{} is not there", name));
}

struct Account {
  std::string name;
  uid_t user = 0;
  gid_t group = 0;
};

std::string name_of_user(uid_t id) {
  const passwd* found = ::getpwuid(id);
  return found == nullptr ? std::to_string(id) : found->pw_name;
}

bool may(const Account& user, const struct stat& facts, mode_t what) {
  if (user.user == 0) return true;
  if (facts.st_uid == user.user) return (facts.st_mode & (what << 6)) != 0;
  if (facts.st_gid == user.group) return (facts.st_mode & (what << 3)) != 0;
  return (facts.st_mode & what) != 0;
}

/// The way to a path leads through folders that the user may pass.
Result<void> check_way(const std::string& path, const Account& user) {
  for (fs::path above = fs::path(path).parent_path();; above = above.parent_path()) {
    struct stat facts{};
    if (::stat(above.c_str(), &facts) == 0 && !may(user, facts, 01)) {
      return fail(fmt::format(
          "the service runs as {}, who may not enter {} and so not reach {}: move it, or choose "
          "--run-as",
          user.name, above.string(), path));
    }
    if (above == above.parent_path()) return {};
  }
}

class Setup {
 public:
  Setup(const Config& config, const UnitWish& wish) : config_(config), wish_(wish) {}

  Result<UnitDone> run();

 private:
  bool is_users() const { return wish_.user.empty(); }
  std::string unit() const { return wish_.name + ".service"; }
  Result<void> look_for_manager() const;
  Result<std::string> path() const;
  /// False when the same unit is there already.
  Result<bool> must_be_written(const std::string& path) const;
  Result<void> look_whether_it_runs() const;
  Result<Account> find_user() const;
  Result<void> prepare_folders() const;
  Result<void> check_folder(const std::string& folder, const Account& user) const;
  Result<std::string> systemctl(std::vector<std::string> arguments) const;

  const Config& config_;
  const UnitWish& wish_;
};

Result<void> Setup::look_for_manager() const {
  const std::string runtime = variable("XDG_RUNTIME_DIR");
  if (is_users() && (runtime.empty() || !fs::exists(runtime + "/systemd/private"))) {
    return fail(
        "no service manager of your own runs here; log in anew (su and sudo start none), or set it "
        "up for the whole system, without --user");
  }
  if (!is_users() && !fs::is_directory("/run/systemd/system")) {
    return fail(
        "systemd does not run here; `upkeep start` runs the loop without it, and --print shows "
        "the unit");
  }
  if (!is_users() && ::geteuid() != 0) {
    return fail(
        fmt::format("that takes root: sudo {}, or --user for a unit of your own", wish_.again));
  }
  return {};
}

Result<std::string> Setup::path() const {
  if (!is_users()) return "/etc/systemd/system/" + unit();
  const std::string chosen = variable("XDG_CONFIG_HOME"), home = variable("HOME");
  if (chosen.empty() && home.empty()) return fail("$HOME is not set");
  return (chosen.empty() ? home + "/.config" : chosen) + "/systemd/user/" + unit();
}

Result<bool> Setup::must_be_written(const std::string& path) const {
  if (!fs::exists(path)) return true;
  UPKEEP_TRY(const std::string text, read_file(path));
  if (text == wish_.text) return false;
  if (is_own_unit(text)) return true;
  return fail(fmt::format(
      "{} was not written by upkeep and is left alone; remove it, or choose another --name", path));
}

/// What `upkeep start` has started holds the state; the unit's own does, too.
Result<void> Setup::look_whether_it_runs() const {
  UPKEEP_TRY(const auto owner, owner_of(config_.state));
  if (!owner || systemctl({"is-active", "--quiet", unit()})) return {};
  return fail(fmt::format("it runs already, as process {}: first `upkeep -c {} stop`", *owner,
                          config_.path));
}

Result<Account> Setup::find_user() const {
  if (::getpwnam(wish_.user.c_str()) == nullptr && wish_.user == service_user) {
    std::string line = sysusers_line();
    line.pop_back();
    const auto made = output_of_tool("systemd-sysusers", {"--inline", line});
    if (!made)
      return fail(fmt::format("the user {} cannot be made: {}", service_user, made.error().text));
  }
  const passwd* found = ::getpwnam(wish_.user.c_str());
  if (found == nullptr) return fail(fmt::format("there is no user `{}`", wish_.user));
  return Account{wish_.user, found->pw_uid, found->pw_gid};
}

Result<void> Setup::check_folder(const std::string& folder, const Account& user) const {
  struct stat facts{};
  if (::stat(folder.c_str(), &facts) != 0) {
    return fail(fmt::format("the folder {} of a store is not there; make it: install -d -o {} {}",
                            folder, user.name, folder));
  }
  if (may(user, facts, 02)) return {};
  return fail(fmt::format(
      "{} belongs to {}, and the service runs as {}: chown -R {} {}, or choose --run-as", folder,
      name_of_user(facts.st_uid), user.name, user.name, folder));
}

Result<void> Setup::prepare_folders() const {
  if (is_users()) return make_folders(config_.state);
  UPKEEP_TRY(const Account user, find_user());
  UPKEEP_TRY(const std::string program, own_program());
  UPKEEP_CHECK(check_way(program, user));
  UPKEEP_CHECK(check_way(config_.path, user));
  for (const Store& store : config_.stores) {
    if (!store.bucket) UPKEEP_CHECK(check_folder(store.directory, user));
  }
  if (is_at_home(config_, wish_.user)) return {};
  if (fs::exists(config_.state)) return check_folder(config_.state, user);
  UPKEEP_CHECK(make_folders(fs::path(config_.state).parent_path(), 0755));
  UPKEEP_CHECK(make_folders(config_.state));
  if (::chown(config_.state.c_str(), user.user, user.group) != 0) {
    return fail_with(errno, config_.state, "given to " + wish_.user);
  }
  return {};
}

Result<std::string> Setup::systemctl(std::vector<std::string> arguments) const {
  if (is_users()) arguments.insert(arguments.begin(), "--user");
  return output_of_tool("systemctl", std::move(arguments));
}

Result<UnitDone> Setup::run() {
  UPKEEP_CHECK(look_for_manager());
  UnitDone done;
  UPKEEP_TRY(done.path, path());
  UPKEEP_TRY(done.is_written, must_be_written(done.path));
  UPKEEP_CHECK(look_whether_it_runs());
  UPKEEP_CHECK(prepare_folders());
  if (done.is_written) {
    UPKEEP_CHECK(make_folders(fs::path(done.path).parent_path(), 0755));
    UPKEEP_CHECK(write_file_atomically(done.path, wish_.text));
    UPKEEP_CHECK(systemctl({"daemon-reload"}));
  }
  UPKEEP_CHECK(systemctl({"enable", unit()}));
  done.is_started = done.is_written || !systemctl({"is-active", "--quiet", unit()});
  if (!done.is_started) return done;
  if (const auto started = systemctl({"restart", unit()}); !started) {
    return fail(fmt::format("{} does not start: {}\n`journalctl {}-u {} -n 20` tells why", unit(),
                            started.error().text, is_users() ? "--user " : "", wish_.name));
  }
  return done;
}

}  // namespace

Result<std::string> own_program() {
  std::error_code error;
  const fs::path path = fs::read_symlink("/proc/self/exe", error);
  if (error) return fail("/proc/self/exe cannot be read: " + error.message());
  return path.string();
}

Result<std::string> owner_of_service(const Config& config) {
  struct stat facts{};
  if (::stat(config.folder.c_str(), &facts) != 0) {
    return fail_with(errno, config.folder, "looked at");
  }
  return facts.st_uid == 0 ? std::string(service_user) : name_of_user(facts.st_uid);
}

Result<UnitDone> set_up_unit(const Config& config, const UnitWish& wish) {
  return Setup(config, wish).run();
}

}  // namespace upkeep
