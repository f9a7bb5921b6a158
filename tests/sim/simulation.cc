#include "sim/simulation.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <utility>

#include "iam/access_keys.h"
#include "iam/attachments.h"
#include "iam/roles.h"
#include "iam/users.h"
#include "replication/link_codec.h"
#include "sim/oracle.h"
#include "sim/planted_bugs.h"
#include "sim/site.h"
#include "sim/weather.h"
#include "store/keys.h"

namespace coffer::sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr size_t kMaxNested = 3;
constexpr size_t kMaxHeld = 8;
constexpr size_t kMaxVersions = 12;  // deprecated versions are kept; keep a run quick
constexpr int kMaxAdoptions = 4;
// Every value of a secret contains it, and nothing else may.
constexpr std::string_view kCanary = "plaintext-";
constexpr std::string_view kTrust =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]})";
constexpr std::string_view kPolicy =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Sign","Resource":"*"}]})";
const std::vector<std::string> kNames = {"app/db", "app/mail", "ops"};
const std::vector<AccountId> kAccounts = {kAccount, *AccountId::parse("210987654321")};

std::vector<Region> all_regions() {
  std::vector<Region> regions;
  for (const char* name : {"us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-2"})
    regions.push_back(*Region::parse(name));
  return regions;
}

net::ClientResponse handle(Site& at, const Region& from, std::string_view frame) {
  struct Connection final : net::Responder::Connection {
    net::Reply& reply() override { return answer; }
    void send() override {}
    void abandon() override { answer.status = 500; }
    net::Reply answer;
  };
  auto connection = std::make_shared<Connection>();
  net::Request request;
  request.method = "POST";
  request.target = "/replicate";
  request.body = frame;
  request.peer_address = "simulated";
  request.peer_name = from.text();
  {
    const Visit visit(at);
    at.process->door.handle(request, net::Responder(*connection, connection));
  }
  net::ClientResponse response;
  response.status = connection->answer.status;
  response.body = std::move(connection->answer.body);
  return response;
}

class Simulation final : public Network {
 public:
  explicit Simulation(const Options& options)
      : options_(options),
        random_(options.seed),
        bug_(options.bug.empty() ? nullptr : find_bug(options.bug)),
        environment_{clock_,
                     random_,
                     log_,
                     *this,
                     all_regions(),
                     options.seed % 2 == 0 ? store::kMaxOperations : 24,
                     bug_ != nullptr ? bug_->wrap_applier : WrapApplier()},
        oracle_(kNames, kAccounts) {
    if (!options.bug.empty() && bug_ == nullptr) fail({ErrorCode::kUsage, "there is no bug " + options.bug});
    environment_.regions.resize(3 + random_.uniform(3));
    for (const Region& name : environment_.regions) {
      sites_.push_back(std::make_unique<Site>(name, clock_, random_));
      Site& site = *sites_.back();
      site.disk.observe = [this](const store::Transaction& transaction) { look_for_plaintext(transaction); };
      if (bug_ == nullptr) continue;
      site.disk.tamper = bug_->tamper;
      site.disk.answers_early = bug_->answers_early;
    }
    for (const auto& from : sites_) {
      for (const auto& to : sites_)
        if (from != to) weather_[{from.get(), to.get()}] = {};
    }
    for (const auto& site : sites_)
      start(*site);
  }

  ~Simulation() override {
    for (const auto& site : sites_)
      site->process.reset();
    ::close(null_);
  }

  Outcome run() {
    for (outcome_.step = 0; outcome_.step < options_.steps && !oracle_.violation(); ++outcome_.step) {
      happen();
      reap();
      clock_.advance(milliseconds(random_.uniform(500)));
    }
    if (!oracle_.violation()) heal();
    if (!oracle_.violation()) oracle_.check_convergence(sites_);
    outcome_.violation = oracle_.violation();
    outcome_.copies_in_sync = oracle_.copies_in_sync;
    return outcome_;
  }

