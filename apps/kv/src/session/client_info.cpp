#include "session/client_info.hpp"

#include "resp/integers.hpp"

namespace troupe::kv {
namespace {

class Line {
 public:
  explicit Line(std::string& out) : out_(out) {}
  Line& field(std::string_view name, std::string_view value) {
    out_ += name;
    out_ += '=';
    out_ += value;
    out_ += ' ';
    return *this;
  }
  Line& field(std::string_view name, std::uint64_t value) {
    out_ += name;
    out_ += '=';
    append_integer(out_, static_cast<std::int64_t>(value));
    out_ += ' ';
    return *this;
  }
  void end() { out_.back() = '\n'; }

 private:
  std::string& out_;
};

std::string flags_of(const ClientInfo& client) {
  std::string flags;
  if (client.subscribed()) flags += 'P';
  if (client.no_evict) flags += 'e';
  return flags.empty() ? "N" : flags;
}

}  // namespace

void append_client_line(std::string& out, const ClientInfo& client) {
  const auto seconds = [](std::chrono::seconds time) { return static_cast<std::uint64_t>(time.count()); };
  Line line(out);
  line.field("id", client.id)
      .field("addr", client.address)
      .field("laddr", client.local_address)
      .field("fd", 0);
  line.field("name", client.name).field("age", seconds(client.age)).field("idle", seconds(client.idle));
  line.field("flags", flags_of(client)).field("db", client.database);
  line.field("sub", client.channels).field("psub", client.patterns).field("ssub", 0).field("multi", "-1");
  line.field("qbuf", 0).field("qbuf-free", 0).field("argv-mem", 0).field("multi-mem", 0);
  line.field("rbs", 0).field("rbp", 0).field("obl", 0).field("oll", 0).field("omem", client.output_bytes);
  line.field("tot-mem", client.output_bytes).field("events", "r");
  line.field("cmd", client.command.empty() ? "NULL" : client.command)
      .field("user", "default")
      .field("redir", "-1");
  line.field("resp", static_cast<std::uint64_t>(client.protocol));
  line.field("lib-name", client.lib_name).field("lib-ver", client.lib_version).end();
}

}  // namespace troupe::kv
