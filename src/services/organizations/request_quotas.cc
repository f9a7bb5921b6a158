#include "services/organizations/request_quotas.h"

#include "services/organizations/rooms.h"

namespace coffer::organizations_service {

std::vector<api::RequestQuota> request_quotas() {
  api::RequestQuota reads{"organizations_reads", 100, {}};
  api::RequestQuota changes{"organizations_changes", 20, {}};
  for (const api::Operation& operation : operations()) {
    const bool is_change = operation.effect == api::Effect::kWrites;
    (is_change ? changes : reads).operations.push_back(operation.name);
  }
  return {reads, changes};
}

}  // namespace coffer::organizations_service
