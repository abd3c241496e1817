#include "supervisor/hold/icecast_titles.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "monitor/probes/http_get.hpp"
#include "monitor/text/percent.hpp"
#include "monitor/text/url.hpp"
#include "supervisor/hold/publisher_words.hpp"

namespace supervisor {

namespace {

using monitor::probes::HttpAnswer;
using std::string_view;
using namespace std::chrono_literals;

constexpr monitor::Duration timeout = 5s;
constexpr auto with_titles = std::to_array<string_view>({"mp3", "mp2", "adts"});

}  // namespace

std::string title_url(const std::vector<std::string>& publisher, string_view title) {
  const monitor::Url url = monitor::split_url(publisher.back());
  const std::string muxer = publishing_muxer(publisher);
  const bool has_titles = std::ranges::find(with_titles, muxer) != with_titles.end();
  if (url.scheme != "icecast" || !has_titles || url.path.size() < 2) return {};
  std::string user(url.userinfo);
  const std::string password = option_value(publisher, "-password");
  if (user.find(':') == std::string::npos) {
    user = (user.empty() ? "source" : user) + ':' + monitor::percent_encode(password);
  }
  const string_view port = url.port.empty() ? string_view("8000") : url.port;
  const string_view mount = url.path.substr(0, url.path.find('?'));
  const std::string scheme = option_value(publisher, "-tls") == "1" ? "https" : "http";
  return scheme + "://" + user + '@' + monitor::host_and_port(url.host, port) +
         "/admin/metadata?mode=updinfo&charset=UTF-8&mount=" +
         monitor::percent_encode(monitor::percent_decode(mount)) +
         "&song=" + monitor::percent_encode(title);
}

IcecastTitles::IcecastTitles(const Services& services, std::string stream)
    : services_(services), stream_(std::move(stream)) {
}

void IcecastTitles::show(const std::string& output, const std::vector<std::string>& publisher,
                         const std::string& title) {
  const auto known = outputs_.find(output);
  if (known != outputs_.end() && known->second.title == title) return;
  std::string url = title_url(publisher, title);
  if (url.empty()) return;
  Output& told = outputs_[output];
  told.title = title;
  if (told.is_asking) {
    told.next = std::move(url);
  } else {
    ask(output, std::move(url));
  }
}

void IcecastTitles::ask(const std::string& output, std::string url) {
  outputs_[output].is_asking = true;
  auto answered = services_.loop.callback(
      weak_from_this(), [output](IcecastTitles& self, int status, const std::string& trouble) {
        self.on_answer(output, status, trouble);
      });
  const auto executor = services_.io_thread.executor();
  const monitor::Instant deadline = std::chrono::steady_clock::now() + timeout;
  boost::asio::post(executor, [executor, deadline, url = std::move(url),
                               answered = std::move(answered)]() mutable {
    auto finished = [answered = std::move(answered)](const std::exception_ptr& failure,
                                                     const HttpAnswer& answer) {
      answered(failure ? 0 : answer.status, failure ? std::string() : answer.trouble);
    };
    boost::asio::co_spawn(executor, monitor::probes::http_get(std::move(url), deadline, 0),
                          std::move(finished));
  });
}

// A server that takes no titles is told of once; its listeners hear the stream all the same.
void IcecastTitles::on_answer(const std::string& output, int status, const std::string& trouble) {
  const auto told = outputs_.find(output);
  if (told == outputs_.end()) return;
  told->second.is_asking = false;
  const bool is_taken = status == 200;
  if (!std::exchange(told->second.has_failed, !is_taken) && !is_taken) {
    services_.log.write(LogLevel::warning, "title_failed", {stream_, output},
                        "Icecast did not take the title: " +
                            (trouble.empty() ? "it answers " + std::to_string(status)
                                             : services_.secrets.mask(trouble)));
  }
  if (auto next = std::exchange(told->second.next, std::nullopt)) ask(output, std::move(*next));
}

}  // namespace supervisor
