#include "supervisor/config/flags.hpp"

#include "supervisor/config/settings.hpp"

namespace supervisor {

namespace {

template <class Owner>
void apply_flag(const std::optional<std::string>& text, const std::string& flag,
                const std::string& key, const Setting<Owner>& setting, Owner& owner, Config& config,
                Problems& problems) {
  if (!text) return;
  try {
    setting.read(owner, *text);
    remember(config, key, Origin::flag, flag);
  } catch (const Unexpected& error) {
    problems.add(flag + ": " + error.refusal(shown(*text)));
  }
}

void forget_streams_but_first(Config& config) {
  for (std::size_t i = 1; i < config.streams.size(); ++i) {
    const auto of_stream = [&](const auto& entry) {
      return entry.first.starts_with(stream_prefix(i));
    };
    std::erase_if(config.origins, of_stream);
    std::erase_if(config.places, of_stream);
  }
  config.streams.resize(1);
}

}  // namespace

void apply_flags(const Options& options, Config& config, Problems& problems) {
  const auto apply = [&](const std::optional<std::string>& text, const char* flag,
                         const char* key) {
    apply_flag(text, flag, key, *find_setting(program_settings(), key), config, config, problems);
  };
  apply(options.listen, "--listen", "http.listen");
  apply(options.log_format, "--log-format", "log.format");
  apply(options.log_level, "--log-level", "log.level");
}

void apply_command(const Options& options, Config& config, Problems& problems) {
  if (options.command.empty()) return;
  forget_streams_but_first(config);
  StreamConfig& stream = config.streams.front();
  stream.command = options.command;
  remember(config, "streams[0].command", Origin::flag, "the command line");
  apply_flag(options.name, "--name", "streams[0].name", *find_setting(stream_settings(), "name"),
             stream, config, problems);
}

}  // namespace supervisor
