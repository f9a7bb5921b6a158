// What the admin socket says and does about the home of identities: which region it is, what this region knows of what
// flows from there, whether the others answer; and moving it here. Thread-safe.
#pragma once

#include <functional>
#include <string_view>

#include "base/ids.h"
#include "home/state_receiver.h"
#include "iam/account_store.h"
#include "net/message.h"
#include "replication/home_survey.h"

namespace coffer::server {

class IdentityHome {
 public:
  struct Parts {
    Region configured;
    home::StateReceiver& states;
    const iam::AccountStore& accounts;
    const replication::HomeSurvey& survey;
    std::function<void()> adopted;  // called once this region has become home
  };
  explicit IdentityHome(Parts parts) : parts_(std::move(parts)) {}

  Result<home::Claim> claim() const { return parts_.states.home().claim(); }
  // kUsage, with a text that names the home, when this region is not it: for what is done by an operator's command.
  Result<void> require_here() const;

  // Asks the other regions, which takes as long as the slowest. docs/formats/deployment.md has the answer's members.
  // kIo, kCorrupt.
  Result<void> report(net::Reply& reply) const;

  // `body`: {"force": bool}, which may be left out. kUsage; as HomeSurvey::adopt().
  Result<void> adopt(std::string_view body, net::Reply& reply) const;

 private:
  const Parts parts_;
};

}  // namespace coffer::server
