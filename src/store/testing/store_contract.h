// The contract every store passes. Instantiate with a factory:
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, Values(StoreFactory{...}));
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "store/store.h"

namespace coffer::store::testing {

struct StoreFactory {
  std::string name;
  // An empty store.
  std::function<std::unique_ptr<Store>()> make;
  // Closes the store and opens the same data again; null when the engine keeps nothing.
  std::function<std::unique_ptr<Store>(std::unique_ptr<Store>)> reopen;
};

class StoreContract : public ::testing::TestWithParam<StoreFactory> {};

}  // namespace coffer::store::testing
