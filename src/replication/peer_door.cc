#include "replication/peer_door.h"

#include <exception>
#include <mutex>

namespace coffer::replication {
namespace {

constexpr std::string_view kFrameType = "application/octet-stream";
constexpr int kOk = 200;
constexpr int kSessionOver = 409;

void answer(net::Reply& reply, int status, std::string_view text) {
  reply.status = status;
  reply.content_type = "text/plain";
  reply.body.clear();
  reply.body.append(text);
}

// What the sender does next depends on the status: region_link.h.
int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kPermission:
      return 403;
    case ErrorCode::kAborted:
    case ErrorCode::kConflict:
    case ErrorCode::kIo:
    case ErrorCode::kSealed:
    case ErrorCode::kServiceUnavailable:
    case ErrorCode::kTimeout:
      return 503;
    default:
      return 500;
  }
}

Error not_allowed(std::string_view what) {
  return {ErrorCode::kPermission, std::string(what)};
}

}  // namespace

struct PeerDoor::Peer {
  explicit Peer(Region name) : region(std::move(name)) {}
  const Region region;
  std::mutex mutex;          // held while a message is applied: one after the other
  uint64_t session = 0;      // the only one whose messages are accepted; 0: none was opened yet
  std::string last_refusal;  // so that one cause is logged once
};

PeerDoor::PeerDoor(const Parts& parts) : parts_(parts) {}
PeerDoor::~PeerDoor() = default;

PeerDoor::Peer* PeerDoor::find(std::string_view name) {
  const auto region = Region::parse(name);
  if (!region || !parts_.regions.has_other(*region)) return nullptr;
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Peer>& peer = peers_[*region];
  if (peer == nullptr) peer = std::make_unique<Peer>(*region);
  return peer.get();
}

void PeerDoor::end_session(const Region& region) {
  Peer* peer = nullptr;
  {
    const std::lock_guard lock(mutex_);
    const auto found = peers_.find(region);
    if (found == peers_.end()) return;
    peer = found->second.get();
  }
  const std::lock_guard lock(peer->mutex);
  peer->session = 0;
}

void PeerDoor::handle(const net::Request& request, net::Responder responder) {
  if (request.target == "/health") {
    if (request.method == "GET") {
      answer(responder.reply(), 200, "ok\n");
    } else {
      answer(responder.reply(), 405, "use GET\n");
    }
    return responder.send();
  }
  const bool is_forward = request.target == "/forward" && parts_.forwards != nullptr;
  if ((request.target != "/replicate" && !is_forward) || request.method != "POST") {
    answer(responder.reply(), 404, "this is the link between regions\n");
    return responder.send();
  }
  Peer* const peer = find(request.peer_name);
  if (!peer) {
    parts_.log.warning("replication_peer_unknown", {{"peer", request.peer_name}, {"address", request.peer_address}});
    answer(responder.reply(), 403, "the certificate is not one of another region of this deployment\n");
    return responder.send();
  }
  if (is_forward) return parts_.forwards->handle(peer->region, request, std::move(responder));
  // Shared, because a pool that is full destroys the task and the responder is still needed then.
  auto shared = std::make_shared<net::Responder>(std::move(responder));
  const bool queued = parts_.workers.submit([this, peer, shared, frame = request.body] {
    receive(*peer, frame, shared->reply());
    shared->send();
  });
  if (queued) return;
  answer(shared->reply(), 503, "too many messages are waiting\n");
  shared->send();
}

void PeerDoor::refuse(int status, net::Reply& reply) {
  answer(reply, status, "refused\n");
}

void PeerDoor::receive(Peer& peer, std::string_view frame, net::Reply& reply) try {
  Answer result;
  result.start = parts_.start;
  result.moment = parts_.lags.moment();
  // Before the message is looked at: what departs while it is answered is told by the next answer.
  result.departures = parts_.applier.departures_from(peer.region);
  const Status status = take(peer, frame, result);
  if (status.code != kOk) return answer(reply, status.code, status.text);
  reply.status = kOk;
  reply.content_type = kFrameType;
  reply.body = encode(result);
} catch (const std::exception&) {
  answer(reply, 503, "internal error\n");
}

