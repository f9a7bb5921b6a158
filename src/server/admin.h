// The admin socket of a region: a Unix socket in the data directory. Whoever may open it could read the root key too,
// so the permission of the file (0600) is the authority.
//   GET  /status                              the region, its revision, and the lag of every link
//   GET  /accounts                            [{"AccountId", "Name", "Status"}]
//   POST /accounts                            {"name", "id"?} -> account and root access key; in the identity home only
//   POST /accounts/ID/close                   for good; in the identity home only
//   GET  /accounts/ID/root-credentials        as POST /accounts, for an account that exists
//   GET  /identity-home                       who is home, what is known here, who answers
//   POST /identity-home/adopt                 {"force"?}: this region becomes home
// Must never be reachable over the network.
#pragma once

#include <functional>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/worker_pool.h"
#include "iam/account_store.h"
#include "net/message.h"
#include "replication/replicator.h"
#include "server/identity_home.h"
#include "services/organizations/rooms.h"
#include "store/store.h"

namespace coffer::server {

class AdminDoor final : public net::Handler {
 public:
  struct Parts {
    Region region;
    const store::Store& store;
    iam::AccountStore& accounts;
    organizations_service::Rooms& organizations;  // accounts are closed by its rules
    const IdentityHome& identity_home;
    std::function<std::vector<replication::LinkStatus>()> links;
    WorkerPool& workers;  // account commits wait
    const Clock& clock;
    const Log& log;
  };
  explicit AdminDoor(Parts parts) : parts_(std::move(parts)) {}

  void handle(const net::Request& request, net::Responder responder) override;
  void refuse(int status, net::Reply& reply) override;

 private:
  void answer(const net::Request& request, net::Reply& reply);
  Result<void> status(net::Reply& reply);
  Result<void> list_accounts(net::Reply& reply);
  Result<void> create_account(std::string_view body, net::Reply& reply);
  // /accounts/ID/...
  Result<void> answer_about_account(const net::Request& request, net::Reply& reply);
  Result<void> close_account(const AccountId& id, net::Reply& reply);
  Result<void> root_credentials(const AccountId& id, net::Reply& reply);

  Parts parts_;
};

}  // namespace coffer::server
