// What identities cost that are as many as an account may have: one JSON line for each case. Build it with the release
// preset on demand: `script/build release coffer_identity_bench`.
//   change      one tag of one user among 5,000 users, 1,000 roles and 300 groups; the next look at the account
//   read_all    the first look at it, which reads everything
//   note        noting the use of an access key, in nanoseconds, by 1, 2 and 4 threads with keys of their own

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "iam/access_key_uses.h"
#include "iam/groups.h"
#include "iam/policies.h"
#include "iam/tags.h"
#include "iam/testing/identity_site.h"

namespace coffer::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
using iam::testing::allowing;
using iam::testing::IdentitySite;
using iam::testing::kAccount;

double microseconds(const std::function<void()>& work) {
  const auto begin = SteadyClock::now();
  work();
  return std::chrono::duration<double, std::micro>(SteadyClock::now() - begin).count();
}

void require(const Result<void>& result) {
  if (result.ok()) return;
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(1);
}

template <class Make>
void fill(IdentitySite& site, int count, const Make& make) {
  for (int begin = 0; begin < count; begin += 1000) {
    require(site.identity_store.change(kAccount, [&](iam::IdentityChange& change) -> Result<void> {
      for (int i = begin; i < std::min(count, begin + 1000); ++i)
        change.put(make(i));
      return {};
    }));
  }
}

std::string unique_id(const char* prefix, int i) {
  return prefix + std::to_string(10'000'000'000'000'000 + i);
}

void fill(IdentitySite& site) {
  fill(site, 300, [](int i) {
    iam::Group group;
    group.name = "group-" + std::to_string(i);
    group.path = "/";
    group.unique_id = unique_id("AGPA", i);
    group.attached_policies = {"arn:aws:iam::aws:policy/ReadOnlyAccess"};
    return group;
  });
  fill(site, 5000, [](int i) {
    iam::User user;
    user.name = "user-" + std::to_string(i);
    user.path = "/teams/";
    user.unique_id = unique_id("AIDA", i);
    user.tags = {{"team", "red"}, {"cost", "7"}};
    user.groups = {unique_id("AGPA", i % 300)};
    user.inline_policies = {{"own", allowing("secretsmanager:GetSecretValue")}};
    return user;
  });
  fill(site, 1000, [](int i) {
    iam::Role role;
    role.name = "role-" + std::to_string(i);
    role.path = "/";
    role.unique_id = unique_id("AROA", i);
    role.trust_policy = iam::testing::trusting("arn:aws:iam::123456789012:root");
    role.attached_policies = {"arn:aws:iam::aws:policy/ReadOnlyAccess"};
    return role;
  });
}

void changes() {
  IdentitySite site;
  fill(site);
  const iam::IdentityCache fresh(*site.store);
  const double all = microseconds([&] { require(fresh.snapshot(kAccount).ok() ? Result<void>() : Error{}); });
  std::printf(R"({"case":"read_all","microseconds":%.0f})"
              "\n",
              all);
  constexpr int kChanges = 20;
  double looks = 0;
  for (int i = 0; i < kChanges; ++i) {
    const std::string name = "user-" + std::to_string(i * 7);
    require(iam::tag_entity(site.identity_store, iam::testing::user_ref(name), {{"n", std::to_string(i)}}));
    // `fresh` was not looked at since the change, whoever made it has looked at its own.
    looks += microseconds([&] { require(fresh.snapshot(kAccount).ok() ? Result<void>() : Error{}); });
  }
  std::printf(R"({"case":"change","microseconds":%.0f})"
              "\n",
              looks / kChanges);
}

void notes(int threads) {
  IdentitySite site;
  iam::AccessKeyUses uses(*site.store);
  const Time begin = site.clock.now();
  constexpr int kNotes = 2'000'000;
  const double all = microseconds([&] {
    std::vector<std::thread> running;
    for (int thread = 0; thread < threads; ++thread) {
      running.emplace_back([&uses, begin, thread] {
        const std::string id = "AKIAAAAAAAAAAAAAAAA" + std::string(1, static_cast<char>('A' + thread));
        for (int i = 0; i < kNotes; ++i)
          uses.note(id, {begin + Duration(i / 1000), "us-east-1", "secretsmanager"});
      });
    }
    for (std::thread& one : running)
      one.join();
  });
  std::printf(R"({"case":"note","threads":%d,"nanoseconds":%.1f})"
              "\n",
              threads, all * 1000 / kNotes);
}

}  // namespace
}  // namespace coffer::bench

int main() {
  coffer::bench::changes();
  for (const int threads : {1, 2, 4})
    coffer::bench::notes(threads);
}