PeerDoor::Status PeerDoor::take(Peer& peer, std::string_view frame, Answer& answer) {
  Result<Message> message = decode_message(frame);
  if (!message.ok()) {
    const int status = message.error().code == ErrorCode::kUsage ? 426 : 400;
    const std::lock_guard lock(peer.mutex);
    log_change(peer, status, message.error());
    return {status, message.error().message};
  }
  if (const auto status = answer_question(peer, *message, answer)) return *status;
  const std::lock_guard lock(peer.mutex);
  if (const auto* hello = std::get_if<Hello>(&message->body)) {
    const Result<void> heard = parts_.applier.started(peer.region, hello->start);
    if (!heard.ok()) return refused(peer, heard.error());
    answer.session = open_session(peer);
    return {};
  }
  if (peer.session == 0 || message->session != peer.session) return {kSessionOver, "the session is over\n"};
  const Result<void> applied = apply(peer, std::move(*message), answer);
  if (!applied.ok()) return refused(peer, applied.error());
  peer.last_refusal.clear();
  return {};
}

// Not one after the other with the messages: whoever asks does not wait for them.
std::optional<PeerDoor::Status> PeerDoor::answer_question(Peer& peer, const Message& message, Answer& answer) {
  if (const auto* heartbeat = std::get_if<secrets::Heartbeat>(&message.body)) {
    // What the process before this one was told says nothing about this one's disk.
    if (heartbeat->start == parts_.start) parts_.lags.heard(peer.region, *heartbeat);
    return Status{};
  }
  std::optional<Error> error;
  if (const auto* question = std::get_if<home::StateQuestion>(&message.body)) {
    Result<home::StateAnswer> said = parts_.applier.answer(*question);
    if (said.ok()) {
      answer.state = std::move(*said);
    } else {
      error = said.error();
    }
  } else if (const auto* check = std::get_if<secrets::CopyCheck>(&message.body)) {
    auto said = parts_.applier.answer(peer.region, *check);
    if (said.ok()) {
      answer.copies = std::move(*said);
    } else {
      error = said.error();
    }
  } else {
    return std::nullopt;
  }
  if (!error) return Status{};
  const std::lock_guard lock(peer.mutex);
  return refused(peer, *error);
}

PeerDoor::Status PeerDoor::refused(Peer& peer, const Error& error) {
  const int status = status_of(error.code);
  log_change(peer, status, error);
  return {status, std::string(error_name(error.code))};
}

Result<void> PeerDoor::apply(Peer& peer, Message message, Answer& answer) {
  if (auto* states = std::get_if<std::vector<secrets::ReplicaState>>(&message.body)) {
    for (const secrets::ReplicaState& state : *states) {
      if (state.primary_region != peer.region) return not_allowed("a state of another region's secret");
    }
    COFFER_ASSIGN(answer.outcomes, parts_.applier.apply(std::move(*states)));
    return {};
  }
  if (const auto* removal = std::get_if<secrets::ReplicaRemoval>(&message.body)) {
    if (removal->primary_region != peer.region) return not_allowed("a removal of another region's secret");
    COFFER_ASSIGN(auto outcome, parts_.applier.apply(*removal));
    answer.outcomes.push_back(std::move(outcome));
    return {};
  }
  if (const auto* part = std::get_if<home::StatePart>(&message.body)) {
    if (part->home.region != peer.region) return not_allowed("a state that another region is home of");
    COFFER_ASSIGN(answer.state, parts_.applier.apply(*part));
    return {};
  }
  if (const auto* shared = std::get_if<kms::SharedKey>(&message.body)) {
    const kms::Lineage& lineage = shared->lineage;
    // A former primary only hands over, to the region that is the next one.
    const bool hands_over = lineage.former == peer.region && lineage.primary == parts_.regions.self();
    if (lineage.primary != peer.region && !hands_over) {
      return not_allowed("a key of which another region is the primary");
    }
    COFFER_ASSIGN(answer.key, parts_.applier.apply(*shared));
    return {};
  }
  COFFER_ASSIGN(answer.key, parts_.applier.apply(peer.region, std::get<kms::ReplicaReport>(message.body)));
  return {};
}

uint64_t PeerDoor::open_session(Peer& peer) {
  uint64_t session = 0;
  while (session == 0)
    parts_.random.fill(std::as_writable_bytes(std::span(&session, 1)));
  peer.session = session;
  return session;
}

void PeerDoor::log_change(Peer& peer, int status, const Error& error) {
  std::string cause = std::string(error_name(error.code)) + ": " + error.message;
  if (cause == peer.last_refusal) return;
  parts_.log.warning("replication_message_refused",
                     {{"peer", peer.region.text()}, {"status", status}, {"error", cause}});
  peer.last_refusal = std::move(cause);
}

}  // namespace coffer::replication
