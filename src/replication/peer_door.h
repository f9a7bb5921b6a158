// What a region's link listener answers: POST /replicate with a frame from another region, POST /forward with a request
// for the home of identities (forward_door.h), GET /health.
// Promises: nothing is applied unless the verified client certificate names a region of the deployment that may send
// this very message (a secret's primary region; of what flows from the identity home, that home, whose epoch the
// applier judges; of a multi-region key, the primary, or the former one that hands it over to this region; a question
// or a replica's report or heartbeat, any); messages of one region are applied one after the other, and none of an
// older session after a newer one was opened, but for questions and heartbeats, which change no state; a failing store
// is 503, never a verdict. Must never block the I/O thread that calls it: decoding and applying happen on the worker
// pool.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/log.h"
#include "base/random.h"
#include "base/region_list.h"
#include "base/worker_pool.h"
#include "net/message.h"
#include "replication/applier.h"
#include "replication/forward_door.h"
#include "replication/link_codec.h"

namespace coffer::replication {

class PeerDoor final : public net::Handler {
 public:
  struct Parts {
    Applier& applier;
    secrets::ReplicaLags& lags;
    WorkerPool& workers;  // stopped before the door goes away
    Random& random;       // for session numbers
    const Log& log;
    RegionList regions;               // of the deployment
    ForwardDoor* forwards = nullptr;  // null: nobody takes forwarded requests
    uint64_t start = 0;               // random, of this process: told in every answer
  };
  // The server that calls it must allow bodies of kMaxFrameBytes.
  explicit PeerDoor(const Parts& parts);
  ~PeerDoor() override;

  // The region has left, or comes again: a message from before, which was delayed on its way, takes effect no more.
  // Waits for one that is being applied.
  void end_session(const Region& region);

  void handle(const net::Request& request, net::Responder responder) override;
  void refuse(int status, net::Reply& reply) override;

 private:
  struct Peer;
  struct Status {
    int code = 200;
    std::string text;  // unless 200
  };
  // Null for a name that is none of another region of the deployment.
  Peer* find(std::string_view name);
  void receive(Peer& peer, std::string_view frame, net::Reply& reply);
  Status take(Peer& peer, std::string_view frame, Answer& answer);
  // nullopt for a message that is neither a question nor a heartbeat.
  std::optional<Status> answer_question(Peer& peer, const Message& message, Answer& answer);
  Status refused(Peer& peer, const Error& error);
  Result<void> apply(Peer& peer, Message message, Answer& answer);
  uint64_t open_session(Peer& peer);
  void log_change(Peer& peer, int status, const Error& error);

  const Parts parts_;
  std::mutex mutex_;
  std::map<Region, std::unique_ptr<Peer>> peers_;  // that have called; they stay
};

}  // namespace coffer::replication
