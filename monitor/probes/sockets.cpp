#include "monitor/probes/sockets.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include <netinet/in.h>

#include "monitor/ffmpeg/connection_side.hpp"
#include "monitor/ffmpeg/output_match.hpp"
#include "monitor/probes/diag_channel.hpp"
#include "monitor/probes/socket_inodes.hpp"

namespace monitor::probes {
namespace {

constexpr int skipped_in_trouble = 59;  // reads between two attempts
constexpr int passing_limit = 3;        // failures in a row that may pass by themselves
constexpr int widest_gap = 64;          // reads between two searches for one socket
constexpr int reads_of_one_list = 10;   // of the descriptors, where nothing tells of a change

// One of the process's sockets.
struct Known {
  enum class Is : std::uint8_t {
    unfound,     // in no table yet: listening, or not connected yet
    connection,  // in a table: asked for by its id
    dead,        // in no table any more, its descriptor is still open: after a reset
    other,       // neither TCP nor UDP
  };

  std::uint32_t inode = 0;
  int descriptor = -1;
  Is is = Is::unfound;
  int reads_to_wait = 0;  // until it is searched for again
  int gap = 1;
  bool of_endpoint = false;
  // It serves an input, as FFmpeg opens those first. Empty: not judged yet.
  std::optional<bool> opened_for_input = {};
  DiagSocket socket = {};  // as last reported
};

bool may_pass(int error) {
  return error == EAGAIN || error == ETIMEDOUT || error == ENOBUFS || error == ENOMEM ||
         error == EINTR || error == EBUSY || error == EPROTO;
}

// The kernel has no such table (a module that is not there). Without UDP's the view of TCP is still
// worth having; a socket of unknown protocol is searched for in all.
bool can_be_done_without(DiagTable table, int error, bool protocol_known) {
  const bool missing = error == ENOENT || error == EOPNOTSUPP || error == EINVAL;
  const bool needed = table.protocol == IPPROTO_TCP && (protocol_known || table.family == AF_INET);
  return missing && !needed;
}

}  // namespace

struct SocketsProbe::State {
  State(pid_t of, Endpoints own)
      : pid(of), endpoints(std::move(own)), ports(tcp_ports_of(endpoints)), inodes(of) {}

  std::optional<ConnectionSamples> read(Attention attention);
  bool is_list_due();
  bool list();
  int refresh_all();
  bool may_wait_for_pipe_or_datagrams() const;
  std::optional<ConnectionSamples> failed(int error);
  std::optional<ConnectionSamples> forbidden(const std::string& why);

  void remember(const std::vector<SocketDescriptor>& descriptors);
  bool is_sought(const Known& known) const;
  std::vector<DiagTable> tables_to_search(bool& protocols_known);
  int search(bool& unfound);
  int search_tables(std::span<const std::uint16_t> of_ports);
  int search_in(DiagTable table, std::span<const std::uint16_t> of_ports);
  void found(DiagSocket socket, Known& known);
  void note_order();
  std::vector<Known*> chosen();
  int refresh(Known& known);

