#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "supervisor/first_config/command_secrets.hpp"

namespace supervisor {

// Takes the secrets out of commands and gives each a variable of its own.
class SecretVariables {
 public:
  struct Variable {
    std::string name;
    std::string what;  // "key of stream radio"
  };

  // What a command is the stream of, the command's words, and the secrets in them.
  struct Command {
    std::string stream;
    std::vector<std::string> words;
    CommandSecrets secrets;
  };

  explicit SecretVariables(std::vector<Command> commands);

  // The words of a command as a configuration has them: in the place of each secret `{env: NAME}`,
  // the same for the same text; so with variable_mark(). The name is that of the stream and of what
  // it is; of a text that several streams share, what it is and where (`RTSP_PASSWORD`).
  std::vector<std::string> written(std::size_t command);

  const std::vector<Variable>& variables() const { return variables_; }

 private:
  // How a variable for a secret is called, and what is told of it.
  struct Wanted {
    std::string name, what;
  };

  // The variables in these words have a meaning already: no secret of another place gets one.
  void keep_free(const std::vector<std::string>& words);
  Wanted wanted_for(std::string_view secret, const Command& command, const std::string& kind,
                    std::string_view before) const;
  std::string name_for(std::string_view secret, const std::string& wanted, const std::string& what);
  void note_variable(const std::string& name, const std::string& what);
  void write_secret(std::string_view secret, const Wanted& wanted, std::string& text);
  void write_plain(std::string_view plain, const std::string& stream, std::string& text);

  std::vector<Command> commands_;
  std::map<std::string, std::vector<std::string>, std::less<>> streams_of_;  // each secret
  std::vector<Variable> variables_;
  std::set<std::string> own_;                                 // names in the commands
  std::vector<std::pair<std::string, std::string>> secrets_;  // the text, its variable
};

}  // namespace supervisor
