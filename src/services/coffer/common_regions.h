// What the cards have in common that change which regions belong to the deployment.
#pragma once

#include "services/coffer/common_copies.h"

namespace coffer::coffer_service {

// These cards act on the region, not on the caller's account: kAccessDenied unless that is one of the operator's,
// whatever its own policies allow. kInvalidRequest when regions do not come and go here.
Result<void> check_is_operator(const auth::Caller& caller, std::string_view action, const Rooms& rooms);

// kInvalidParameter, with the name of the member.
Result<Region> parse_region_name(std::string_view text, std::string_view member);

// What ties this region to another one.
struct Ties {
  size_t replicated_secrets = 0;  // primaries here with a copy there
  size_t following_secrets = 0;   // copies here of primaries there
  size_t owed_secrets = 0;        // copies there that were removed from replication, and it has not heard of that
  size_t replicated_keys = 0;
  size_t following_keys = 0;
  std::string a_secret;  // the ARN of one of them; empty: there is none
};
// Of all accounts. kIo.
Result<Ties> ties_to(const Region& region, const Rooms& rooms);

}  // namespace coffer::coffer_service