  pid_t pid;
  Endpoints endpoints;
  std::vector<std::uint16_t> ports;  // where its connections are likely to lead
  SocketInodes inodes;
  std::shared_ptr<DiagChannel> channel = DiagChannel::shared();
  std::vector<SocketDescriptor> descriptors;
  std::vector<Known> sockets;                 // by inode
  std::optional<std::uint64_t> listed_count;  // of descriptors, when they were last gone through
  int reads_since_list = 0;
  bool are_known = false;     // the sockets, and what else the process has open
  bool has_lost_one = false;  // a socket is gone, or the process has closed it
  std::string trouble;
  int reads_to_skip = 0;
  int passing_failures = 0;
  std::size_t shared_opened = 0;  // connections to an address of an input and an output
};

std::optional<ConnectionSamples> SocketsProbe::State::read(Attention attention) {
  if (reads_to_skip > 0) {
    --reads_to_skip;
    return std::nullopt;
  }
  const bool is_listed = attention == Attention::close || is_list_due();
  if (is_listed && !list()) return std::nullopt;
  if (const int error = refresh_all()) return failed(error);
  if (has_lost_one && !is_listed) {
    if (!list()) return std::nullopt;
    if (const int error = refresh_all()) return failed(error);
  }
  ConnectionSamples samples;
  for (const Known* known : chosen()) samples.push_back(known->socket.connection);
  trouble.clear();
  passing_failures = 0;
  return samples;
}

// What is not found yet, or is in no table any more, may change without a change of their number.
bool SocketsProbe::State::is_list_due() {
  const auto is_settled = [](const Known& known) {
    return known.is == Known::Is::connection || known.is == Known::Is::other;
  };
  const auto now = inodes.count();
  const bool is_same = now && now == listed_count && std::ranges::all_of(sockets, is_settled);
  return !is_same || has_lost_one || ++reads_since_list >= reads_of_one_list;
}

// False: it could not be done.
bool SocketsProbe::State::list() {
  listed_count = inodes.count();
  reads_since_list = 0;
  has_lost_one = false;
  if (const int error = inodes.read(descriptors)) {
    forbidden("/proc/" + std::to_string(pid) + "/fd: " + std::strerror(error));
    return false;
  }
  remember(descriptors);
  bool unfound = false;
  if (const int error = search(unfound)) {
    failed(error);
    return false;
  }
  note_order();
  if (unfound && inodes.elsewhere()) {
    forbidden("FFmpeg has a network namespace of its own");
    return false;
  }
  are_known = true;
  return true;
}

int SocketsProbe::State::refresh_all() {
  for (Known* known : chosen()) {
    if (const int error = refresh(*known)) return error;
  }
  return 0;
}

bool SocketsProbe::State::may_wait_for_pipe_or_datagrams() const {
  return !are_known || inodes.reads_pipe() || std::ranges::any_of(sockets, [](const Known& known) {
    const ConnectionSample& connection = known.socket.connection;
    const bool is_input = connection.side != Side::output;
    return known.is == Known::Is::unfound ||
           (is_input && connection.kind == ConnectionSample::Kind::udp);
  });
}

std::optional<ConnectionSamples> SocketsProbe::State::failed(int error) {
  if (may_pass(error) && ++passing_failures < passing_limit) return std::nullopt;
  return forbidden(std::string("sock_diag: ") + std::strerror(error));
}

std::optional<ConnectionSamples> SocketsProbe::State::forbidden(const std::string& why) {
  trouble = "The kernel's view of FFmpeg's connections is not available here: " + why + ".";
  reads_to_skip = skipped_in_trouble;
  sockets.clear();
  are_known = false;
  return std::nullopt;
}

// Both lists are sorted by inode.
void SocketsProbe::State::remember(const std::vector<SocketDescriptor>& listed) {
  std::vector<Known> still;
  still.reserve(listed.size());
  auto old = sockets.begin();
  for (const auto& [inode, descriptor] : listed) {
    while (old != sockets.end() && old->inode < inode) ++old;
    const bool known = old != sockets.end() && old->inode == inode;
    still.push_back(known ? std::move(*old) : Known{.inode = inode});
    still.back().descriptor = descriptor;
  }
  sockets = std::move(still);
}

// The tables that may hold what is sought.
std::vector<DiagTable> SocketsProbe::State::tables_to_search(bool& protocols_known) {
  std::vector<DiagTable> tables;
  for (Known& known : sockets) {
    if (!is_sought(known)) continue;
    const auto its = inodes.tables_of(known.descriptor);
    if (its.empty()) known.is = Known::Is::other;
    if (its.size() > 1) protocols_known = false;
    for (const DiagTable table : its) {
      if (std::ranges::find(tables, table) == tables.end()) tables.push_back(table);
    }
  }
  return tables;
}

bool SocketsProbe::State::is_sought(const Known& known) const {
  return known.is == Known::Is::unfound && known.reads_to_wait == 0;
}

// Only where a socket is new. Going through 10,000 sockets of others takes the kernel 10 ms, and
// much less where it may leave out those of other ports.
int SocketsProbe::State::search(bool& unfound) {
  if (!ports.empty()) search_tables(ports);  // an old kernel knows no such filter
  const int error = search_tables({});
  for (Known& known : sockets) {
    if (known.is != Known::Is::unfound) continue;
    unfound = true;
    if (known.reads_to_wait-- > 0) continue;
    known.reads_to_wait = known.gap - 1;
    known.gap = std::min(known.gap * 2, widest_gap);
  }
  return error;
}

int SocketsProbe::State::search_tables(std::span<const std::uint16_t> of_ports) {
  bool protocols_known = true;
  for (const DiagTable table : tables_to_search(protocols_known)) {
    const int error = search_in(table, of_ports);
    if (error && !can_be_done_without(table, error, protocols_known)) return error;
  }
  return 0;
}

int SocketsProbe::State::search_in(DiagTable table, std::span<const std::uint16_t> of_ports) {
  if (!of_ports.empty() && table.protocol != IPPROTO_TCP) return 0;
  return channel->dump(table, of_ports, [&](const DiagMessage& message) {
    const auto known = std::ranges::lower_bound(sockets, inode_of(message), {}, &Known::inode);
    if (known == sockets.end() || known->inode != inode_of(message)) return;
    if (known->is != Known::Is::unfound) return;
    if (auto socket = read_socket(message, table.protocol)) found(std::move(*socket), *known);
  });
}

void SocketsProbe::State::found(DiagSocket socket, Known& known) {
  known.is = Known::Is::connection;
  known.gap = 1;
  known.socket = std::move(socket);
  ConnectionSample& connection = known.socket.connection;
  connection.side = side_of(connection, endpoints);
  if (connection.side == Side::unknown && known.opened_for_input == true)
    connection.side = Side::input;
  known.of_endpoint = is_of_endpoint(connection, endpoints);
  connection.outputs = known.of_endpoint ? outputs_of(connection, endpoints) : 0;
}

// Descriptors grow in the order of opening.
void SocketsProbe::State::note_order() {
  std::vector<Known*> opened;
  for (Known& known : sockets) {
    if (known.is == Known::Is::connection && !known.opened_for_input) opened.push_back(&known);
  }
  std::ranges::sort(opened, {}, &Known::descriptor);
  for (Known* known : opened) {
    const std::size_t inputs = inputs_sharing(known->socket.connection, endpoints);
    known->opened_for_input = inputs > 0 && shared_opened++ < inputs;
  }
}

// Those of the command's endpoints first, in the order in which they were opened.
std::vector<Known*> SocketsProbe::State::chosen() {
  std::vector<Known*> all;
  for (Known& known : sockets) {
    if (known.is == Known::Is::connection || known.is == Known::Is::dead) all.push_back(&known);
  }
  std::ranges::sort(all, {}, &Known::descriptor);
  std::ranges::stable_partition(all, [](const Known* known) { return known->of_endpoint; });
  if (all.size() > connections_limit) all.resize(connections_limit);
  return all;
}

int SocketsProbe::State::refresh(Known& known) {
  if (known.is == Known::Is::dead) return 0;
  std::optional<DiagSocket> now;
  const int error = channel->lookup(known.socket.id, now);
  if (now) {
    has_lost_one = has_lost_one || now->inode != known.inode;  // no process's any more
    found(std::move(*now), known);
  }
  if (error != ENOENT && error != ESTALE) return error;

  has_lost_one = true;
  ConnectionSample& last = known.socket.connection;
  if (last.kind == ConnectionSample::Kind::udp) {  // its addresses are others now: search again
    known.is = Known::Is::unfound;
    known.reads_to_wait = 0;
    return 0;
  }
  known.is = Known::Is::dead;
  last.phase = ConnectionSample::Phase::closing;
  last.unsent_bytes = last.unacked_bytes = 0;  // thrown away by the reset
  return 0;
}

SocketsProbe::SocketsProbe(pid_t pid, const Endpoints& endpoints)
    : state_(std::make_unique<State>(pid, endpoints)) {
}

SocketsProbe::~SocketsProbe() = default;
SocketsProbe::SocketsProbe(SocketsProbe&&) noexcept = default;
SocketsProbe& SocketsProbe::operator=(SocketsProbe&&) noexcept = default;

std::optional<ConnectionSamples> SocketsProbe::read(Attention attention) {
  return state_->read(attention);
}

bool SocketsProbe::may_wait_for_pipe_or_datagrams() const {
  return state_->may_wait_for_pipe_or_datagrams();
}

const std::string& SocketsProbe::trouble() const {
  return state_->trouble;
}

}  // namespace monitor::probes
