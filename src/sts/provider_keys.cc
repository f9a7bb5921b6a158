#include "sts/provider_keys.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace coffer::sts {
namespace {

constexpr Duration kFresh = std::chrono::hours(1);
constexpr Duration kUsable = std::chrono::hours(24);
constexpr Duration kBetweenAttempts = std::chrono::minutes(1);
constexpr size_t kMaxIssuers = 1000;

Error no_key() {
  return Error{ErrorCode::kInvalidIdentityToken,
               "Couldn't retrieve verification key from your identity provider,  please reference "
               "AssumeRoleWithWebIdentity documentation for requirements"};
}

Error unreachable() {
  return Error{ErrorCode::kIdpCommunication,
               "The identity provider that was asked to verify the incoming identity token could not be reached. Retry "
               "the request."};
}

// What clients learn of a failure.
Error public_error(const Error& error) {
  return error.code == ErrorCode::kCorrupt ? no_key() : unreachable();
}

struct Issuer {
  std::vector<JsonWebKey> keys;
  std::optional<Duration> fetched;    // when `keys` came, on the monotonic clock
  std::optional<Duration> attempted;  // when the last attempt began
  std::optional<Error> failure;       // of the last attempt
  bool is_fetching = false;
};

}  // namespace

class ProviderKeys::Impl {
 public:
  explicit Impl(const Parts& parts) : parts_(parts) {}

  Result<crypto::PublicKey> find(const Wanted& wanted) {
    std::unique_lock lock(mutex_);
    const std::shared_ptr<Issuer> issuer = issuer_of(wanted.issuer);
    if (const auto* const key = usable_key(*issuer, wanted, kFresh)) return *key;
    // While somebody asks for new keys, those that are known do.
    if (issuer->is_fetching) {
      if (const auto* const key = usable_key(*issuer, wanted, kUsable)) return *key;
      COFFER_TRY(wait(*issuer, lock));
    }
    // Whoever fetched meanwhile did it for us, too.
    if (const auto* const key = usable_key(*issuer, wanted, kFresh)) return *key;
    if (!issuer->is_fetching && may_attempt(*issuer)) {
      const Result<void> fetched = fetch(wanted.issuer, *issuer, lock);
      if (!fetched.ok() && usable_key(*issuer, wanted, kUsable) == nullptr) return fetched.error();
    }
    if (const auto* const key = usable_key(*issuer, wanted, kUsable)) return *key;
    return issuer->failure ? public_error(*issuer->failure) : no_key();
  }

 private:
  // REQUIRES of all: the lock is held.
  std::shared_ptr<Issuer> issuer_of(std::string_view name) {
    const auto found = issuers_.find(name);
    if (found != issuers_.end()) return found->second;
    if (issuers_.size() >= kMaxIssuers) {
      // The one that nobody has asked for the longest time; those that are being asked are none of them.
      const auto oldest = std::ranges::min_element(issuers_, {}, [](const auto& entry) {
        return entry.second->is_fetching ? Duration::max() : entry.second->attempted.value_or(Duration::zero());
      });
      issuers_.erase(oldest);
    }
    return issuers_.emplace(std::string(name), std::make_shared<Issuer>()).first->second;
  }

  const crypto::PublicKey* usable_key(const Issuer& issuer, const Wanted& wanted, Duration age) const {
    if (!issuer.fetched || parts_.clock.monotonic() - *issuer.fetched >= age) return nullptr;
    return find_key(issuer.keys, wanted.key_id, wanted.algorithm);
  }

  bool may_attempt(const Issuer& issuer) const {
    return !issuer.attempted || parts_.clock.monotonic() - *issuer.attempted >= kBetweenAttempts;
  }

  // Counts a thread as waiting for as long as it lives.
  class Waiting {
   public:
    explicit Waiting(size_t& count) : count_(count) { ++count_; }
    ~Waiting() { --count_; }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

   private:
    size_t& count_;
  };

  Result<void> wait(const Issuer& issuer, std::unique_lock<std::mutex>& lock) {
    if (waiting_ >= parts_.max_waiting) return unreachable();
    const Waiting waiting(waiting_);
    fetched_.wait(lock, [&issuer] { return !issuer.is_fetching; });
    return {};
  }

  Result<void> fetch(std::string_view name, Issuer& issuer, std::unique_lock<std::mutex>& lock) {
    if (waiting_ >= parts_.max_waiting) return unreachable();
    const Waiting waiting(waiting_);
    issuer.is_fetching = true;
    issuer.attempted = parts_.clock.monotonic();
    // Also when fetching throws, or nobody would ever ask again.
    struct Done {
      Issuer& issuer;
      std::unique_lock<std::mutex>& lock;
      std::condition_variable& fetched;
      ~Done() {
        if (!lock.owns_lock()) lock.lock();
        issuer.is_fetching = false;
        fetched.notify_all();
      }
    } done{issuer, lock, fetched_};
    lock.unlock();
    auto keys = parts_.fetcher.fetch(name);
    if (!keys.ok()) {
      parts_.log.warning("web_identity_keys_failed", {{"issuer", name}, {"message", keys.error().message}});
    }
    lock.lock();
    if (keys.ok()) {
      issuer.keys = std::move(keys).value();
      issuer.fetched = parts_.clock.monotonic();
      issuer.failure.reset();
    } else {
      issuer.failure = keys.error();
    }
    return {};
  }

  const Parts parts_;
  std::mutex mutex_;
  std::condition_variable fetched_;
  std::map<std::string, std::shared_ptr<Issuer>, std::less<>> issuers_;
  size_t waiting_ = 0;
};

ProviderKeys::ProviderKeys(const Parts& parts) : impl_(std::make_unique<Impl>(parts)) {}
ProviderKeys::~ProviderKeys() = default;

Result<crypto::PublicKey> ProviderKeys::find(const Wanted& wanted) {
  return impl_->find(wanted);
}

}  // namespace coffer::sts
