// One piece of work for each of many secrets, several at a time, since each waits for a region's disk.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "cli/deployment.h"

namespace coffer::cli {

// Calls `work` once for each item, from up to eight threads, each with a deployment of its own that `make` makes. In no
// order. Returns when all is done.
template <class Item>
void for_each_at_once(std::vector<Item>& items, const std::function<Deployment()>& make,
                      const std::function<void(Deployment&, Item&)>& work) {
  constexpr size_t kThreads = 8;
  std::atomic<size_t> next = 0;
  const auto run = [&] {
    Deployment deployment = make();
    for (size_t i = next++; i < items.size(); i = next++)
      work(deployment, items[i]);
  };
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < std::min(kThreads, items.size()); ++i)
    threads.emplace_back(run);
}

}  // namespace coffer::cli
