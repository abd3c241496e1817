#include "supervisor/alerts/alert_test.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "recovery/alerts/send.hpp"
#include "supervisor/alerts/answer_words.hpp"
#include "supervisor/io/host_name.hpp"

namespace supervisor {
namespace {

using recovery::alerts::Attempt;
using recovery::alerts::Receiver;

constexpr monitor::Duration timeout = std::chrono::seconds(10);  // as of a delivery
constexpr auto fires_for = std::chrono::minutes(1);  // at an Alertmanager, which ends it itself

recovery::Alert test_alert(recovery::WallTime now) {
  recovery::Alert alert;
  alert.id = recovery::id_of("alert-test", now);
  alert.stream = "alert-test";
  alert.cause = monitor::Cause::restart_requested;  // a person's doing
  alert.summary = "ffsupervisor on " + host_name() +
                  " can reach you. This is a test: nothing is wrong, and nothing is to be done.";
  alert.starts_at = now;
  alert.is_test = true;
  return alert;
}

std::string text_of(const std::exception_ptr& error, const Attempt& attempt) {
  if (error) return "cancelled, or out of memory";
  if (!attempt.failure) return {};
  const std::string words = answer_words(attempt.answer);
  return words.empty() ? attempt.error : attempt.error + ": " + words;
}

}  // namespace

AlertTest::AlertTest(const Thread& loop, std::shared_ptr<AlertCommand> command, std::size_t count,
                     Done done)
    : loop_(loop),
      command_(std::move(command)),
      answers_(count),
      due_(count),
      done_(std::move(done)) {
}

std::shared_ptr<AlertTest> AlertTest::begin(const Thread& loop, const Thread& io_thread,
                                            std::vector<Receiver> receivers,
                                            std::shared_ptr<AlertCommand> command, Done done) {
  const std::shared_ptr<AlertTest> test(
      new AlertTest(loop, std::move(command), receivers.size(), std::move(done)));
  const recovery::WallTime now = std::chrono::system_clock::now();
  const recovery::Alert alert = test_alert(now);
  for (std::size_t i = 0; i < receivers.size(); ++i) {
    const Receiver& receiver = receivers[i];
    test->answers_[i].receiver = receiver.name;
    // An Alertmanager is told when the test ends by itself.
    std::string body = receiver.body(alert, now + fires_for - std::chrono::minutes(5));
    if (receiver.endpoint) {
      test->answers_[i].address = receiver.endpoint->name;
      test->post(io_thread, receiver, i, std::move(body));
    } else {
      test->run(i, std::move(body));
    }
  }
  return test;
}

void AlertTest::post(const Thread& io_thread, const Receiver& receiver, std::size_t number,
                     std::string body) {
  auto answer = loop_.callback(
      weak_from_this(), [number](AlertTest& test, std::string error) { test.take(number, error); });
  io_thread.post([executor = io_thread.executor(), endpoint = *receiver.endpoint,
                  body = std::move(body), answer]() mutable {
    boost::asio::co_spawn(executor,
                          recovery::alerts::send(endpoint, {.body = std::move(body)}, timeout),
                          [answer](const std::exception_ptr& error, const Attempt& attempt) {
                            answer(text_of(error, attempt));
                          });
  });
}

void AlertTest::run(std::size_t number, std::string body) {
  auto answer = loop_.callback(
      weak_from_this(), [number](AlertTest& test, std::string error) { test.take(number, error); });
  command_->run(std::move(body), [answer](std::string error) { answer(std::move(error)); });
}

void AlertTest::take(std::size_t number, const std::string& error) {
  answers_[number].delivered = error.empty();
  answers_[number].message = error.empty() ? "accepted" : error;
  if (--due_ == 0) done_(std::move(answers_));
}

}  // namespace supervisor
