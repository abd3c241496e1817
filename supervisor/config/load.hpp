#pragma once

#include <functional>
#include <optional>
#include <string>

#include "supervisor/command_line/options.hpp"
#include "supervisor/config/config.hpp"

namespace supervisor {

// Reads an environment variable; empty if unset. A parameter so that tests need no setenv.
using Environment = std::function<std::optional<std::string>(const char* name)>;

// The effective configuration: flag > environment > file > default. Throws ConfigError.
// With a command in the options there is one stream made of it; without one, `--config` must be
// given and have streams. Both together: the file's first stream gives the settings, the command
// line its command. Environment variables that belong to a stream apply to every stream.
Config load_config(const Options& options, const Environment& environment);

// The file alone, over the defaults. Bounded: 4 MiB, nesting 32. Throws ConfigError. The
// environment is for `{env: NAME}`; without one, that and `{file: PATH}` are left empty: a caller
// that only needs the port needs no secrets, and may lack the permission to read them.
void read_yaml_file(const std::string& path, Config& config, const Environment& environment = {});
void read_yaml_text(const std::string& text, const std::string& source_name, Config& config,
                    const Environment& environment = {});

// The effective configuration with the origin of every value, as `check` prints it: YAML that this
// program reads back, each line ended by `# origin`. Secrets are masked.
std::string print_config(const Config& config);

}  // namespace supervisor
