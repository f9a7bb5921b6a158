#include "sim/simulation.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "iam/access_keys.h"
#include "iam/attachments.h"
#include "iam/roles.h"
#include "iam/users.h"
#include "replication/link_codec.h"
#include "sim/clients.h"
#include "sim/family.h"
#include "sim/oracle.h"
#include "sim/planted_bugs.h"
#include "sim/planted_frames.h"
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
constexpr int kMaxAdoptions = 4;
constexpr int kForbidden = 403;
constexpr int kSessionOver = 409;
constexpr uint32_t kFamilyEvents = 20;  // percent, when there are families
constexpr uint64_t kFamilySeed = 0x66616d696c696573;
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
        trace_(options.traces, options.keeps_trace ? &outcome_.trace : nullptr),
        random_(options.seed),
        family_random_(options.seed ^ kFamilySeed),
        bug_(options.bug.empty() ? nullptr : find_bug(options.bug)),
        environment_{clock_,
                     random_,
                     log_,
                     *this,
                     all_regions(),
                     options.seed % 2 == 0 ? store::kMaxOperations : 24,
                     bug_ != nullptr ? bug_->wrap_applier : WrapApplier(),
                     bug_ != nullptr && bug_->trusts_old_joins},
        oracle_(kNames, kAccounts) {
    if (!options.bug.empty() && bug_ == nullptr) fail({ErrorCode::kUsage, "there is no bug " + options.bug});
    environment_.regions.resize(3 + random_.uniform(3));
    std::vector<void*> places(environment_.regions.size());
    for (void*& place : places)
      place = ::operator new(sizeof(Site));
    std::ranges::sort(places, std::less<void*>());
    if (options.lies_backwards) std::ranges::reverse(places);
    for (const Region& name : environment_.regions) {
      sites_.emplace_back(new (places[sites_.size()]) Site(name, clock_, random_));
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
    for (const auto& site : sites_) {
      site->configured = environment_.regions;
      std::erase(site->configured, site->name);
    }
    clients_.emplace(Clients::Parts{
        .random = random_,
        .regions = environment_.regions,
        .oracle = oracle_,
        .outcome = outcome_,
        .trace = trace_,
        .region_of_copies = has_region_of_copies_ ? std::optional(environment_.regions.back()) : std::nullopt,
        .writes_on_replicas = bug_ != nullptr && bug_->writes_on_replicas});
    world_.emplace(World{.random = family_random_,
                         .oracle = oracle_,
                         .outcome = outcome_,
                         .trace = trace_,
                         .clients = *clients_,
                         .sites = sites_,
                         .bug = bug_,
                         .advance = [this](Duration by) { clock_.advance(by); },
                         .kill = [this](Site& site) { kill(site); },
                         .start = [this](Site& site) { start(site); },
                         .lose_disk = [this](Site& site) { erase_disk(site); },
                         .may_lose_disk = [this](const Site& site) { return may_lose_disk(site); },
                         .is_owing = [this](const Site& site) { return owes_anything(site); }});
    for (const std::string_view name : family_names()) {
      if (is_wanted(name)) families_.push_back(make_family(name, *world_));
    }
    for (const auto& family : families_)
      family->begin();
    for (const auto& site : sites_)
      if (!site->stays_down) start(*site);
  }

  ~Simulation() override {
    for (const auto& site : sites_)
      site->process.reset();
    ::close(null_);
  }

  Outcome run() {
    for (; trace_.step < options_.steps && !oracle_.violation(); ++trace_.step) {
      happen();
      reap();
      clock_.advance(milliseconds(random_.uniform(500)));
    }
    if (!oracle_.violation()) heal();
    check_convergence();
    for (const auto& family : families_) {
      if (oracle_.violation() || !family->goes_on()) continue;
      settle();
      check_convergence();
    }
    // Also what nothing was told of.
    trace_.tell("ends; drawn next are ", std::to_string(random_.uniform(UINT32_MAX)), " and ",
                std::to_string(family_random_.uniform(UINT32_MAX)));
    outcome_.step = trace_.step;
    outcome_.violation = oracle_.violation();
    outcome_.copies_in_sync = oracle_.copies_in_sync;
    return outcome_;
  }

  // The network.
  Result<net::ClientResponse> send(Site& from, Site& to, std::string_view frame) override {
    Weather& weather = weather_[{&from, &to}];
    if (bug_ != nullptr && bug_->clears_marks_when_sending) clear_marks(from, to.name);
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
  // Each family is in every other run, unless somebody says which.
  bool is_wanted(std::string_view family) {
    const bool is_drawn = family_random_.uniform(2) == 0;
    if (!options_.families && bug_ == nullptr) return is_drawn;
    const std::string_view wanted = options_.families ? std::string_view(*options_.families) : bug_->families;
    return ("," + std::string(wanted) + ",").find("," + std::string(family) + ",") != std::string::npos;
  }

  bool chance(uint32_t percent) { return percent > 0 && random_.uniform(100) < percent; }

  template <class T>
  T& pick(std::vector<T>& from) {
    return from[random_.uniform(static_cast<uint32_t>(from.size()))];
  }
  Site& pick_site() { return *pick(sites_); }

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
    if (trace_.nested >= kMaxNested || oracle_.violation() || healing_) return;
    ++trace_.nested;
    while (chance(20))
      happen();
    --trace_.nested;
  }

  void happen() {
    if (!families_.empty() && family_random_.uniform(100) < kFamilyEvents) return happen_in_family();
    Site& site = pick_site();
    const uint32_t kind = random_.uniform(1000);
    if (!site.up()) {
      if (trace_.nested == 0 && site.process == nullptr && !site.stays_down && chance(20)) start(site);
      return;
    }
    if (kind < 375) return clients_->call(site);
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

  void happen_in_family() {
    Site& site = *sites_[family_random_.uniform(static_cast<uint32_t>(sites_.size()))];
    Family& family = *world_->pick(families_);
    if (site.up()) family.happen(site);
    look(site);
  }

  // What families have to say about a region in which something has happened.
  void look(Site& site) {
    for (const auto& family : families_) {
      if (site.up() && !oracle_.violation()) family->look(site);
    }
  }

  // Processes.
  void start(Site& site) {
    const bool kept = site.disk.settle();
    site.process = std::make_unique<Process>(environment_, site, sites_);
    must(site.process->home.start());
    must(site.process->states.settle_all());
    trace_.tell(site.name.text(), " starts", kept ? ", with what it was writing" : "");
    oracle_.after_restart(site);
    look(site);
    if (accounts_made_ || !must(site.process->home.is_here())) return;
    for (const AccountId& account : kAccounts) {
      must(site.process->accounts.create("account " + account.text(), account));
      oracle_.after_identity_change(site, account, true);
    }
    accounts_made_ = true;
  }

  void kill(Site& site) {
    trace_.tell(site.name.text(), " is killed");
    site.process->store.kill();
    site.dying = true;
    ++outcome_.crashes;
  }

  bool owes_anything(const Site& site) const {
    return std::ranges::any_of(environment_.regions, [&site](const Region& region) {
      const auto marks = site.process->store.scan(store::ScanRange::prefix(store::OutboxKey::prefix(region)));
      return std::ranges::any_of(must(marks), [](const store::Row& row) {
        const auto key = store::OutboxKey::parse(row.key);
        return key && key->kind == "secret";
      });
    });
  }

  // Of a region that has nothing of its own, and owes nobody a removal: what it had, others have.
  void lose_disk(Site& site) {
    if (!oracle_.has_only_copies(site) || owes_anything(site)) return;
    if (!may_lose_disk(site)) return;
    kill(site);
    erase_disk(site);
  }

  bool may_lose_disk(const Site& site) const {
    return std::ranges::all_of(families_, [&site](const auto& family) { return family->may_lose_disk(site); });
  }

  // REQUIRES: no process works on it, or only one that is killed.
  void erase_disk(Site& site) {
    trace_.tell(site.name.text(), " loses its disk");
    site.disk.lose();
    oracle_.after_lost_disk(site);
    for (const auto& family : families_)
      family->lost_disk(site);
    ++outcome_.lost_disks;
  }

  void fail_sync(Site& site) {
    if (site.disk.fails_next_sync() || site.process->store.failed()) return;
    trace_.tell(site.name.text(), " will fail to sync");
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
    trace_.tell(site.name.text(), " erases ", erased.ok() ? std::to_string(*erased) : erased.error().message);
    oracle_.after_sweep(site, erased.ok());
  }

  void step(Site& site) {
    if (site.process->ways.empty()) return;
    const std::shared_ptr<Process::Way> way = pick(site.process->ways);
    if (way->stepping) return;
    trace_.tell(site.name.text(), " sends to ", way->to.name.text());
    {
      const Visit visit(site);
      way->stepping = true;
      way->replicator->step();
      way->stepping = false;
    }
    oracle_.after_step(site);
    look(site);
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
    trace_.tell(at.name.text(), " changes identities: ", changed.ok() ? "done" : changed.error().message);
    const bool is_certain = changed.ok() || http_status(changed.error().code) < 500;
    if (changed.ok()) ++outcome_.identity_changes;
    oracle_.after_identity_change(at, account, is_certain);
  }

  void adopt(Site& at) {
    if (outcome_.adoptions >= kMaxAdoptions || at.is_out) return;
    const Visit visit(at);
    if (!at.process->home.adopt(*at.process->home.claim()).ok()) return;
    trace_.tell(at.name.text(), " becomes home");
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
    trace_.tell("the network from ", from.name.text(), " to ", to.name.text(), " changes");
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
    const bool is_known = to.process->regions.has_other(from.name);
    net::ClientResponse response = handle(to, from.name, frame);
    trace_.tell(to.name.text(), " gets a frame from ", from.name.text(), ": ", std::to_string(response.status));
    if (!is_known && response.status != kForbidden)
      oracle_.violated(to.name.text() + " takes something from " + from.name.text() + ", which it has removed");
    oracle_.after_arrival(to);
    look(to);
    return response;
  }

  // A planted bug: the frame is given the session that is open, as far as anybody can tell from outside.
  net::ClientResponse arrive_whenever(Site& from, Site& to, const std::string& frame) {
    net::ClientResponse response = handle(to, from.name, frame);
    if (response.status == kSessionOver) {
      const Result<SecretBuffer> hello = replication::encode(0, replication::Hello{1});
      const Result<replication::Answer> opened =
          replication::decode_answer(handle(to, from.name, hello->view()).body.view());
      const auto again = in_session(frame, opened.ok() ? opened->session : 0);
      if (again) response = handle(to, from.name, *again);
    }
    trace_.tell(to.name.text(), " gets a frame from ", from.name.text(), ": ", std::to_string(response.status));
    oracle_.after_arrival(to);
    return response;
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
    trace_.tell("everything heals");
    std::map<Way, std::vector<std::string>, ByName> held;
    for (auto& [way, weather] : weather_)
      held[way] = std::move(std::exchange(weather, {}).held);
    for (const auto& site : sites_) {
      if (site->up() && (site->process->store.failed() || site->disk.fails_next_sync())) kill(*site);
    }
    reap();
    for (const auto& site : sites_) {
      if (site->process == nullptr && !site->stays_down) start(*site);
    }
    agree_on_home(pick_site());
    settle();
    // What is still in the network then arrives after everything else, and must change nothing any more.
    for (const auto& [way, frames] : held) {
      for (const std::string& frame : frames)
        if (way.second->up()) arrive(*way.first, *way.second, frame);
    }
    settle();
  }

  std::vector<Site*> members() const {
    std::vector<Site*> members;
    for (const auto& site : sites_)
      if (!site->is_out && site->up()) members.push_back(site.get());
    return members;
  }

  // Two may have adopted in the same epoch, which only an operator ends; or the home has left before anybody knew.
  void agree_on_home(Site& last) {
    std::map<uint64_t, std::set<Region>> homes;
    const std::vector<Site*> members = this->members();
    for (const Site* site : members) {
      const home::Claim claim = must(site->process->home.claim());
      homes[claim.epoch].insert(claim.region);
    }
    const auto& [newest, claimants] = *homes.rbegin();
    const bool is_clear = claimants.size() == 1 && std::ranges::any_of(members, [&](const Site* site) {
                            return site->name == *claimants.begin();
                          });
    Site& home = last.is_out || !last.up() ? *members.front() : last;
    while (!is_clear && must(home.process->home.claim()).epoch <= newest)
      must(home.process->home.adopt(*home.process->home.claim()));
  }

  void check_convergence() {
    if (oracle_.violation()) return;
    oracle_.check_convergence(members());
    for (const auto& family : families_)
      family->check_convergence();
  }

  // Steps until no region has anything to send.
  void settle() {
    std::string left;  // to be done
    for (int round = 0; round < 60 && !oracle_.violation(); ++round) {
      left.clear();
      for (Site* site : members()) {
        for (const std::shared_ptr<Process::Way>& way : site->process->ways) {
          for (int i = 0; i < 50 && way->replicator->step() == Duration(0); ++i) {
          }
          oracle_.after_step(*site);
          look(*site);
          if (way->to.is_out) continue;
          for (const store::Row& mark :
               must(site->process->store.scan(store::ScanRange::prefix(store::OutboxKey::prefix(way->to.name))))) {
            const auto is_hopeless = [&](const auto& family) { return family->is_hopeless(mark); };
            if (std::ranges::any_of(families_, is_hopeless)) continue;
            left += " " + site->name.text() + " has " + mark.key;
            std::ranges::replace(left, store::kSeparator, ' ');
          }
        }
      }
      if (!families_.empty()) agree_on_home(*world_->pick(members()));
      for (const auto& family : families_)
        if (!oracle_.violation() && !family->settle()) left += " a family is not done";
      if (left.empty() && round > 3) return;
      clock_.advance(seconds(70));
    }
    oracle_.violated("marks remain:" + left);
  }

  const Options options_;
  Outcome outcome_;
  const int null_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ManualClock clock_{Time(hours(480'000))};
  const Log log_{clock_, null_, LogLevel::kError};
  Trace trace_;
  SeededRandom random_;
  SeededRandom family_random_;
  const PlantedBug* const bug_;
  Environment environment_;
  Oracle oracle_;
  std::vector<std::unique_ptr<Site>> sites_;
  using Way = std::pair<Site*, Site*>;
  // Where they are in memory differs between two runs of one seed.
  struct ByName {
    bool operator()(const Way& a, const Way& b) const {
      return std::tie(a.first->name, a.second->name) < std::tie(b.first->name, b.second->name);
    }
  };
  std::map<Way, Weather, ByName> weather_;
  bool healing_ = false;
  bool accounts_made_ = false;
  const bool has_region_of_copies_ = chance(50);  // the last makes no secrets of its own and promotes none
  std::optional<Clients> clients_;
  std::optional<World> world_;
  std::vector<std::unique_ptr<Family>> families_;
};

}  // namespace

Outcome simulate(const Options& options) {
  return Simulation(options).run();
}

}  // namespace coffer::sim