  // The network.
  Result<net::ClientResponse> send(Site& from, Site& to, std::string_view frame) override {
    Weather& weather = weather_[{&from, &to}];
    if (bug_ != nullptr && bug_->clears_marks_when_sending) clear_marks(from, to);
    const std::string sent = bug_ != nullptr && bug_->claims_everything ? claim_everything(frame) : std::string(frame);
    look_for_plaintext_in(sent);
    meanwhile();
    release(from, to);
    if (!weather.carries_requests || chance(weather.lost)) return no_answer();
    if (chance(weather.late)) {
      if (weather.held.size() < kMaxHeld && changes_something(sent)) weather.held.push_back(sent);
      return Error{ErrorCode::kTimeout, "no answer"};
    }
    if (!to.up()) return Error{ErrorCode::kIo, "connection refused"};
    if (chance(weather.twice)) arrive(from, to, sent);
    if (!to.up()) return no_answer();
    net::ClientResponse response = arrive(from, to, sent);
    meanwhile();
    if (!from.up() || !weather.carries_answers || chance(weather.answer_lost))
      return Error{ErrorCode::kTimeout, "no answer"};
    return response;
  }

 private:
  bool chance(uint32_t percent) { return percent > 0 && random_.uniform(100) < percent; }

  template <class T>
  T& pick(std::vector<T>& from) {
    return from[random_.uniform(static_cast<uint32_t>(from.size()))];
  }
  Site& pick_site() { return *pick(sites_); }

  template <class... Parts>
  void tell(const Parts&... parts) {
    if (!options_.traces) return;
    std::string line = std::to_string(outcome_.step) + std::string(2 * nested_ + 1, ' ');
    ((line += parts), ...);
    std::fprintf(stderr, "%s\n", line.c_str());
  }

  // Questions and greetings that arrive late teach nobody anything.
  static bool changes_something(const std::string& frame) {
    const Result<replication::Message> message = replication::decode_message(frame);
    if (!message.ok()) return true;
    const auto& body = message->body;
    return !std::holds_alternative<replication::Hello>(body) && !std::holds_alternative<secrets::CopyCheck>(body) &&
           !std::holds_alternative<home::StateQuestion>(body);
  }

  Error no_answer() {
    return chance(50) ? Error{ErrorCode::kIo, "connection reset"} : Error{ErrorCode::kTimeout, "no answer"};
  }

  // While a frame is on its way other things happen.
  void meanwhile() {
    if (nested_ >= kMaxNested || oracle_.violation() || healing_) return;
    ++nested_;
    while (chance(20))
      happen();
    --nested_;
  }

  void happen() {
    Site& site = pick_site();
    const uint32_t kind = random_.uniform(1000);
    if (!site.up()) {
      if (nested_ == 0 && site.process == nullptr && chance(20)) start(site);
      return;
    }
    if (kind < 375) return call(site);
    if (kind < 770) return step(site);
    if (kind < 840) return change_identities(site);
    if (kind < 900) return disturb();
    if (kind < 920) return kill(site);
    if (kind < 935) return fail_sync(site);
    if (kind < 955) return sweep(site);
    if (kind < 960) return set_clock(site);
    if (kind < 975) return release(site, pick_site());
    if (kind < 978) return adopt(site);
    if (kind < 983) return clock_.advance(kind < 980 ? Duration(hours(24 * 4)) : Duration(seconds(45)));
    lose_disk(site);
  }

  // Processes.
  void start(Site& site) {
    const bool kept = site.disk.settle();
    site.process = std::make_unique<Process>(environment_, site, sites_);
    must(site.process->home.start());
    must(site.process->states.settle_all());
    tell(site.name.text(), " starts", kept ? ", with what it was writing" : "");
    oracle_.after_restart(site);
    if (accounts_made_ || !must(site.process->home.is_here())) return;
    for (const AccountId& account : kAccounts) {
      must(site.process->accounts.create("account " + account.text(), account));
      oracle_.after_identity_change(site, account, true);
    }
    accounts_made_ = true;
  }

  void kill(Site& site) {
    tell(site.name.text(), " is killed");
    site.process->store.kill();
    site.dying = true;
    ++outcome_.crashes;
  }

  static bool owes_anything(const Site& site) {
    return std::ranges::any_of(site.process->ways, [&site](const Process::Way& way) {
      const auto marks = site.process->store.scan(store::ScanRange::prefix(store::OutboxKey::prefix(way.to.name)));
      return std::ranges::any_of(must(marks), [](const store::Row& row) {
        const auto key = store::OutboxKey::parse(row.key);
        return key && key->kind == "secret";
      });
    });
  }

