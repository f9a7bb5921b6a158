// The control socket of `coffer dev` (DIR/control.sock, 0600): what a second terminal may ask of the running
// deployment.
//   GET  /status                        the regions, their pids and endpoints
//   POST /regions/REGION/start|stop|kill|add|remove|remove-lost
// Status is answered at once; commands wait in a queue for the main thread, which alone may start and stop processes.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "base/ids.h"
#include "net/message.h"
#include "server/deployment_files.h"
#include "server/supervisor.h"

namespace coffer::server {

class ControlDoor final : public net::Handler {
 public:
  enum class Verb { kStart, kStop, kKill, kAdd, kRemove, kRemoveLost };
  struct Command {
    Verb verb;
    Region region;
    net::Responder responder;
  };

  // `wake` is called after a command was queued, on the I/O thread.
  ControlDoor(const Deployment& deployment, const Supervisor& supervisor, std::function<void()> wake)
      : supervisor_(supervisor), wake_(std::move(wake)), deployment_(deployment) {}

  // It has other regions now. Any thread.
  void set_deployment(const Deployment& deployment);

  void handle(const net::Request& request, net::Responder responder) override;
  void refuse(int status, net::Reply& reply) override;

  // The oldest command. Whoever takes it answers it.
  std::optional<Command> next();
  // Answers what is queued, and everything that still comes, with "stopping".
  void close();

 private:
  void status(net::Reply& reply) const;

  const Supervisor& supervisor_;
  const std::function<void()> wake_;
  mutable std::mutex mutex_;  // of what follows
  Deployment deployment_;
  std::deque<Command> commands_;
  bool closed_ = false;
};

// The answer to a command: {"region": ...} or the error.
void answer_command(ControlDoor::Command command, const Result<void>& done);

}  // namespace coffer::server
