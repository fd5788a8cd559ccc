// The command line of every C++ benchmark program: `<program> <workload> [scale]` prints one line of JSON.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "workloads.hpp"

namespace {

constexpr bench::Workload kWorkloads[] = {
    {"ping_pong", bench::ping_pong},
    {"ring", bench::ring},
    {"one_to_one", bench::one_to_one},
    {"fan_in_actors", bench::fan_in_actors},
    {"fan_in_threads", bench::fan_in_threads},
    {"ask_actor", bench::ask_actor},
    {"ask_thread", bench::ask_thread},
    {"ask_busy", bench::ask_busy},
    {"skynet", bench::skynet},
    {"big", bench::big},
    {"spawn", bench::spawn},
    {"bytes_per_actor", bench::bytes_per_actor},
    {"idle_cpu", bench::idle_cpu},
};

int usage(const char* program) {
  std::fprintf(stderr,
               "Usage: %s <workload> [scale], where scale is above 0 and <workload> is one of:", program);
  for (const auto& workload : kWorkloads) std::fprintf(stderr, " %s", workload.name);
  for (const auto& workload : bench::own_workloads()) std::fprintf(stderr, " %s", workload.name);
  std::fputs(".\n", stderr);
  return 2;
}

const bench::Workload* find(std::string_view name) {
  for (const auto& workload : kWorkloads) {
    if (workload.name == name) return &workload;
  }
  for (const auto& workload : bench::own_workloads()) {
    if (workload.name == name) return &workload;
  }
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) return usage(argv[0]);
  const double scale = argc == 3 ? std::strtod(argv[2], nullptr) : 1.0;
  if (!(scale > 0)) return usage(argv[0]);
  const bench::Workload* workload = find(argv[1]);
  if (!workload) return usage(argv[0]);
  const auto result = workload->run(scale);
  std::printf(R"({"workload": "%s", "impl": "%s", "unit": "%s", "value": %.4f, "operations": %ld})"
              "\n",
              workload->name, BENCH_IMPL, result.unit, result.value, result.operations);
  return 0;
}
