#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/secrets/url_credentials.hpp"

namespace supervisor {

// Takes the secrets out of commands and gives each a variable of its own.
class SecretVariables {
 public:
  struct Variable {
    std::string name;
    std::string what;  // "key of stream radio"
  };

  // The variables in these words have a meaning already: no secret of another place gets one.
  void keep_free(const std::vector<std::string>& words);

  // The words as a configuration has them: in the place of each secret `{env: NAME}`, named after
  // the stream and what it is, the same for the same text; so with variable_mark().
  std::vector<std::string> written(const std::string& stream,
                                   const std::vector<std::string>& words);

  const std::vector<Variable>& variables() const { return variables_; }

 private:
  std::string name_for(std::string_view secret, const std::string& wanted, const std::string& what);
  void note_variable(const std::string& name, const std::string& what);
  void write_secret(std::string_view secret, const std::string& stream, const std::string& kind,
                    std::string& text);
  void write_plain(std::string_view plain, const std::string& stream, std::string& text);

  std::vector<Variable> variables_;
  std::set<std::string> own_;                                 // names in the commands
  std::vector<std::pair<std::string, std::string>> secrets_;  // the text, its variable
};

}  // namespace supervisor
