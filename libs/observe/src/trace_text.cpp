#include <cstdio>

#include <troupe/observe/export.hpp>

namespace troupe::inline v0::observe {

namespace {

void append_id(std::string& line, const char* before, std::uint64_t id) {
  char text[32];
  std::snprintf(text, sizeof text, "%s#%llx", before, static_cast<unsigned long long>(id));
  line += text;
}

std::string line_of(const Trace& trace, const TraceRecord& record) {
  char head[64];
  std::snprintf(head, sizeof head, "%14.6f ms  thread %-3u ", static_cast<double>(record.time.count()) / 1e6,
                static_cast<unsigned>(record.thread));
  std::string line = head;
  line +=
      trace.name(record.actor) + ": " + std::string(to_string(record.kind)) + ' ' + std::string(record.type);
  if (record.message != 0) append_id(line, " ", record.message);
  if (record.by) line += " by " + trace.name(record.by);
  if (record.cause != 0 && record.cause != record.message) append_id(line, " because of ", record.cause);
  if (!record.text.empty()) line += ": " + record.text;
  return line + '\n';
}

}  // namespace

std::string to_text(const Trace& trace) {
  std::string text;
  for (const TraceRecord& record : trace.records) text += line_of(trace, record);
  text += std::to_string(trace.records.size()) + " events, and " + std::to_string(trace.dropped) +
          " earlier ones that have been overwritten\n";
  return text;
}

}  // namespace troupe::inline v0::observe
