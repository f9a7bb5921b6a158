// What planted bugs do to frames on their way, and to the marks that they stand for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/site.h"

namespace coffer::sim {

// A heartbeat says that nothing is undelivered; any other frame stays as it is.
std::string claim_everything(std::string_view frame);

// The same message as one of that session. nullopt for what is no frame.
std::optional<std::string> in_session(std::string_view frame, uint64_t session);

// Of everything that is to be sent there.
void clear_marks(Site& from, const Region& to);

}  // namespace coffer::sim
