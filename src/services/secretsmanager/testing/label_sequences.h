// Random sequences of calls for one secret, to compare the operations with the model. The same seed makes the same
// sequence on every machine.
#pragma once

#include <cstdint>
#include <vector>

#include "services/secretsmanager/testing/label_model.h"

namespace coffer::secretsmanager::testing {

enum class Flavour : uint8_t {
  kEveryday,     // everything, a little
  kLabels,       // labels of every kind moved about, up to their limit
  kOldVersions,  // so many versions that old ones are removed
  kManyVersions  // so many in one day that writes are refused
};

std::vector<Step> random_sequence(Flavour flavour, uint64_t seed);

}  // namespace coffer::secretsmanager::testing
