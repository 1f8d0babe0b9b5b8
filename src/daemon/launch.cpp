#include "daemon/launch.h"

#include "collect/command.h"
#include "daemon/setup.h"

namespace upkeep {

Result<Launch> make_launch(const Config& config, const StartAttempt& start,
                           const std::string& partitions_path, Redaction& redaction) {
  const Collection& collection = config.of(start.collection);
  const Collector& collector = config.of(*collection.collector);
  const Store& store = config.of(collection.store);
  const std::string root =
      store.bucket ? "s3://" + store.bucket->name + "/" + store.bucket->prefix : store.directory;
  CommandValues values = command_values(*start.space, start.partitions, start.task, root);
  values.values["partitions"] = partitions_path;
  UPKEEP_CHECK(check_values(collector.command, values));

  Launch launch;
  launch.attempt = start.attempt;
  launch.command = expand_command(collector.command, values);
  launch.folder = config.folder;
  launch.partitions = partitions_file(*start.space, start.partitions);
  launch.deadline = start.deadline;
  launch.grace = collector.grace;
  launch.isolation = collector.isolation;
  launch.environment["UPKEEP_TASK"] = start.task;
  launch.environment["UPKEEP_CONFIG"] = config.path;  // for `upkeep acquire`
  if (collector.environment.empty()) return launch;
  hide_secrets(config, redaction);  // they may have changed
  UPKEEP_TRY(const SecretSources secrets, secret_sources(config));
  for (const auto& [name, text] : collector.environment) {
    UPKEEP_TRY(launch.environment[name], fill_secrets(text, secrets));
  }
  return launch;
}

}  // namespace upkeep
