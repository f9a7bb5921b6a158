#include "services/iam/request_quotas.h"

#include "services/iam/rooms.h"

namespace coffer::iam_service {

std::vector<api::RequestQuota> request_quotas() {
  api::RequestQuota reads{"iam_reads", 500, {}};
  api::RequestQuota lists{"iam_lists", 100, {}};
  api::RequestQuota changes{"iam_changes", 50, {}};
  for (const api::Operation& operation : operations()) {
    switch (operation.effect) {
      case api::Effect::kReads:
        reads.operations.push_back(operation.name);
        break;
      case api::Effect::kScans:
        lists.operations.push_back(operation.name);
        break;
      case api::Effect::kWrites:
        changes.operations.push_back(operation.name);
        break;
    }
  }
  return {reads, lists, changes};
}

}  // namespace coffer::iam_service
