#pragma once

#include <string>
#include <vector>

#include "supervisor/first_config/found_commands.hpp"
#include "supervisor/secrets/url_credentials.hpp"

namespace supervisor {

// Of one command.
struct CommandSecrets {
  std::vector<std::vector<Span>> spans;  // where they stand in each word
  std::vector<std::string> doubtful;     // those among them that may be plain names
};

// What stands where credentials stand, but for stream keys that are names. Such a key is short and
// plain, and either stands in the clear in an input of the same command, or counts on from key to
// key of one server in a private network: `cam1`, `cam2`. One that is merely short and plain may be
// a password: it stays secret and is `doubtful`.
std::vector<CommandSecrets> secrets_of(const std::vector<FoundCommand>& commands);

// The words with `***` in the place of the secrets.
std::vector<std::string> masked_words(const std::vector<std::string>& words,
                                      const CommandSecrets& secrets);

}  // namespace supervisor
