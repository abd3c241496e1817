#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/thread/services.hpp"

namespace supervisor {

// Where the mount that a publisher writes to takes the title of what it carries (/admin/metadata,
// with the publisher's own user and password). Of MP3 and AAC; empty for others: Ogg has its titles
// in the stream. Holds secrets.
std::string title_url(const std::vector<std::string>& publisher, std::string_view title);

// Tells Icecast the titles of held outputs. Their mounts live on while encoders come and go, so no
// connection that begins anew brings a title. Waits for nobody; what is told late is the latest.
// For the loop's thread.
class IcecastTitles : public std::enable_shared_from_this<IcecastTitles> {
 public:
  // `services` must outlive it.
  IcecastTitles(const Services& services, std::string stream);

  // The output is on air and carries this. Told once, until it or the connection is another.
  void show(const std::string& output, const std::vector<std::string>& publisher,
            const std::string& title);
  // The output is off air: its mount is gone, and its title with it.
  void forget(const std::string& output) { outputs_.erase(output); }

 private:
  struct Output {
    std::string title;       // as was told last
    bool is_asking = false;  // an answer is awaited
    bool has_failed = false;
    std::optional<std::string> next;  // the URL of what is to be told after it
  };

  void ask(const std::string& output, std::string url);
  void on_answer(const std::string& output, int status, const std::string& trouble);

  const Services& services_;
  const std::string stream_;
  std::map<std::string, Output> outputs_;
};

}  // namespace supervisor
