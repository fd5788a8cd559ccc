#include <array>
#include <cstring>
#include <deque>
#include <unordered_map>

#include <troupe/sim/history.hpp>
#include <troupe/sim/random.hpp>

#include "type_names.hpp"

namespace troupe::inline v0::sim {

/// Names by number, in the order of their first appearance.
struct History::Names {
  // A deque: views of its strings stay valid.
  std::deque<std::string> texts{""};
  std::vector<std::uint64_t> hashes{0};  ///< of the texts: numbers alone would be the same for other names
  std::unordered_map<std::string_view, std::uint32_t> numbers{{std::string_view(), 0}};
  std::unordered_map<const char*, std::pair<std::size_t, std::uint32_t>> known_types;
  struct Recent {
    const char* data = nullptr;
    std::size_t size = 0;
    std::uint32_t number = 0;
  };
  std::array<Recent, 64> recent;

  std::uint32_t of_text(std::string_view text) {
    const auto found = numbers.find(text);
    if (found != numbers.end()) return found->second;
    const auto number = static_cast<std::uint32_t>(texts.size());
    numbers.emplace(texts.emplace_back(text), number);
    hashes.push_back(hash_text(text));
    return number;
  }

  /// Of a string that outlives the process: its address is its key, and seen by nobody else.
  std::uint32_t of_type(std::string_view type) {
    if (type.empty()) return 0;
    Recent& slot = recent[(reinterpret_cast<std::uintptr_t>(type.data()) >> 3) % recent.size()];
    if (slot.data == type.data() && slot.size == type.size()) return slot.number;
    slot = {type.data(), type.size(), of_type_slowly(type)};
    return slot.number;
  }

  std::uint32_t of_type_slowly(std::string_view type) {
    const auto [found, is_new] = known_types.try_emplace(type.data(), type.size(), 0u);
    if (is_new || found->second.first != type.size()) {
      found->second = {type.size(), of_text(common_type_name(type))};
    }
    return found->second.second;
  }
};

/// Actors by number, and back.
struct History::Actors {
  struct One {
    ActorId id;
    std::uint32_t path = 0;
    std::uint32_t type = 0;
  };
  std::vector<One> all{One{}};
  std::unordered_map<ActorId, ActorNumber> numbers;
  struct Recent {
    ActorId id;
    ActorNumber number = 0;
  };
  mutable std::array<Recent, 256> recent;

