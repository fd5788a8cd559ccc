// What the process has taken from the machine so far, as the kernel counts it.
#pragma once

#include <cstdio>
#include <cstdlib>

#include <sys/resource.h>
#include <unistd.h>

namespace bench {

/// Resident bytes of this process. Pages that were allocated and never touched don't count.
inline long resident_bytes() {
  std::FILE* statm = std::fopen("/proc/self/statm", "r");
  long total_pages = 0;
  long resident_pages = 0;
  if (statm == nullptr || std::fscanf(statm, "%ld %ld", &total_pages, &resident_pages) != 2) {
    std::fputs("/proc/self/statm can't be read: memory is measured on Linux only.\n", stderr);
    std::exit(1);
  }
  std::fclose(statm);
  return resident_pages * sysconf(_SC_PAGESIZE);
}

/// User and system time of all threads of this process.
inline double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace bench
