// Asks the other regions who is home of identities, and makes this region home. What they say is learned on the way, so
// that an adoption is of a higher epoch than any that somebody in reach knows of.
// Promises: no region becomes home while another one answers that it is, or is there and does not say who is, unless
// whoever asks overrules that. Must never: take an answer that cannot be understood for silence.
// Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "home/state_receiver.h"
#include "replication/link.h"

namespace coffer::replication {

// What a region said; an error when it did not answer (kIo, kTimeout), or with something else (any other).
struct Witness {
  Region region;
  Result<home::Claim> home;
};

enum class Objections : uint8_t { kCount, kAreOverruled };

struct Adoption {
  home::Claim before;
  home::Claim now;  // the same when this region was home already
};

class HomeSurvey {
 public:
  struct Peer {
    Region region;
    std::function<std::unique_ptr<Link>()>
        connect;  // a link of its own, for one question; its time-out is the survey's
  };
  struct Parts {
    home::StateReceiver& states;
    std::function<std::vector<Peer>()> peers;  // of this moment
    const Log& log;
  };
  explicit HomeSurvey(Parts parts) : parts_(std::move(parts)) {}

  // All peers at once, each on a thread of its own; in their order. Takes as long as the slowest link's time-out.
  // kIo, kCorrupt: of this region's store.
  Result<std::vector<Witness>> ask() const;

  // Why this region may not become home, after what the others have said: the error of adopt(), if there is one.
  Result<void> objection(const std::vector<Witness>& witnesses) const;

  // Makes this region home, and says so in the log. Waits for the commit. Nothing changes when it is home, unless
  // objections are overruled: then a new epoch begins, in which its state replaces whatever others know beyond it.
  // kConflict, with a text for the operator, when another region answers that it is home, or does not say; when this
  // region has forgotten that it is home, or no link leads to the home, so that it cannot be asked; or who is home
  // changes all the time. kIo, kCorrupt.
  Result<Adoption> adopt(Objections objections) const;

 private:
  const Parts parts_;
};

}  // namespace coffer::replication
