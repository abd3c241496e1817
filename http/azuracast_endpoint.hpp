#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "http/azuracast_hook.hpp"
#include "http/hook_record.hpp"
#include "http/reply.hpp"
#include "http/supervisor_api.hpp"

namespace http {

inline constexpr std::string_view azuracast_path = "/webhook/azuracast";

// The route of AzuraCast's web hook. For one thread.
class AzuracastEndpoint {
 public:
  using OnReport = decltype(SupervisorApi::on_now_playing);
  AzuracastEndpoint(std::string password, OnReport on_report)
      : password_(std::move(password)), on_report_(std::move(on_report)) {}

  // Whether the call may be heard, by its head alone; the refusal is noted.
  std::optional<Reply> refusal_of(const Request& head);
  // 200: the report is valid. The supervising loop finds the streams it belongs to.
  Reply answer(const Request& request);

  // A call that was refused before it was whole; the line for the log, empty where none is due.
  std::string note_refusal(unsigned status, std::string_view message);
  // For health; empty while there is none.
  std::string problem(HookRecord::Time now) const { return record_.problem(now); }

 private:
  Reply refuse(const AzuracastResult& result);

  const std::string password_;
  const OnReport on_report_;
  HookRecord record_;
};

}  // namespace http
