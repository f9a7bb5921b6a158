#include "services/kms/common_aliases.h"

namespace coffer::kms_service {

api::Resource alias_resource(std::string_view alias, const auth::Caller& caller, const Rooms& rooms) {
  return {.name = kms::alias_arn(rooms.region, caller.account, alias), .account = caller.account};
}

}  // namespace coffer::kms_service