  ActorNumber number_of(const ActorId& id) const {
    if (!id) return 0;
    Recent& slot = recent[std::hash<ActorId>()(id) % recent.size()];
    if (slot.id == id) return slot.number;
    const auto found = numbers.find(id);
    if (found == numbers.end()) return 0;
    slot = {id, found->second};
    return found->second;
  }
  void add(const One& one) {
    numbers[one.id] = static_cast<ActorNumber>(all.size());
    recent[std::hash<ActorId>()(one.id) % recent.size()] = {};
    all.push_back(one);
  }
};

History::History() : names_(std::make_unique<Names>()), actors_(std::make_unique<Actors>()) {
  events_.reserve(4096);
}
History::~History() { switch_off(); }

ActorNumber History::actors() const noexcept { return static_cast<ActorNumber>(actors_->all.size() - 1); }
ActorNumber History::number_of(const ActorId& actor) const noexcept { return actors_->number_of(actor); }
const ActorId& History::id_of(ActorNumber actor) const noexcept { return actors_->all[actor].id; }
std::string_view History::path_of(ActorNumber actor) const noexcept { return name(actors_->all[actor].path); }
std::string_view History::class_of(ActorNumber actor) const noexcept {
  return name(actors_->all[actor].type);
}
std::string History::describe(ActorNumber actor) const {
  if (actor == 0) return "the outside";
  return 'a' + std::to_string(actor) + ' ' + std::string(path_of(actor)) + " (" +
         std::string(class_of(actor)) + ')';
}
std::string_view History::name(std::uint32_t name) const noexcept { return names_->texts[name]; }
std::uint32_t History::number_of_name(std::string_view name) { return names_->of_text(name); }

void History::add(Event event) {
  std::array<std::uint64_t, 4> words{};
  std::memcpy(words.data(), &event, sizeof event);
  words[3] ^= names_->hashes[event.type] ^ (names_->hashes[event.text] << 1);
  for (const std::uint64_t word : words) {
    hash_ = (hash_ ^ word) * 0x9E3779B97F4A7C15u;
    hash_ ^= hash_ >> 29;
  }
  events_.push_back(event);
  if (watcher_) [[unlikely]]
    watcher_();
}

void History::watch(std::function<void()> watcher) { watcher_ = std::move(watcher); }

std::uint64_t History::name_message(ActorId actor, std::uint64_t cause, bool) noexcept {
  ++last_message_;
  if (tracks_senders_) {
    ways_.resize(last_message_ + 1);
    if (cause != 0) ways_.back() = {running_, actors_->number_of(actor) == running_};
  }
  return last_message_;
}

void History::track_senders() { tracks_senders_ = true; }
ActorNumber History::sender_of(MessageNumber message) const noexcept {
  return message < ways_.size() ? ways_[message].sender : 0;
}
bool History::is_to_its_sender(MessageNumber message) const noexcept {
  return message < ways_.size() && ways_[message].to_itself;
}

void History::record(const TraceEvent& event) noexcept {
  Event made{.kind = static_cast<EventKind>(event.kind),
             .by = actors_->number_of(event.by),
             .message = static_cast<MessageNumber>(event.message),
             .cause = static_cast<MessageNumber>(event.cause),
             .type = names_->of_type(event.type)};
  if (event.kind == TraceKind::spawn) {
    made.text = names_->of_text(event.actor.path());
    actors_->add({event.actor, made.text, made.type});
  } else if (!event.text.empty()) {
    made.text = names_->of_text(common_type_name(event.text));
  }
  made.actor = actors_->number_of(event.actor);
  if (event.kind == TraceKind::turn_begin || event.kind == TraceKind::turn_resume) running_ = made.actor;
  add(made);
}

namespace {

std::string_view word_of(EventKind kind) {
  switch (kind) {
    case EventKind::crash:
      return "crash";
    case EventKind::kill:
      return "kill";
    case EventKind::stall:
      return "stall";
    case EventKind::fault:
      return "fault";
    case EventKind::note:
      return "note";
    default:
      return to_string(static_cast<TraceKind>(kind));
  }
}

}  // namespace

std::string History::line(const Event& event) const {
  std::string text(word_of(event.kind));
  const auto number = [&text](std::string_view before, char letter, std::uint32_t value) {
    if (value == 0) return;
    text += before;
    text += letter;
    text += std::to_string(value);
  };
  const bool is_letter = event.kind == EventKind::send || event.kind == EventKind::ask ||
                         event.kind == EventKind::answer || event.kind == EventKind::control;
  number(" ", 'm', event.message);
  if (event.type != 0) text += ' ' + std::string(name(event.type));
  if (is_letter) {
    text += event.actor == 0 ? " to the outside" : " to a" + std::to_string(event.actor);
    number(" by ", 'a', event.by);
  } else {
    number(event.kind == EventKind::spawn ? " as " : " of ", 'a', event.actor);
    if (event.kind != EventKind::timer) number(" by ", 'a', event.by);
  }
  if (event.cause != event.message) {
    number(event.kind == EventKind::turn_resume ? " by the answer to " : " in ", 'm', event.cause);
  }
  if (event.text != 0) text += ": " + std::string(name(event.text));
  return text;
}

std::string History::text(std::size_t first, std::size_t count) const {
  std::string text;
  for (std::size_t i = first; i < events_.size() && i - first < count; ++i) text += line(events_[i]) + '\n';
  return text;
}
std::string History::text() const { return text(0, events_.size()); }

}  // namespace troupe::inline v0::sim
