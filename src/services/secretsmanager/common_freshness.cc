#include "services/secretsmanager/common_freshness.h"

#include <algorithm>

#include "secrets/promotion.h"
#include "services/secretsmanager/common_cross_account.h"

namespace coffer::secretsmanager {
namespace {

std::string milliseconds(Duration duration) {
  return std::to_string(duration.count()) + " ms";
}

bool has_version(const secrets::Secret& secret, const VersionId& id) {
  const secrets::Version* const version = secret.version(id);
  return version != nullptr && version->kind != secrets::ValueKind::kNone;
}

// What it is about, and where to go.
struct Places {
  std::string replica;
  std::string primary;
  std::string advice() const { return " Try again later, or read in region " + primary + "."; }
};

Error not_known(const Places& at) {
  return {ErrorCode::kPreconditionNotMet,
          "It is not known how far the replica in region " + at.replica + " is behind its primary in region " +
              at.primary + ": that region has not reported since this one has started, or cannot bring this secret " +
              "up to date, which its ReplicationStatus there then says." + at.advice()};
}

Error too_old(const Places& at, Duration lag, Duration allowed) {
  return {ErrorCode::kPreconditionNotMet, "The replica in region " + at.replica + " may be " + milliseconds(lag) +
                                              " behind its primary in region " + at.primary +
                                              ", and the request allows " + milliseconds(allowed) + "." + at.advice()};
}

Error not_arrived(const Places& at, const VersionId& version, const api::CopyLag& lag) {
  const std::string behind = lag ? "may be " + milliseconds(*lag) : "is an unknown time";
  return {ErrorCode::kPreconditionNotMet, "The replica in region " + at.replica + " does not have version " +
                                              version.text() + " of the secret. It " + behind +
                                              " behind its primary in region " + at.primary + "." + at.advice()};
}

Error not_there(const Region& here, const VersionId& version) {
  return {ErrorCode::kPreconditionNotMet, "The secret does not have version " + version.text() +
                                              ". This is its primary, in region " + here.text() +
                                              ": no other region has a later state of it."};
}

Error was_replaced(const Region& here, const Region& successor) {
  return {ErrorCode::kPreconditionNotMet,
          "The secret in region " + here.text() + " was the primary until another one was promoted in region " +
              successor.text() + ", and hears of no change since. Read in region " + successor.text() + "."};
}

// Whether the copy has what reads of the primary give. By its content and not by what was acknowledged: the two records
// were looked at one after the other, and a copy may have been made in between.
bool has_all_of(const secrets::Secret& primary, const secrets::Secret& copy) {
  const auto is_there = [&copy](const secrets::Version& version) {
    const secrets::Version* const here = copy.version(version.id);
    return here != nullptr && here->stages == version.stages && here->generation == version.generation &&
           here->created == version.created && here->kind == version.kind;
  };
  const auto is_labelled = [](const secrets::Version& version) { return !version.stages.empty(); };
  return primary.description == copy.description &&
         std::ranges::count_if(primary.versions, is_labelled) == std::ranges::count_if(copy.versions, is_labelled) &&
         std::ranges::all_of(primary.versions,
                             [&](const auto& version) { return !is_labelled(version) || is_there(version); });
}

// The primary is in this very store, and whether the copy has everything is known at once; how long it has not is not.
// Trouble with the primary's record is none of the copy, which then says that it does not know.
Result<void> check_across_accounts(const secrets::SecretView& view, const Target& target, const Rooms& rooms) {
  const api::FreshnessDemand& demand = target.authority().freshness();
  const secrets::ForeignSecret& foreign = view.secret.cross_account_primary->primary;
  const Result<secrets::SecretPointer> found = rooms.secrets.find(foreign.account, foreign.name);
  const secrets::SecretView* const primary = found.ok() ? found->get() : nullptr;
  const std::string_view status = secrets::status_of_primary(view, primary).status;
  const bool is_complete = status == "InSync" && has_all_of(primary->secret, view.secret);
  api::Pipeline::tell_lag(target.authority(), is_complete ? api::CopyLag(Duration(0)) : api::CopyLag());
  const bool lacks_version = demand.min_version && !has_version(view.secret, *demand.min_version);
  if (!lacks_version && (!demand.max_staleness || is_complete)) return {};
  return Error{
      ErrorCode::kPreconditionNotMet,
      "The cross-account replica is not known to have everything that its primary has. DescribeSecret shows how "
      "it stands with the two. Try again later."};
}

// Nothing is later than a primary, unless it knows that it is none any more: how far it is behind then nobody measures.
Result<void> check_primary(const secrets::SecretView& view, const Target& target, const Rooms& rooms) {
  const api::FreshnessDemand& demand = target.authority().freshness();
  const bool lacks_version = demand.min_version && !has_version(view.secret, *demand.min_version);
  const auto* const successor = secrets::successor_of(view);
  if (successor == nullptr) return lacks_version ? not_there(rooms.region, *demand.min_version) : Result<void>();
  api::Pipeline::tell_lag(target.authority(), api::CopyLag());
  if (!lacks_version && !demand.max_staleness) return {};
  return was_replaced(rooms.region, successor->region);
}

}  // namespace

Result<void> check_freshness(const secrets::SecretView& view, const Target& target, const Rooms& rooms) {
  const api::Authority& authority = target.authority();
  const api::FreshnessDemand& demand = authority.freshness();
  const secrets::Secret& secret = view.secret;
  if (secret.role == secrets::Role::kPrimary) return check_primary(view, target, rooms);
  const bool lacks_version = demand.min_version && !has_version(secret, *demand.min_version);
  if (secret.cross_account_primary) return check_across_accounts(view, target, rooms);
  // By what had been heard when the request began: it looked at the secret after that.
  api::CopyLag lag;
  if (secret.has_arrived()) {
    lag = rooms.lags.lag(secret.primary_region, secret.account, secret.name, authority.begun());
  }
  api::Pipeline::tell_lag(authority, lag);
  const Places at{rooms.region.text(), secret.primary_region.text()};
  if (lacks_version) return not_arrived(at, *demand.min_version, lag);
  if (!demand.max_staleness) return {};
  if (!lag) return not_known(at);
  if (*lag > *demand.max_staleness) return too_old(at, *lag, *demand.max_staleness);
  return {};
}

Result<secrets::SecretPointer> find_fresh_secret(const Target& target, const Rooms& rooms) {
  COFFER_ASSIGN(secrets::SecretPointer view, find_secret(target, rooms));
  COFFER_TRY(check_freshness(*view, target, rooms));
  return view;
}

}  // namespace coffer::secretsmanager
