// The reference implementation of the store: a map under a mutex. Durable as long as the object lives.
#pragma once

#include <memory>

#include "store/store.h"

namespace coffer::store {

std::unique_ptr<Store> make_memory_store();

}  // namespace coffer::store
