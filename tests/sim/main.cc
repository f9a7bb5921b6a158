// coffer_sim: runs seeds and prints what was violated, one line each. See script/sim.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

#include "sim/family.h"
#include "sim/planted_bugs.h"
#include "sim/simulation.h"

namespace {

using coffer::sim::Options;
using coffer::sim::Outcome;

struct Line {
  std::string seeds = "0-999";
  int steps = 500;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  std::string bug;
  std::optional<std::string> families;
  bool traces = false;
  bool goes_on = false;
};

bool parse_seeds(const std::string& text, uint64_t& first, uint64_t& last) {
  unsigned long long a = 0;
  unsigned long long b = 0;
  char end = 0;
  const int count = std::sscanf(text.c_str(), "%llu-%llu%c", &a, &b, &end);
  if (count != 1 && count != 2) return false;
  first = a;
  last = count == 2 ? b : a;
  return first <= last;
}

// Names with commas, or nothing.
bool are_families(std::string_view text) {
  const std::vector<std::string_view>& names = coffer::sim::family_names();
  while (!text.empty()) {
    const size_t size = std::min(text.find(','), text.size());
    if (std::ranges::find(names, text.substr(0, size)) == names.end()) return false;
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Line line;
  CLI::App app("Simulates deployments of Coffer and checks what it promises");
  app.add_option("--seeds", line.seeds, "A-B, or one");
  app.add_option("--steps", line.steps, "Events in a run");
  app.add_option("--jobs", line.jobs, "Threads");
  app.add_option("--bug", line.bug, "A mistake to plant; 'list' lists them");
  app.add_option("--families", line.families, "Of operations, with commas, or none: as the seed has it");
  app.add_flag("--trace", line.traces, "Tell every event of each run");
  app.add_flag("--go-on", line.goes_on, "Do not stop at the first violation");
  CLI11_PARSE(app, argc, argv);
  if (line.bug == "list") {
    for (const coffer::sim::PlantedBug& bug : coffer::sim::planted_bugs())
      std::printf("%-28s %s\n", std::string(bug.name).c_str(), std::string(bug.what).c_str());
    return 0;
  }
  uint64_t first = 0;
  uint64_t last = 0;
  if (!parse_seeds(line.seeds, first, last)) {
    std::fprintf(stderr, "--seeds takes A-B or a number\n");
    return 2;
  }
  if (!line.bug.empty() && coffer::sim::find_bug(line.bug) == nullptr) {
    std::fprintf(stderr, "there is no bug %s: --bug list lists them\n", line.bug.c_str());
    return 2;
  }
  if (line.families && !are_families(*line.families)) {
    std::fprintf(stderr, "--families takes names with commas, of:");
    for (const std::string_view name : coffer::sim::family_names())
      std::fprintf(stderr, " %s", std::string(name).c_str());
    std::fprintf(stderr, "\n");
    return 2;
  }
  std::atomic<uint64_t> next = first;
  std::atomic<bool> stopped = false;
  std::mutex mutex;
  Outcome all;
  uint64_t clean = 0;
  uint64_t violated = 0;
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < line.jobs; ++i) {
      workers.emplace_back([&] {
        for (uint64_t seed = next++; seed <= last && !stopped; seed = next++) {
          const Outcome outcome = coffer::sim::simulate(
              {.seed = seed, .steps = line.steps, .bug = line.bug, .traces = line.traces, .families = line.families});
          const std::lock_guard lock(mutex);
          all += outcome;
          if (!outcome.violation) {
            ++clean;
            continue;
          }
          ++violated;
          std::printf("seed %llu, step %d: %s\n", static_cast<unsigned long long>(seed), outcome.step,
                      outcome.violation->c_str());
          std::fflush(stdout);
          if (!line.goes_on) stopped = true;
        }
      });
    }
  }
  std::printf("%llu clean, %llu violated; %s\n", static_cast<unsigned long long>(clean),
              static_cast<unsigned long long>(violated), all.text().c_str());
  return violated == 0 ? 0 : 1;
}
