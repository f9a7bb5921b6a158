#include "server/version.h"

namespace coffer::server {

std::string_view version() {
  return COFFER_VERSION;
}

}  // namespace coffer::server
