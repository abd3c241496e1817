#include "tests/simulation/sum.hpp"

#include <cstdio>

namespace simulation {

namespace {

struct Count {
  const char* name;
  std::uint64_t Tally::*value;
};
constexpr Count counts[] = {
    {"launches", &Tally::launches},
    {"faults noticed", &Tally::faults},
    {"ticks", &Tally::ticks},
    {"ends", &Tally::ends},
    {"waits for a source", &Tally::waits},
    {"trials of a source by FFmpeg", &Tally::trials},
    {"looks at a source", &Tally::source_looks},
    {"looks at a sink", &Tally::sink_looks},
    {"overtaken answers", &Tally::overtaken_answers},
    {"returns of a source", &Tally::source_returns},
    {"returns of a sink", &Tally::sink_returns},
    {"vain returns", &Tally::vain_returns},
    {"sources there all the time", &Tally::always_there},
    {"retries", &Tally::retries},
    {"names in use", &Tally::names_in_use},
    {"… left to settle", &Tally::settled},
    {"fallbacks launched", &Tally::fallbacks},
    {"… on air", &Tally::fallbacks_on_air},
    {"… failed", &Tally::fallbacks_failed},
    {"… wrong", &Tally::fallbacks_wrong},
    {"… that yielded", &Tally::yields},
    {"track changes", &Tally::track_changes},
    {"restarts for a track", &Tally::track_restarts},
    {"planned restarts", &Tally::planned_restarts},
    {"… at a track change", &Tally::planned_at_tracks},
    {"escalations", &Tally::escalations},
    {"… by a missing source", &Tally::escalations_by_source},
    {"alerts of an outage that lasts", &Tally::alerts_of_long_outages},
    {"… by crashes of the supervisor", &Tally::escalated_by_crashes},
    {"resolutions", &Tally::resolutions},
    {"… of an earlier life's", &Tally::resolutions_of_earlier_life},
    {"lives", &Tally::lives},
    {"crashes of the supervisor", &Tally::crashes},
    {"… resumed", &Tally::resumed_crashes},
    {"torn journals", &Tally::torn_journals},
    {"shutdowns", &Tally::shutdowns},
};

struct DeliveryCount {
  const char* name;
  std::uint64_t Receiver::Tally::*value;
};
constexpr DeliveryCount delivery_counts[] = {
    {"alerts heard", &Receiver::Tally::heard},
    {"… not taken", &Receiver::Tally::failed},
    {"… reminded of", &Receiver::Tally::reminded},
    {"… undelivered at a death", &Receiver::Tally::lost_at_death},
};

struct ActCount {
  const char* name;
  std::uint64_t ProofRules::Seen::*value;
};
constexpr ActCount act_counts[] = {
    {"commands given up for good", &ProofRules::Seen::given_up},
    {"FFmpegs ended that advanced", &ProofRules::Seen::ended_advancing},
    {"… that stood", &ProofRules::Seen::ended_standing},
    {"… that had put out nothing", &ProofRules::Seen::ended_waiting},
    {"attempts among witnesses", &ProofRules::Seen::attempts},
    {"waits without a definite answer", &ProofRules::Seen::waits},
    {"times on air among witnesses", &ProofRules::Seen::on_airs},
    {"looks among witnesses", &ProofRules::Seen::looks},
    {"second TERMs", &ProofRules::Seen::second_terms},
};

struct HeldCount {
  const char* name;
  std::uint64_t HeldTally::*value;
};
constexpr HeldCount held_counts[] = {
    {"encoders of held outputs", &HeldTally::encoders},
    {"… that ended", &HeldTally::encoder_ends},
    {"… that were ended", &HeldTally::encoder_stops},
    {"publishers", &HeldTally::publishers},
    {"… that ended", &HeldTally::publisher_ends},
    {"… that were ended for a fault", &HeldTally::publisher_stops},
    {"… as asked", &HeldTally::asked_stops},
    {"beginnings and ends of silence", &HeldTally::idles},
    {"silences of more than a minute", &HeldTally::long_idles},
    {"covers, and their ends", &HeldTally::covers},
    {"other parameters", &HeldTally::reconnects},
    {"outputs that fell behind", &HeldTally::times_behind},
    {"held streams on air", &HeldTally::on_airs},
    {"waits for a receiver", &HeldTally::receivers_awaited},
    {"escalations of an output", &HeldTally::escalations},
    {"held commands that are wrong", &HeldTally::rejected},
    {"returns of everything", &HeldTally::returns},
    {"requests of held streams", &HeldTally::stream_stops},
    {"… of one output", &HeldTally::output_requests},
    {"reloads", &HeldTally::reloads},
};

constexpr std::uint64_t enough = 500;  // streams, for each thing to have happened

}  // namespace

void Sum::add(const World& world) {
  passed_ += world.passed();
  events_ += world.events();
  ++streams_;
  for (const Count& count : counts) tally_.*count.value += world.tally().*count.value;
  for (const DeliveryCount& count : delivery_counts)
    deliveries_.*count.value += world.deliveries().*count.value;
}

void Sum::add(const HeldWorld& world) {
  ++held_streams_;
  for (const HeldCount& count : held_counts) held_.*count.value += world.tally().*count.value;
}

void Sum::add(const ProofRules::Seen& seen, std::uint64_t events) {
  events_ += events;
  for (const ActCount& count : act_counts) proofs_.*count.value += seen.*count.value;
}

void Sum::print() const {
  const auto spent = std::chrono::steady_clock::now() - began_;
  for (const Count& count : counts) {
    std::printf("%12llu %s\n", static_cast<unsigned long long>(tally_.*count.value), count.name);
  }
  for (const DeliveryCount& count : delivery_counts) {
    std::printf("%12llu %s\n", static_cast<unsigned long long>(deliveries_.*count.value),
                count.name);
  }
  for (const ActCount& count : act_counts) {
    std::printf("%12llu %s\n", static_cast<unsigned long long>(proofs_.*count.value), count.name);
  }
  for (const HeldCount& count : held_counts) {
    std::printf("%12llu %s\n", static_cast<unsigned long long>(held_.*count.value), count.name);
  }
  std::printf("%.0f stream-days of %llu streams, %llu events, in %.1f s; every rule held\n", days(),
              static_cast<unsigned long long>(streams_), static_cast<unsigned long long>(events_),
              monitor::seconds(spent));
}

bool Sum::everything_happened() const {
  if (streams_ < enough) return true;
  bool all = true;
  const auto check = [&all](std::uint64_t times, const char* name) {
    if (times > 0) return;
    all = false;
    std::printf("never happened, so its rules were not tried: %s\n", name);
  };
  for (const Count& count : counts) check(tally_.*count.value, count.name);
  for (const DeliveryCount& count : delivery_counts) check(deliveries_.*count.value, count.name);
  for (const ActCount& count : act_counts) check(proofs_.*count.value, count.name);
  if (held_streams_ < enough) return all;
  for (const HeldCount& count : held_counts) check(held_.*count.value, count.name);
  return all;
}

}  // namespace simulation