  // Of a region that has nothing of its own, and owes nobody a removal: what it had, others have.
  void lose_disk(Site& site) {
    if (!oracle_.has_only_copies(site) || owes_anything(site)) return;
    kill(site);
    tell(site.name.text(), " loses its disk");
    site.disk.lose();
    oracle_.after_lost_disk(site);
    ++outcome_.lost_disks;
  }

  void fail_sync(Site& site) {
    if (site.disk.fails_next_sync() || site.process->store.failed()) return;
    tell(site.name.text(), " will fail to sync");
    site.disk.fail_next_sync();
  }

  void reap() {
    for (const auto& site : sites_) {
      // A process whose disk has failed is restarted sooner or later by whoever watches it.
      if (site->up() && site->process->store.failed() && chance(20)) kill(*site);
      if (!site->dying || site->entered > 0) continue;
      site->process.reset();
      site->dying = false;
    }
  }

  void set_clock(Site& site) { site.clock.error = milliseconds(random_.uniform(600'000)) - milliseconds(300'000); }

  void sweep(Site& site) {
    const Visit visit(site);
    const Result<size_t> erased = site.process->secrets.erase_expired();
    tell(site.name.text(), " erases ", erased.ok() ? std::to_string(*erased) : erased.error().message);
    oracle_.after_sweep(site, erased.ok());
  }

  void step(Site& site) {
    Process::Way& way = pick(site.process->ways);
    if (way.stepping) return;
    tell(site.name.text(), " sends to ", way.to.name.text());
    {
      const Visit visit(site);
      way.stepping = true;
      way.replicator->step();
      way.stepping = false;
    }
    oracle_.after_step(site);
  }

  // Clients.
  std::string draw_value() {
    return std::string(kCanary) + random_.text(1 + random_.uniform(20), "abcdefghijklmnopqrstuvwxyz");
  }

  std::vector<Region> draw_regions() {
    std::vector<Region> regions;
    for (const Region& region : environment_.regions)
      if (random_.uniform(2) == 0) regions.push_back(region);
    return regions;
  }

  static std::string json_regions(const std::vector<Region>& regions, bool as_objects) {
    std::string text;
    for (const Region& region : regions) {
      text += text.empty() ? "" : ",";
      text += as_objects ? R"({"Region":")" + region.text() + R"("})" : '"' + region.text() + '"';
    }
    return "[" + text + "]";
  }

  void call(Site& at) {
    Oracle::Call call{.operation = {}, .name = pick(names_), .regions = {}, .value = {}};
    const Seen* const seen = oracle_.seen(at, call.name);
    if (has_region_of_copies_ && &at == sites_.back().get()) {
      if (seen != nullptr) read(at, call.name);
      return;
    }
    std::string input = R"({"SecretId":")" + call.name + '"';
    const uint32_t kind = random_.uniform(seen == nullptr ? 30 : 100);
    if (is_refused(at, call.name) && chance(25)) {
      rejoin(at, call, input);
    } else if (kind < 20) {
      if (seen != nullptr && chance(80)) return read(at, call.name);
      create(call, input);
    } else if (kind < 45) {
      if (seen != nullptr && seen->secret.versions.size() >= kMaxVersions) return;
      put(call, input);
    } else if (kind < 55) {
      move_label(call, input, seen);
    } else if (kind < 62) {
      call.operation = "UpdateSecret";
      input += R"(,"Description":")" + random_.text(8, "abcdefgh") + '"';
    } else if (kind < 67) {
      call.operation = "TagResource";
      input += R"(,"Tags":[{"Key":"k)" + std::to_string(random_.uniform(3)) + R"(","Value":"v"}])";
    } else if (kind < 80) {
      call.operation = "ReplicateSecretToRegions";
      call.regions = draw_regions();
      std::erase(call.regions, at.name);
      input += R"(,"AddReplicaRegions":)" + json_regions(call.regions, true);
      if (chance(25)) input += R"(,"ForceOverwriteReplicaSecret":true)";
    } else if (kind < 86) {
      call.operation = "RemoveRegionsFromReplication";
      call.regions = draw_regions();
      input += R"(,"RemoveReplicaRegions":)" + json_regions(call.regions, false);
    } else if (kind < 92) {
      call.operation = "DeleteSecret";
      if (chance(40)) input += R"(,"ForceDeleteWithoutRecovery":true)";
    } else if (kind < 95) {
      call.operation = "RestoreSecret";
    } else if (kind < 97) {
      call.operation = "StopReplicationToReplica";
    } else if (kind < 98) {
      call.operation = "FailOverSecret";
      call.regions = {seen->secret.primary_region};
      input += R"(,"FromRegion":")" + call.regions.front().text() + '"';
    } else if (kind < 99) {
      rejoin(at, call, input);
    } else {
      call.operation = "PutResourcePolicy";
      input +=
          R"(,"ResourcePolicy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\")" +
          kAccount.text() + R"(\"},\"Action\":\"secretsmanager:GetSecretValue\",\"Resource\":\"*\"}]}")";
    }
    make(at, call, input + "}");
  }

  // As an operator does it, one step or another: whoever still follows the former primary is asked, it gives up what it
  // has, the promoted one sends again. Some try it where there is no reason to.
  void rejoin(Site& at, Oracle::Call& call, std::string& input) {
    std::optional<Region> primary;
    std::optional<Region> following;
    if (const auto view = at.process->secrets.find(kAccount, call.name); view.ok() && *view) {
      for (const secrets::ReplicaRegion& replica : (*view)->secret.replicas) {
        const auto progress =
            std::ranges::find((*view)->progress, replica.region, &std::pair<Region, secrets::ReplicaProgress>::first);
        const bool is_replaced = progress != (*view)->progress.end() && progress->second.replaced_by;
        (is_replaced ? primary : following) = is_replaced ? progress->second.replaced_by->region : replica.region;
      }
    }
    const bool asks = primary ? following.has_value() : chance(50);
    const std::optional<Region>& named = asks ? following : primary;
    call.operation = asks ? "RetryReplication" : "RejoinSecret";
    call.regions = {named ? *named : pick(environment_.regions)};
    const std::string_view member = asks ? "ReplicaRegion" : "PrimaryRegion";
    input.append(",\"").append(member).append("\":\"").append(call.regions.front().text()).append("\"");
  }

  // A region has refused the secret for good.
  static bool is_refused(Site& at, const std::string& name) {
    const auto view = at.process->secrets.find(kAccount, name);
    return view.ok() && *view &&
           std::ranges::any_of((*view)->progress, [](const auto& progress) { return progress.second.failed; });
  }

  void create(Oracle::Call& call, std::string& input) {
    call.operation = "CreateSecret";
    call.value = draw_value();
    input = R"({"Name":")" + call.name + R"(","ClientRequestToken":")" + random_.uuid() + R"(","SecretString":")" +
            call.value + '"';
    call.regions = draw_regions();
    if (call.regions.empty()) return;
    input += R"(,"AddReplicaRegions":)" + json_regions(call.regions, true);
    if (chance(25)) input += R"(,"ForceOverwriteReplicaSecret":true)";
  }

  // Some clients count instead of drawing their tokens, and begin again where the region that they promoted stands.
  void put(Oracle::Call& call, std::string& input) {
    call.operation = "PutSecretValue";
    call.value = draw_value();
    const std::string token =
        chance(50) ? random_.uuid() : "00000000-0000-0000-0000-00000000000" + std::to_string(random_.uniform(10));
    input += R"(,"ClientRequestToken":")" + token + R"(","SecretString":")" + call.value + '"';
    const uint32_t stages = random_.uniform(10);
    if (stages == 0) input += R"(,"VersionStages":["AWSPENDING"])";
    if (stages == 1) input += R"(,"VersionStages":["custom"])";
    if (stages == 2) input += R"(,"VersionStages":["AWSCURRENT","custom"])";
  }

  void move_label(Oracle::Call& call, std::string& input, const Seen* seen) {
    call.operation = "UpdateSecretVersionStage";
    std::vector<secrets::Version> versions = seen != nullptr ? seen->secret.versions : std::vector<secrets::Version>();
    if (versions.empty()) return;
    const std::vector<std::string> labels = {"AWSCURRENT", "AWSPENDING", "AWSPREVIOUS", "custom"};
    const std::string& label = labels[random_.uniform(static_cast<uint32_t>(labels.size()))];
    input += R"(,"VersionStage":")" + label + '"';
    if (chance(80)) input += R"(,"MoveToVersionId":")" + pick(versions).id.text() + '"';
    const secrets::Version* const holder = seen->secret.version_with(label);
    if (holder != nullptr) input += R"(,"RemoveFromVersionId":")" + holder->id.text() + '"';
  }

  void make(Site& at, const Oracle::Call& call, const std::string& input) {
    const bool was_primary = [&] {
      const Seen* const seen = oracle_.seen(at, call.name);
      return seen == nullptr || seen->secret.role == secrets::Role::kPrimary;
    }();
    const Answer answer = !was_primary && bug_ != nullptr && bug_->writes_on_replicas
                              ? write_on_replica(at, call.name)
                              : at.process->call(call.operation, input);
    tell(at.name.text(), " ", call.operation, " ", input, ": ", std::to_string(answer.status), " ", answer.error, " ",
         answer.message);
    if (answer.ok()) ++outcome_.writes;
    const bool promotes = call.operation == "StopReplicationToReplica" || call.operation == "FailOverSecret";
    if (answer.ok() && promotes) ++outcome_.promotions;
    if (answer.ok() && call.operation == "RejoinSecret") ++outcome_.rejoined;
    oracle_.after_call(at, call, answer);
  }

  void read(Site& at, const std::string& name) {
    const Answer answer = at.process->call("GetSecretValue", R"({"SecretId":")" + name + R"("})");
    tell(at.name.text(), " GetSecretValue ", name, ": ", std::to_string(answer.status));
    const Seen* const seen = oracle_.seen(at, name);
    if (answer.is_unknown())
      return oracle_.violated(name + " in " + at.name.text() + " cannot be read: " + answer.message);
    if (!answer.ok()) return;
    const size_t begin = answer.output.find(kCanary);
    const std::string value = answer.output.substr(begin, answer.output.find('"', begin) - begin);
    const secrets::Version* const current = seen != nullptr ? seen->secret.version_with("AWSCURRENT") : nullptr;
    const bool is_right =
        current != nullptr && begin != answer.output.npos && seen->text.find(current->id.text()) != std::string::npos &&
        seen->text.find(" = " + value + "\n", seen->text.find(current->id.text())) != std::string::npos;
    if (!is_right) oracle_.violated(name + " in " + at.name.text() + ": another value was read than there is");
    if (!answer.lag || !*answer.lag) return;
    oracle_.after_told_lag(at, name, **answer.lag);
    ++outcome_.told_lags;
  }

  // A planted bug.
  static Answer write_on_replica(Site& at, const std::string& name) {
    const Visit visit(at);
    const auto written = at.process->secrets.update(kAccount, name, [](const secrets::SecretView& view) {
      secrets::Change change;
      change.secret = view.secret;
      change.secret.description += "!";
      return Result(std::optional(std::move(change)));
    });
    return {.status = written.ok() ? 200 : 500, .error = {}, .message = {}, .output = {}};
  }

  // Identities.
  void change_identities(Site& at) {
    const AccountId& account = kAccounts[random_.uniform(static_cast<uint32_t>(kAccounts.size()))];
    const std::string name = "n" + std::to_string(random_.uniform(5));
    const iam::EntityRef user{account, iam::EntityKind::kUser, name};
    const iam::EntityRef role{account, iam::EntityKind::kRole, name};
    const auto end = [](const auto& result) { return result.ok() ? Result<void>() : Result<void>(result.error()); };
    iam::IdentityStore& identities = at.process->identity_store;
    const Result<void> changed = [&]() -> Result<void> {
      const Visit visit(at);
      switch (random_.uniform(8)) {
        case 0:
        case 1:
          return end(iam::create_user(identities, account, {.name = name}));
        case 2:
          return end(iam::create_role(identities, account, {.name = name, .trust_policy = std::string(kTrust)}));
        case 3:
          return end(iam::create_access_key(identities, user));
        case 4:
          return end(iam::put_inline_policy(identities, role, {name, std::string(kPolicy)}));
        case 5:
          return end(iam::delete_role(identities, role));
        case 6:
          return end(iam::update_user(identities, user, {.name = "n" + std::to_string(random_.uniform(5))}));
        default:
          return end(iam::delete_user(identities, user));
      }
    }();
    tell(at.name.text(), " changes identities: ", changed.ok() ? "done" : changed.error().message);
    const bool is_certain = changed.ok() || http_status(changed.error().code) < 500;
    if (changed.ok()) ++outcome_.identity_changes;
    oracle_.after_identity_change(at, account, is_certain);
  }

  void adopt(Site& at) {
    if (outcome_.adoptions >= kMaxAdoptions) return;
    const Visit visit(at);
    if (!at.process->home.adopt(*at.process->home.claim()).ok()) return;
    tell(at.name.text(), " becomes home");
    ++outcome_.adoptions;
  }

  // The network.
  void disturb() {
    Site& from = pick_site();
    Site& to = pick_site();
    if (&from == &to) return;
    Weather& weather = weather_[{&from, &to}];
    weather.carries_requests = random_.uniform(4) > 0;
    weather.carries_answers = random_.uniform(6) > 0;
    weather.lost = random_.uniform(3) == 0 ? 30 : 0;
    weather.answer_lost = random_.uniform(3) == 0 ? 30 : 0;
    weather.twice = random_.uniform(3) == 0 ? 30 : 0;
    weather.late = random_.uniform(3) == 0 ? 30 : 0;
    tell("the network from ", from.name.text(), " to ", to.name.text(), " changes");
  }

  // One of the late frames arrives after all.
  void release(Site& from, Site& to) {
    if (&from == &to) return;
    std::vector<std::string>& held = weather_[{&from, &to}].held;
    if (held.empty() || !to.up() || !chance(10)) return;
    const size_t index = random_.uniform(static_cast<uint32_t>(held.size()));
    const std::string frame = std::move(held[index]);
    held.erase(held.begin() + static_cast<ptrdiff_t>(index));
    arrive(from, to, frame);
  }

  net::ClientResponse arrive(Site& from, Site& to, const std::string& frame) {
    if (bug_ != nullptr && bug_->takes_late_frames) return arrive_whenever(from, to, frame);
    net::ClientResponse response = handle(to, from.name, frame);
    tell(to.name.text(), " gets a frame from ", from.name.text(), ": ", std::to_string(response.status));
    oracle_.after_arrival(to);
    return response;
  }

  template <class Body>
  static Result<SecretBuffer> encode_again(uint64_t session, const Body& body) {
    if constexpr (std::is_same_v<Body, home::StateQuestion> || std::is_same_v<Body, secrets::CopyCheck> ||
                  std::is_same_v<Body, secrets::Heartbeat>) {
      return replication::encode(body);
    } else {
      return replication::encode(session, body);
    }
  }

  // A planted bug: the frame is given the session that is open, as far as anybody can tell from outside.
  net::ClientResponse arrive_whenever(Site& from, Site& to, const std::string& frame) {
    const Result<replication::Message> message = replication::decode_message(frame);
    net::ClientResponse response = handle(to, from.name, frame);
    if (response.status == 409 && message.ok()) {
      const Result<SecretBuffer> hello = replication::encode(0, replication::Hello{1});
      const Result<replication::Answer> opened =
          replication::decode_answer(handle(to, from.name, hello->view()).body.view());
      const Result<SecretBuffer> again = std::visit(
          [&](const auto& body) { return encode_again(opened.ok() ? opened->session : 0, body); }, message->body);
      if (again.ok()) response = handle(to, from.name, again->view());
    }
    tell(to.name.text(), " gets a frame from ", from.name.text(), ": ", std::to_string(response.status));
    oracle_.after_arrival(to);
    return response;
  }

  // A planted bug.
  static std::string claim_everything(std::string_view frame) {
    Result<replication::Message> message = replication::decode_message(frame);
    auto* const heartbeat = message.ok() ? std::get_if<secrets::Heartbeat>(&message->body) : nullptr;
    if (heartbeat == nullptr) return std::string(frame);
    heartbeat->undelivered = {};
    return std::string(replication::encode(*heartbeat)->view());
  }

  // A planted bug.
  static void clear_marks(Site& from, Site& to) {
    if (!from.up()) return;
    const auto marks = from.process->store.scan(store::ScanRange::prefix(store::OutboxKey::prefix(to.name)));
    if (!marks.ok()) return;
    for (const store::Row& mark : *marks)
      (void)from.process->store.commit({.preconditions = {}, .puts = {}, .deletes = {mark.key}});
  }

  // Plaintext.
  void look_for_plaintext(const store::Transaction& transaction) {
    for (const store::Put& put : transaction.puts) {
      if (put.value.find(kCanary) != std::string::npos || put.key.find(kCanary) != std::string::npos)
        oracle_.violated("a value is on the disk unsealed, in the row " + put.key);
    }
  }

  // A frame's header travels through a library that does not wipe what it copies; values are in the tail.
  void look_for_plaintext_in(const std::string& frame) {
    uint32_t size = 0;
    for (size_t i = 0; i < 4 && i < frame.size(); ++i)
      size = size << 8 | static_cast<uint8_t>(frame[i]);
    if (std::string_view(frame).substr(0, 4 + size).find(kCanary) != std::string_view::npos)
      oracle_.violated("a value is in the header of a frame");
  }

  void heal() {
    healing_ = true;
    tell("everything heals");
    std::map<Way, std::vector<std::string>> held;
    for (auto& [way, weather] : weather_)
      held[way] = std::move(std::exchange(weather, {}).held);
    for (const auto& site : sites_) {
      if (site->up() && (site->process->store.failed() || site->disk.fails_next_sync())) kill(*site);
    }
    reap();
    for (const auto& site : sites_) {
      if (site->process == nullptr) start(*site);
    }
    // Two may have adopted in the same epoch, which only an operator ends.
    std::map<uint64_t, std::set<Region>> homes;
    for (const auto& site : sites_) {
      const home::Claim claim = must(site->process->home.claim());
      homes[claim.epoch].insert(claim.region);
    }
    const auto& [newest, claimants] = *homes.rbegin();
    Site& last = pick_site();
    while (claimants.size() > 1 && must(last.process->home.claim()).epoch <= newest)
      must(last.process->home.adopt(*last.process->home.claim()));
    settle();
    // What is still in the network then arrives after everything else, and must change nothing any more.
    for (const auto& [way, frames] : held) {
      for (const std::string& frame : frames)
        arrive(*way.first, *way.second, frame);
    }
    settle();
  }

  // Steps until no region has anything to send.
  void settle() {
    for (int round = 0; round < 60 && !oracle_.violation(); ++round) {
      bool is_clean = true;
      for (const auto& site : sites_) {
        for (Process::Way& way : site->process->ways) {
          for (int i = 0; i < 50 && way.replicator->step() == Duration(0); ++i) {
          }
          oracle_.after_step(*site);
          const auto marks = site->process->store.scan(store::ScanRange::prefix(store::OutboxKey::prefix(way.to.name)));
          is_clean = is_clean && must(marks).empty();
        }
      }
      if (is_clean && round > 3) return;
      clock_.advance(seconds(70));
    }
    oracle_.violated("marks remain");
  }

  const Options options_;
  Outcome outcome_;
  const int null_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ManualClock clock_{Time(hours(480'000))};
  const Log log_{clock_, null_, LogLevel::kError};
  SeededRandom random_;
  const PlantedBug* const bug_;
  Environment environment_;
  Oracle oracle_;
  std::vector<std::unique_ptr<Site>> sites_;
  using Way = std::pair<Site*, Site*>;
  std::map<Way, Weather> weather_;
  std::vector<std::string> names_ = kNames;
  size_t nested_ = 0;
  bool healing_ = false;
  bool accounts_made_ = false;
  const bool has_region_of_copies_ = chance(50);  // the last makes no secrets of its own and promotes none
};

}  // namespace

Outcome simulate(const Options& options) {
  return Simulation(options).run();
}

}  // namespace coffer::sim
