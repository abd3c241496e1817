#include "supervisor/first_config/config_text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "supervisor/config/printer.hpp"
#include "supervisor/first_config/command_secrets.hpp"
#include "supervisor/first_config/mounts.hpp"
#include "supervisor/first_config/secret_variables.hpp"
#include "supervisor/first_config/stream_names.hpp"

namespace supervisor {

namespace {

using Words = std::vector<std::string>;
using Variables = std::vector<SecretVariables::Variable>;

constexpr std::size_t line_max = 96;

// An option stands on one line with its value.
Words groups_of(const Words& words) {
  Words groups;
  bool takes_value = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_last = i + 1 == words.size();
    const std::string text = yaml_text(words[i]) + (is_last ? "]" : ",");
    const bool is_option = words[i].size() > 1 && words[i].front() == '-';
    if (takes_value && !is_option) {
      groups.back() += ' ' + text;
    } else {
      groups.push_back(text);
    }
    takes_value = is_option;
  }
  return groups;
}

std::string list_text(const Words& words, const std::string& indent) {
  std::string text, line = indent + '[';
  bool is_begun = false;
  for (const std::string& group : groups_of(words)) {
    const std::string more = (is_begun ? " " : "") + group;
    if (is_begun && line.size() + more.size() > line_max) {
      text += line + '\n';
      line = indent + ' ' + group;
    } else {
      line += more;
    }
    is_begun = true;
  }
  return text + line + '\n';
}

std::string heading(const Variables& variables) {
  std::string text =
      "# Made by ffsupervisor init. To try it: ffsupervisor check --config FILE, then\n"
      "# ffsupervisor --config FILE. All keys: man ffsupervisor.yml\n";
  if (variables.empty()) return text;
  text += "#\n# It takes its secrets from environment variables, which have to be set before:\n";
  std::size_t width = 0;
  for (const auto& variable : variables) width = std::max(width, variable.name.size());
  for (const auto& [name, what] : variables)
    text += "#   " + name + std::string(width - name.size(), ' ') + "   " + what + '\n';
  return text;
}

// The user and the folder are not those of the shell that the command came from.
std::string text_of_files(const Words& files) {
  if (files.empty()) return {};
  std::string text =
      "#\n"
      "# FFmpeg starts in WorkingDirectory, as a user of its own. It reads these files: everybody "
      "has\n"
      "# to be able to read them, and a name that does not begin with / is looked for in that "
      "folder.\n"
      "# Write absolute paths into the command:\n"
      "#\n";
  for (const std::string& file : files) text += "#   " + file + '\n';
  return text;
}

std::string systemd_text(const Variables& variables, const Words& files) {
  std::string text = "\n# systemd: save this file as /etc/ffsupervisor/ffsupervisor.yml";
  if (!variables.empty()) {
    text +=
        " and the secrets, for root alone\n# (chmod 600), as /etc/ffsupervisor/environment:\n#\n";
    for (const auto& variable : variables) text += "#   " + variable.name + "=…\n";
    text += "#\n# The";
  } else {
    text += ". The";
  }
  return text +
         " package brings the unit: systemctl enable --now ffsupervisor. Without the package, as\n"
         "# /etc/systemd/system/ffsupervisor.service:\n"
         "#\n"
         "#   [Unit]\n"
         "#   Description=FFmpeg supervisor\n"
         "#   Wants=network-online.target\n"
         "#   After=network-online.target\n"
         "#   StartLimitIntervalSec=0\n"
         "#\n"
         "#   [Service]\n"
         "#   Type=notify\n"
         "#   ExecStart=/usr/bin/ffsupervisor --config /etc/ffsupervisor/ffsupervisor.yml\n"
         "#   ExecReload=/bin/kill -HUP $MAINPID\n"
         "#   EnvironmentFile=-/etc/ffsupervisor/environment\n"
         "#   Restart=always\n"
         "#   RestartSec=1\n"
         "#   RestartPreventExitStatus=2 78 126 127\n"
         "#   WatchdogSec=30\n"
         "#   KillMode=mixed\n"
         "#   TimeoutStopSec=15\n"
         "#   DynamicUser=yes\n"
         "#   SupplementaryGroups=audio video\n"
         "#   StateDirectory=ffsupervisor\n"
         "#   WorkingDirectory=/var/lib/ffsupervisor\n"
         "#\n"
         "#   [Install]\n"
         "#   WantedBy=multi-user.target\n" +
         text_of_files(files);
}

// A volume that Docker keeps, as `media:/srv`: its name. Empty: a path of the host.
std::string name_of_volume(const std::string& volume) {
  const std::string source = volume.substr(0, volume.find(':'));
  const bool is_path = source == volume || source.find_first_of("/.~$") != std::string::npos;
  return is_path ? std::string() : source;
}

std::string compose_text(const Variables& variables, const Words& volumes, const Words& mounts) {
  std::string text = "\n# Docker Compose: save this file as ffsupervisor.yml beside compose.yml";
  text += variables.empty() ? ":\n" : ", and the secrets as\n# lines NAME=… in .env:\n";
  text +=
      "#\n"
      "#   services:\n"
      "#     ffsupervisor:\n"
      "#       image: ffsupervisor\n"
      "#       restart: unless-stopped\n";
  if (!variables.empty()) text += "#       environment:\n";
  for (const auto& variable : variables)
    text += "#         " + variable.name + ": ${" + variable.name + "}\n";
  text +=
      "#       ports: [\"127.0.0.1:9090:9090\"]\n"
      "#       volumes:\n"
      "#         - ./ffsupervisor.yml:/etc/ffsupervisor/ffsupervisor.yml:ro\n"
      "#         - ffsupervisor:/var/lib/ffsupervisor\n";
  std::string kept = "#   volumes:\n#     ffsupervisor:\n";
  for (const std::string& volume : volumes) {
    text += "#         - " + yaml_text(volume) + '\n';
    if (const std::string name = name_of_volume(volume); !name.empty())
      kept += "#     " + name + ":\n";
  }
  // Docker makes a folder of what is not there.
  if (!mounts.empty()) text += "#         # Files that FFmpeg reads; they have to be there:\n";
  for (const std::string& mount : mounts) text += "#         - " + mount + '\n';
  return text + "#       stop_grace_period: 10s\n" + kept;
}

}  // namespace

std::string config_text(const FoundCommands& found, const std::optional<std::string>& name) {
  std::vector<CommandSecrets> secrets = secrets_of(found.commands);
  const Words names = name ? Words{*name} : stream_names(found.commands, secrets);
  std::vector<SecretVariables::Command> commands;
  for (std::size_t i = 0; i < found.commands.size(); ++i)
    commands.push_back({names[i], found.commands[i].words, std::move(secrets[i])});
  SecretVariables variables(std::move(commands));
  std::string streams = "streams:\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    streams += "  - name: " + yaml_text(names[i]) + "\n    command:\n" +
               list_text(variables.written(i), "      ");
  }
  const Variables& all = variables.variables();
  const std::string journal =
      "# What happened is remembered over a restart.\n"
      "journal: {path: /var/lib/ffsupervisor/journal}\n\n";
  return heading(all) + '\n' + journal + streams + systemd_text(all, read_files(found)) +
         compose_text(all, found.volumes, mounts_of(found));
}

}  // namespace supervisor
